#!/usr/bin/python3
"""matrix.py [--roots DIR] [VERSION...] - builds vecsim for each supported PostgreSQL and tests it there; needs root.

A version that Debian 12 does not have comes from another Debian, in a folder of its own that is made when missing
(debootstrap, about 1.5 GB): 17 from trixie, 18 from sid, 19 beside 18 from experimental.  No Debian has 16: its server,
without Perl modules, comes from a Python package.  DIR, normally build/matrix, holds these folders and the logs; `make
clean` removes build.  Nothing of this machine is changed, and nothing stays mounted.
The last line is "N passed, N failed" over all versions.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import run
import stage as staging

ROOT = staging.ROOT
SECONDS = 3600
SERVER_SUITES = ["regress", "isolation", "pgtap", "prove", "examples"]
WHEEL = "pgserver==0.1.4"

# Run inside a mount namespace of its own: what it mounts is gone when it ends.
ENTER = """
mount --bind /proc "$0/proc"
mkdir -p "$0/dev/shm"
mount -t tmpfs tmpfs "$0/dev/shm"
exec chroot "$0" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
"""


class Target:
    """One PostgreSQL on this machine.  `tree` is where the copy of the sources lies that is built for it."""

    def __init__(self, version, roots, suites):
        self.version, self.suites = version, suites
        self.log = roots / f"log{version}"
        self.tree = roots / f"tree{version}"
        self.pg_config = f"/usr/lib/postgresql/{version}/bin/pg_config"
        self.goal = "stage"

    def prepare(self):
        """Installs what is missing of PostgreSQL and of the tools."""
        self.call(ROOT / "test/deps.sh", "build", "demo", "test")

    def command(self, words):
        """The command that runs another one in the tree."""
        return ["env", "-C", str(self.tree), *words]

    def call(self, *words):
        """Runs a command, with its output in the log: its status."""
        with open(self.log, "a", encoding="utf-8") as log:
            print("$", *words, file=log, flush=True)
            return subprocess.run(list(map(str, words)), stdin=subprocess.DEVNULL, stdout=log,
                                  stderr=subprocess.STDOUT, timeout=SECONDS, check=False).returncode

    def must(self, *words):
        """The same for a command that has to succeed."""
        if self.call(*words) != 0:
            raise staging.StageError(f"`{words[0]} ... {words[-1]}` failed: see {self.log}")

    def test(self):
        """Builds a fresh copy of the tree, with warnings as errors, and runs its suites: counts."""
        self.log.unlink(missing_ok=True)
        self.prepare()
        shutil.rmtree(self.tree, ignore_errors=True)
        shutil.copytree(ROOT, self.tree, ignore=staging.NOT_COPIED)
        unit = ["build/unit/unit_tests"] if "unit" in self.suites else []
        self.must(*self.command(["make", "-j2", "WERROR=-Werror", f"PG_CONFIG={self.pg_config}", self.goal, *unit]))
        counts = run.Counts(passed=1)  # the build
        status = self.call(*self.command(
            ["env", f"PG_CONFIG={self.pg_config}", run.PYTHON, "test/run.py", *self.suites]))
        found = re.findall(r"^(\d+) passed, (\d+) failed$", self.log.read_text(errors="replace"), re.M)
        passed, failed = map(int, found[-1]) if found else (0, 1)
        counts.add(run.Counts(passed, failed if failed or status == 0 else 1))
        return counts


# What comes from experimental, and nothing else: its other packages need not fit those of sid.
PREVIEW = """\
Package: /^postgresql.*-19$/ libpq5 libpq-dev
Pin: release a=experimental
Pin-Priority: 990
"""


class Wheel(Target):
    """PostgreSQL as a Python package brings it.  It looks for extensions in its own folders alone."""

    def __init__(self, version, roots, suites):
        super().__init__(version, roots, suites)
        self.folder = roots / f"wheel{version}"
        self.pg_config = self.folder / "pgserver/pginstall/bin/pg_config"
        self.goal = "install"

    def prepare(self):
        if self.pg_config.exists():
            return
        self.must(run.PYTHON, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--python-version", "3.11",
                  "--dest", self.folder, WHEEL)
        for wheel in self.folder.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(self.folder)
        # A wheel carries no permissions, or not all.
        self.must("chmod", "-R", "a+rX", self.folder)
        self.must("chmod", "-R", "a+x", self.pg_config.parent, self.folder / "pgserver/pginstall/lib/postgresql/pgxs")


class Chroot(Target):
    """PostgreSQL of another Debian, which lies in a folder.  A preview is of the suite experimental, beside another."""

    def __init__(self, version, roots, suites, name, suite, preview=False):
        super().__init__(version, roots, suites)
        self.folder = roots / name
        self.suite, self.preview = suite, preview
        self.tree = self.folder / f"tree{version}"

    def command(self, words):
        return self._enter(["env", "-C", f"/{self.tree.name}", *words])

    def _enter(self, words):
        return ["unshare", "--mount", "--propagation", "private", "bash", "-ec", ENTER, self.folder, *words]

    def prepare(self):
        if not (self.folder / "usr/bin/apt-get").exists():
            self._bootstrap()
        if self.preview:
            (self.folder / "etc/apt/preferences.d/preview").write_text(PREVIEW)
        packages = self._packages()
        if self.call(*self._enter(["dpkg-query", "-W", *packages])) == 0:
            return
        self.must(*self._enter(["apt-get", "update"]))
        self.must(*self._enter(["apt-get", "install", "-y", "--no-install-recommends", *packages]))

    def _packages(self):
        """Those that this machine has for it, with PostgreSQL of another version; of a preview PostgreSQL alone."""
        lines = (ROOT / "test/packages.txt").read_text().splitlines()
        names = [line.split()[1] for line in lines if line.split()[0] in ("build", "demo", "test")]
        names = [re.sub(r"^(postgresql.*-)15\b", rf"\g<1>{self.version}", name) for name in names]
        return [name for name in names if not (self.preview and name.endswith("-pgtap"))]

    def _bootstrap(self):
        """The smallest Debian, from the mirror that this machine uses; no server of its own is ever started."""
        mirror = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Identifier: Packages",
                                 "Origin: Debian"], check=True, capture_output=True, text=True).stdout.split()[0]
        self.must(ROOT / "test/deps.sh", "matrix")
        self.must("debootstrap", "--variant=minbase", self.suite, self.folder, mirror)
        preview = f"deb {mirror} experimental main\n" if self.suite == "sid" else ""
        for name, text in {
            # A mirror's copy of a suite in motion may be older than it likes to be.
            "etc/apt/apt.conf.d/99matrix": 'Acquire::Check-Valid-Until "false";\n',
            "etc/apt/sources.list.d/experimental.list": preview,
            "etc/postgresql-common/createcluster.conf": "create_main_cluster = false\n",
            "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
        }.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.folder / "usr/sbin/policy-rc.d").chmod(0o755)


def targets(roots):
    """What is tested where."""
    every = ["unit", *SERVER_SUITES]
    return [
        Target(15, roots, SERVER_SUITES),
        Wheel(16, roots, ["regress", "isolation"]),
        Chroot(17, roots, every, "chroot17", "trixie"),
        Chroot(18, roots, every, "chroot18", "sid"),
        Chroot(19, roots, ["regress", "isolation"], "chroot18", "sid", preview=True),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roots", type=pathlib.Path, default=ROOT / "build/matrix", help="where the folders lie")
    parser.add_argument("versions", nargs="*", type=int, metavar="VERSION", help="normally all")
    options = parser.parse_args()
    options.roots.mkdir(parents=True, exist_ok=True)
    chosen = [target for target in targets(options.roots.resolve())
              if not options.versions or target.version in options.versions]
    total, table = run.Counts(), []
    for target in chosen:
        print(f"PostgreSQL {target.version}: {' '.join(target.suites)}", flush=True)
        try:
            counts = target.test()
        except (staging.StageError, OSError, subprocess.SubprocessError) as problem:
            print(f"# {problem}")
            counts = run.Counts(failed=1)
        table.append(f"{target.version:10}{counts.passed:8}{counts.failed:8}   {target.log}")
        total.add(counts)
    print(f"{'PostgreSQL':10}{'passed':>8}{'failed':>8}   log", *table, sep="\n")
    print(f"{total.passed} passed, {total.failed} failed")
    sys.exit(1 if total.failed or not chosen else 0)


if __name__ == "__main__":
    main()
