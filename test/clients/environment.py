"""environment.py - a Python environment with the packages of a requirements file, made under build/ and kept there."""

import pathlib
import re
import subprocess
import sys

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build/clients"
SECONDS = 300


class Unreachable(Exception):
    """There is no network, or no package index on it."""


def python_with(requirements):
    """The interpreter of the environment that has just what the file asks for.

    Raises Unreachable where nothing can be fetched, and RuntimeError where the packages cannot be installed.
    """
    folder = BUILD / requirements.stem
    python, stamp, wanted = folder / "bin/python", folder / "requirements.txt", requirements.read_text(encoding="utf-8")
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    _run(sys.executable, "-m", "venv", "--clear", folder)
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1",
         "--only-binary", ":all:", "--requirement", requirements)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _run(*command):
    try:
        done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as problem:
        raise Unreachable(f"pip took more than {SECONDS} s") from problem
    if done.returncode == 0:
        return
    lines = done.stdout.strip().splitlines() or ["no output"]
    # pip warns of each connection that it could not make; a version that an index does not have is another matter.
    if re.search(r"connection broken by|ConnectTimeout|NewConnectionError|Temporary failure in name res", done.stdout):
        raise Unreachable(lines[-1])
    raise RuntimeError(f"{' '.join(map(str, command))}: " + " ".join(lines[-5:]))
