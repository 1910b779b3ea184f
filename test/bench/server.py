"""A throw-away PostgreSQL server of the bench's own: made in a temporary directory, gone afterwards unless kept.

It listens on a Unix socket only.  Run by root, it belongs to the user `postgres`: PostgreSQL refuses root.
Where PostgreSQL can load extensions from another folder, it measures what `make stage` put into build/root,
so that nothing need be installed and another tree's library is not measured by mistake.
"""
import os
import pwd
import shutil
import subprocess
import tempfile

import psycopg2

# What differs from PostgreSQL's defaults, and all that does.  Memory so that everything is warm; nothing in
# the background while a stopwatch runs; fsync stays on, so that builds pay for what they write.
SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "2GB",
    "effective_cache_size": "4GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "jit": "off",
    "autovacuum": "off",
    "bgwriter_lru_maxpages": "0",
    "max_parallel_workers_per_gather": "0",
}
STAGED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "root")


def pg_config(what):
    """One answer of pg_config, e.g. pg_config("bindir")."""
    program = os.environ.get("PG_CONFIG", "pg_config")
    return subprocess.check_output([program, "--" + what], text=True).strip()


class Server:
    """Started by `with Server() as server`; stopped at the end and removed, unless a directory is given."""

    def __init__(self, settings=None, keep=None):
        """`settings` are added to SETTINGS, or replace some of them.

        `keep`, a directory that need not exist yet, is left at the end and taken up again by the next run.
        """
        self.settings = {**SETTINGS, **(settings or {})}
        self.owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self.bindir = pg_config("bindir")
        self.kept = os.path.abspath(keep) if keep else None
        self.directory = None

    def __enter__(self):
        self.directory = self.kept or tempfile.mkdtemp(prefix="vecsim-bench-")
        os.makedirs(self.directory, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(self.directory, self.owner)
        try:
            if not os.path.exists(os.path.join(self.data, "PG_VERSION")):
                self._make()
            with open(os.path.join(self.directory, "bench.conf"), "w", encoding="ascii") as conf:
                for name, value in {**self.settings, **self._staged()}.items():
                    conf.write(f"{name} = {value}\n")
            self._as_owner("pg_ctl", "-D", self.data, "-w", "-t", "600", "-l",
                           os.path.join(self.directory, "log"), "-o", f"-k {self.directory}", "start")
        except subprocess.CalledProcessError:
            if not self.kept:
                shutil.rmtree(self.directory)
            raise
        return self

    def __exit__(self, *unused):
        mode = "fast" if self.kept else "immediate"
        self._as_owner("pg_ctl", "-D", self.data, "-w", "-t", "600", "-m", mode, "stop")
        if not self.kept:
            shutil.rmtree(self.directory)

    def _make(self):
        self._as_owner("initdb", "-D", self.data, "-A", "trust", "-U", self.owner, "--no-sync",
                       "--encoding=UTF8", "--locale=C")
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="ascii") as conf:
            conf.write("include = '../bench.conf'\n")

    def restart(self, **settings):
        """Stops and starts again, with settings of postgresql.conf changed; all connections are lost."""
        words = [f"-k {self.directory}"] + [f"-c {name}={value}" for name, value in settings.items()]
        self._as_owner("pg_ctl", "-D", self.data, "-w", "-t", "600", "-m", "fast", "-l",
                       os.path.join(self.directory, "log"), "-o", " ".join(words), "restart")

    def _staged(self):
        """Settings that make the server load vecsim from a copy of build/root; none where it cannot."""
        postgres = os.path.join(self.bindir, "postgres")
        known = subprocess.check_output([postgres, "--describe-config"], text=True)
        root = os.path.join(self.directory, "root")
        if not os.path.isdir(STAGED) or "extension_destdir\t" not in known:
            return {}
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(STAGED, root)
        return {"extension_destdir": f"'{root}'"}

    @property
    def data(self):
        """The data directory."""
        return os.path.join(self.directory, "data")

    @property
    def conninfo(self):
        """The connection string, for libpq and psycopg2 alike."""
        return f"host={self.directory} dbname=postgres user={self.owner}"

    @property
    def pid(self):
        """Process id of the postmaster."""
        with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
            return int(file.readline())

    def connect(self, *setup):
        """A connection in autocommit mode, after the statements in `setup`."""
        connection = psycopg2.connect(self.conninfo)
        connection.autocommit = True
        for statement in setup:
            execute(connection, statement)
        return connection

    def _as_owner(self, program, *arguments):
        as_owner(self, program, *arguments, stdout=subprocess.DEVNULL)


def as_owner(server, program, *arguments, **options):
    """Runs one of PostgreSQL's programs as the server's owner; it must succeed.  As subprocess.run."""
    command = [os.path.join(server.bindir, program), *arguments]
    if os.getuid() == 0:
        command = ["runuser", "-u", server.owner, "--", *command]
    return subprocess.run(command, check=True, cwd="/", text=True, **options)


def execute(connection, sql, parameters=None):
    """Runs one statement; all its rows, or None where it returns none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else None


def scalar(connection, sql, parameters=None):
    """The single value that a query returns."""
    return execute(connection, sql, parameters)[0][0]


def wal_position(connection):
    """Bytes of WAL inserted so far."""
    return int(scalar(connection, "SELECT pg_current_wal_insert_lsn() - '0/0'"))
