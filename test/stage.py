"""stage.py - a private copy of the tree and a throw-away server: what every suite that needs PostgreSQL runs on.

Nothing outside the stage's own temporary folder is written, and it is removed at the end.  PostgreSQL refuses to run as
root, so for root the stage belongs to an unprivileged user and its programs run as that user.
"""

import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(".git", "build", "results", "*.o", "*.d", "*.so", "__pycache__")
UNPRIVILEGED = ("postgres", "nobody")


class StageError(Exception):
    """What keeps the stage from being set up, in words for the person who started it."""


def pg_config(option):
    """What pg_config says to an option such as 'bindir'."""
    program = os.environ.get("PG_CONFIG", "pg_config")
    return subprocess.run([program, f"--{option}"], check=True, capture_output=True, text=True).stdout.strip()


def unprivileged_user():
    """The passwd entry that server programs run under; None when this process may run them itself."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StageError("running as root, and there is no unprivileged user to run the server: " + ", ".join(UNPRIVILEGED))


class Stage:
    """The copy: .tree is the source tree, .root what `make stage` installed, .env the environment for programs.

    .root_compat has, beside that, vecsim under pgvector's name.  .settings and .settings_compat are lines of
    postgresql.conf that make a server find the extensions there; the latter is None where it cannot be told to.
    """

    def __enter__(self):
        self.bindir = pg_config("bindir")
        self.user = unprivileged_user()
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="vecsim-"))
        try:
            self._fill()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        shutil.rmtree(self.path, ignore_errors=True)

    def _fill(self):
        self.tree = self.path / "tree"
        self.root = self.path / "root"
        shutil.copytree(ROOT, self.tree, ignore=NOT_COPIED)
        self.root_compat = self.path / "root-compat"
        for root in (self.root, self.root_compat):
            if (ROOT / "build" / root.name).is_dir():
                shutil.copytree(ROOT / "build" / root.name, root)
        (self.path / "socket").mkdir()
        self.env = self._environment()
        self.path.chmod(0o755)
        if self.user:
            for path in [self.path, *self.path.rglob("*")]:
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        self.settings, self.settings_compat = self._settings(self.root), self._settings(self.root_compat)
        if self.settings is None:
            if not pathlib.Path(pg_config("sharedir"), "extension/vecsim.control").exists():
                raise StageError("this PostgreSQL loads extensions only from its own folders: run `make install` first")
            print("# this PostgreSQL loads extensions only from its own folders: the installed vecsim is used")
            self.settings = []

    def _environment(self):
        env = {name: value for name, value in os.environ.items()
               if not name.startswith("PG") and name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        env.update(PATH=f"{self.bindir}:{env['PATH']}", HOME=str(self.path), LANG="C.UTF-8", LC_ALL="C.UTF-8",
                   PG_CONFIG=os.environ.get("PG_CONFIG", "pg_config"), PYTHONDONTWRITEBYTECODE="1",
                   PYTHONUNBUFFERED="1")
        return env

    def _settings(self, root):
        """Lines of postgresql.conf that make a server find the extensions of a folder; None where it cannot."""
        known = self.output([f"{self.bindir}/postgres", "--describe-config"])
        if "extension_destdir\t" in known:
            return [f"extension_destdir = '{root}'"]
        sharedir, libdir = pg_config("sharedir"), pg_config("pkglibdir")
        if "extension_control_path\t" in known:
            return [f"extension_control_path = '{root}{sharedir}:$system'",
                    f"dynamic_library_path = '{root}{libdir}:$libdir'"]
        return None

    def popen(self, command, env=None, **options):
        """Starts a program as the stage's user, in the tree unless told otherwise."""
        identity = {}
        if self.user:
            identity = dict(user=self.user.pw_uid, group=self.user.pw_gid, extra_groups=[])
        options.setdefault("cwd", self.tree)
        return subprocess.Popen([str(word) for word in command], env={**self.env, **(env or {})},
                                stdin=subprocess.DEVNULL, text=True, **identity, **options)

    def output(self, command, env=None):
        """Standard output of a program that must succeed."""
        process = self.popen(command, env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate()
        if process.returncode != 0:
            raise StageError(f"{' '.join(map(str, command))}: {err.strip()}")
        return out


def follow(process, seconds, quiet=False):
    """Prints a program's output as it comes (its stdout is a pipe, it leads its own session); returns (status, text).

    After the given seconds the program's whole process group is killed, and the status is not 0.
    """
    timer = threading.Timer(seconds, os.killpg, (process.pid, 9))
    timer.start()
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if not quiet:
                sys.stdout.write(line)
                sys.stdout.flush()
        return process.wait(), "".join(lines)
    finally:
        timer.cancel()


class Server:
    """A server on the stage, reachable only through a socket in the stage; stopped and gone at the end.

    .env holds PGHOST, PGPORT, PGUSER and PGDATABASE for its clients.  It does not wait for the disk (fsync = off):
    tests that crash a server make their own.
    """

    def __init__(self, stage, settings=()):
        self.stage = stage
        self.data = stage.path / "data"
        self.log = stage.path / "server.log"
        self.env = dict(PGHOST=str(stage.path / "socket"), PGPORT="5432", PGUSER="postgres", PGDATABASE="postgres")
        self.settings = [
            "listen_addresses = ''", f"unix_socket_directories = '{stage.path / 'socket'}'", "port = 5432",
            "fsync = off", "shared_buffers = 256MB", "max_wal_size = 2GB", *stage.settings, *settings]

    def __enter__(self):
        bindir = self.stage.bindir
        self.stage.output([f"{bindir}/initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8",
                           "--locale=C.UTF-8"])
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write("\n".join(self.settings) + "\n")
        self._pg_ctl("start", "-l", self.log)
        return self

    def __exit__(self, *exception):
        self._pg_ctl("stop", "-m", "immediate")
        shutil.rmtree(self.data, ignore_errors=True)

    def _pg_ctl(self, *words):
        # Not through a pipe: the server would keep it open.
        process = self.stage.popen([f"{self.stage.bindir}/pg_ctl", "-D", self.data, "-w", "-s", *words],
                                   stdout=subprocess.DEVNULL)
        if process.wait() != 0 and words[0] == "start":
            log = self.log.read_text(errors="replace") if self.log.exists() else ""
            raise StageError(f"the server did not start:\n{log}")
