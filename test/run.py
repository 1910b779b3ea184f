#!/usr/bin/python3
"""run.py all|SUITE... [--only NAME] - runs test suites and counts: its last line is "N passed, N failed".

--only runs, of the suites that are made of files, the file of that name (without its suffix).
Suites: rules unit neon fuzz regress isolation pgtap prove examples clients demo.  What they run was built by make.  A
suite that neither ran a test nor said why it skipped has failed.  Logs and, after a failure, what it left behind are in
build/test/SUITE.
"""

import functools
import os
import pathlib
import platform
import re
import shutil
import signal
import sys
import traceback

import stage as staging
from clients import environment

ROOT = staging.ROOT
SUITE_SECONDS = 1500
PYTHON = "/usr/bin/python3"

# What vecsim.simd calls a level, and the CPU features without which it does not run.
LEVELS = {
    "scalar": set(),
    "avx2": {"avx2", "f16c"},
    "avx512": {"avx512f", "avx512bw", "avx512dq", "avx512vl"},
    "neon": {"asimd"},
}

# Programs of test/clients, by the requirements that they have.
CLIENTS = {
    "requirements.txt": ["psycopg", "asyncpg", "sqlalchemy", "django"],
    "requirements-langchain.txt": ["langchain"],
}


class Counts:
    """How many tests passed, failed and were skipped."""

    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def count_tap(status, text):
    """Counts from TAP at the start of lines, as prove -v, rules.py and the like print it."""
    counts = Counts()
    for line in text.splitlines():
        if re.match(r"1\.\.0 # SKIP", line, re.I) or re.match(r"(not )?ok\b.*# (SKIP|TODO)\b", line, re.I):
            counts.skipped += 1
        elif re.match(r"ok \d+", line):
            counts.passed += 1
        elif re.match(r"not ok \d+", line) or re.match(r"  Parse errors: ", line):
            counts.failed += 1
    if status != 0 and counts.failed == 0:
        counts.failed = 1
    return counts


def count_regress(status, text, expected):
    """Counts from pg_regress; expected is how many tests it was given, and one that left no line has failed."""
    passed = len(re.findall(r"^(?:test|  )\s*\S+\s+\.\.\. ok\b|^ok \d+", text, re.M))
    failed = max(expected - passed, 0)
    return Counts(passed, failed if failed or status == 0 else 1)


def count_gtest(status, text):
    """Counts from GoogleTest's summary; a program that died before it has failed once."""
    def number(tag):
        found = re.search(rf"^\[  {tag} *\] (\d+) tests?\b", text, re.M)
        return int(found.group(1)) if found else 0

    counts = Counts(number("PASSED"), number("FAILED"), number("SKIPPED"))
    if status != 0 and counts.failed == 0:
        counts.failed = 1
    return counts


class Runner:
    """Runs suites one after the other; the stage is made when the first suite needs it."""

    def __init__(self, only):
        self.only = only
        self.logs = ROOT / "build/test"

    @functools.cached_property
    def stage(self):
        """The stage of all suites."""
        return staging.Stage().__enter__()

    def close(self):
        if "stage" in self.__dict__:
            self.stage.__exit__()

    def here(self, suite, *command, env=None):
        """Runs a program in the source tree as this user: (status, text)."""
        process = staging.subprocess.Popen(
            command, cwd=ROOT, text=True, start_new_session=True, stdin=staging.subprocess.DEVNULL,
            stdout=staging.subprocess.PIPE, stderr=staging.subprocess.STDOUT, env={**os.environ, **(env or {})})
        return self._follow(suite, process)

    def there(self, suite, env, *command):
        """Runs a program on the stage as its user: (status, text)."""
        process = self.stage.popen(
            command, env, start_new_session=True, stdout=staging.subprocess.PIPE, stderr=staging.subprocess.STDOUT)
        return self._follow(suite, process)

    def _follow(self, suite, process):
        status, text = staging.follow(process, SUITE_SECONDS)
        folder = self.logs / suite
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "log").write_text(text)
        return status, text

    def keep(self, suite, *paths):
        """Copies files and folders of the stage to the suite's log folder, for whoever looks into a failure."""
        for path in map(pathlib.Path, paths):
            target = self.logs / suite / path.name
            if path.is_dir():
                shutil.copytree(path, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("pgdata", "*.sock"))
            elif path.exists():
                shutil.copyfile(path, target)
        print(f"# see {self.logs / suite}")

    def files(self, pattern):
        """The files of the stage's tree that match, at least one, as paths from its root, ordered by name."""
        paths = sorted(path.relative_to(self.stage.tree) for path in self.stage.tree.glob(pattern))
        paths = [path for path in paths if self.only in (None, path.stem)]
        if not paths:
            raise staging.StageError(f"there is no {pattern}" + (f" of the name {self.only}" if self.only else ""))
        return paths

    # The suites.  Each returns its counts.

    def rules(self):
        counts = count_tap(*self.here("rules", PYTHON, "test/check/rules.py"))
        counts.add(count_tap(*self.here("rules_self_test", PYTHON, "test/check/self_test.py")))
        return counts

    def unit(self):
        return count_gtest(*self.here("unit", "build/unit/unit_tests", "--gtest_brief=1"))

    def neon(self):
        """The kernels' tests at the levels of AArch64, on a machine of another kind."""
        emulator = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]
        return count_gtest(*self.here("neon", *emulator, "build/cross/kernel_tests", "--gtest_brief=1",
                                      "--gtest_filter=-*/avx2:*/avx512"))

    def fuzz(self):
        """The inputs that the fuzzer found, under the sanitizers."""
        return count_tap(*self.here("fuzz", "build/fuzz/replay", "test/fuzz/corpus"))

    def regress(self):
        counts = Counts()
        features = set(re.findall(r"[\w.]+", pathlib.Path("/proc/cpuinfo").read_text()))
        with staging.Server(self.stage) as server:
            for level, needed in LEVELS.items():
                if needed <= features:
                    counts.add(self._regress_level(server, level))
                else:
                    print(f"# skipped: vecsim.simd = {level}, because this CPU lacks {sorted(needed - features)}")
                    counts.skipped += 1
        return counts

    def _regress_level(self, server, level):
        """The whole regress suite at one level, with the same expected files, and a look at the level itself."""
        print(f"# vecsim.simd = {level}")
        suite, tree = f"regress_{level}", self.stage.tree
        tests = [path.stem for path in self.files("test/sql/*.sql")]
        env = {**server.env, "PGOPTIONS": f"-c vecsim.simd={level}"}
        program = pathlib.Path(staging.pg_config("pgxs")).parents[1] / "test/regress/pg_regress"
        status, text = self.there(suite, env, program, "--inputdir=test", f"--bindir={self.stage.bindir}",
                                  "--load-extension=vecsim", "--dbname=contrib_regression", *tests)
        counts = count_regress(status, text, len(tests))
        if counts.failed:
            self._show_diffs(tree / "regression.diffs")
            self.keep(suite, tree / "regression.diffs", tree / "results", server.log)
            return counts
        active = self.stage.output(["psql", "-XAtq", "-d", "contrib_regression", "-c", "SELECT vecsim_simd()"], env)
        counts.add(Counts(passed=1) if active.strip() == level else Counts(failed=1))
        print(f"# the suite ran with the kernels of {active.strip()}")
        return counts

    def _show_diffs(self, path, lines=200):
        if path.exists():
            text = path.read_text(errors="replace").splitlines()
            print("\n".join(text[:lines]), f"\n# {len(text)} lines of differences")

    def isolation(self):
        specs = [path.stem for path in self.files("test/isolation/specs/*.spec")]
        program = pathlib.Path(staging.pg_config("pgxs")).parents[1] / "test/isolation/pg_isolation_regress"
        output = self.stage.tree / "test/isolation"
        with staging.Server(self.stage) as server:
            status, text = self.there(
                "isolation", server.env, program, "--inputdir=test/isolation", f"--outputdir={output}",
                f"--bindir={self.stage.bindir}", "--load-extension=vecsim", "--dbname=isolation_regression", *specs)
            counts = count_regress(status, text, len(specs))
            if counts.failed:
                self._show_diffs(output / "regression.diffs")
                self.keep("isolation", output / "regression.diffs", output / "results", server.log)
        return counts

    def pgtap(self):
        files = self.files("test/pgtap/*.sql")
        with staging.Server(self.stage) as server:
            self.stage.output(["psql", "-Xq", "-c", "CREATE DATABASE pgtap"], server.env)
            self.stage.output(["psql", "-Xq", "-d", "pgtap", "-c", "CREATE EXTENSION vecsim",
                               "-c", "CREATE SCHEMA tap", "-c", "CREATE EXTENSION pgtap SCHEMA tap",
                               "-c", "ALTER DATABASE pgtap SET search_path = public, tap"], server.env)
            counts = count_tap(*self.there("pgtap", server.env, "pg_prove", "-v", "-d", "pgtap", *files))
            if counts.failed:
                self.keep("pgtap", server.log)
        return counts

    def prove(self):
        tree = self.stage.tree
        files = self.files("test/t/*.pl")
        test = pathlib.Path(staging.pg_config("pgxs")).parents[1] / "test"
        conf = self.stage.path / "tap.conf"
        conf.write_text("\n".join(self.stage.settings) + "\n")
        conf.chmod(0o644)
        # TESTDIR is for 15, the other folders for later versions.
        env = dict(TESTDIR=str(tree), TESTDATADIR=str(tree / "tmp_check"), TESTLOGDIR=str(tree / "tmp_check/log"),
                   PG_REGRESS=str(test / "regress/pg_regress"), PGPORT="65432", TEMP_CONFIG=str(conf),
                   COMPAT_CONFIG="\n".join(self.stage.settings_compat or []))
        counts = count_tap(*self.there("prove", env, "prove", "-v", "-I", test / "perl", "-I", tree / "test/t", *files))
        if counts.failed:
            self.keep("prove", tree / "tmp_check")
        return counts

    def examples(self):
        with staging.Server(self.stage) as server:
            self.stage.output(["psql", "-Xq", "-c", "CREATE DATABASE examples"], server.env)
            env = {**server.env, "PGDATABASE": "examples"}
            return count_tap(*self.there("examples", env, PYTHON, "test/examples.py", "README.md"))

    def clients(self):
        """Clients from PyPI, each with both names of the extension."""
        counts, pythons = Counts(), {}
        for requirements, programs in CLIENTS.items():
            programs = [name for name in programs if self.only in (None, name)]
            try:
                for name in programs:
                    pythons[name] = environment.python_with(ROOT / "test/clients" / requirements)
            except environment.Unreachable as problem:
                print(f"# skipped: {' '.join(programs)}, because PyPI cannot be reached: {problem}")
                counts.skipped += len(programs)
        for extension, settings in ("vecsim", []), ("vector", self.stage.settings_compat):
            if settings is not None:
                counts.add(self._clients_of(extension, settings, pythons))
        return counts

    def _clients_of(self, extension, settings, pythons):
        """The tests of all clients with one extension, on one server, each in a database of its own."""
        counts = Counts()
        with staging.Server(self.stage, settings) as server:
            for name, python in pythons.items():
                self.stage.output(["psql", "-Xq", "-c", f"CREATE DATABASE {name}"], server.env)
                env = {**server.env, "PGDATABASE": name, "VECSIM_EXTENSION": extension, "PYTHONDONTWRITEBYTECODE": "1"}
                counts.add(count_tap(*self.here(f"clients_{name}_{extension}", python, f"test/clients/with_{name}.py",
                                                env=env)))
            if counts.failed:
                self.keep(f"clients_{extension}", server.log)
        return counts

    def demo(self):
        return count_tap(*self.here("demo", PYTHON, "test/demo/smoke.py"))


SUITES = ["rules", "unit", "neon", "fuzz", "regress", "isolation", "pgtap", "prove", "examples", "clients", "demo"]
if platform.machine() == "aarch64":
    SUITES.remove("neon")  # unit runs these tests natively


def run_suite(runner, name):
    """One suite's counts; a suite that could not run, or neither ran nor skipped anything, has failed once."""
    print(f"\n=== {name}", flush=True)
    try:
        counts = getattr(runner, name)()
    except staging.StageError as problem:
        print(f"# {name} could not run: {problem}")
        return Counts(failed=1)
    except Exception:
        traceback.print_exc(file=sys.stdout)
        return Counts(failed=1)
    if counts.passed + counts.failed + counts.skipped == 0:
        print(f"# {name} ran no test, which counts as a failure")
        counts.failed = 1
    return counts


def main(arguments):
    names, only = arguments, None
    if "--only" in arguments[:-1]:
        place = arguments.index("--only")
        names, only = arguments[:place] + arguments[place + 2:], arguments[place + 1]
    unknown = set(names) - set(SUITES) - {"all"}
    if unknown or not names:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    total, table = Counts(), []
    runner = Runner(only)
    try:
        for name in SUITES if "all" in names else names:
            counts = run_suite(runner, name)
            table.append(f"{name:12}{counts.passed:8}{counts.failed:8}{counts.skipped:9}")
            total.add(counts)
    finally:
        runner.close()
    print(f"\n{'suite':12}{'passed':>8}{'failed':>8}{'skipped':>9}", *table, sep="\n")
    print(f"{total.passed} passed, {total.failed} failed")
    sys.exit(1 if total.failed else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
