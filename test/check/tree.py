"""tree.py - the source tree as the rules see it: files, their text, their code without comments, their objects."""

import pathlib
import re
import subprocess

SKIPPED = {".git", "build", "results", "tmp_check", "__pycache__"}
TEXT_SUFFIXES = {"", ".cpp", ".h", ".py", ".sh", ".pl", ".pm", ".sql", ".out", ".spec", ".md", ".txt", ".map",
                 ".control", ".cu", ".cuh"}
COMMENT_OR_LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)
COMMENT = re.compile(r"""//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\\n])*")""", re.S)


def blank(match):
    """What stands in for a comment or literal: its line breaks, so that line numbers stay true."""
    return " " + "\n" * match.group(0).count("\n")


class File:
    """One text file: .name is its path from the root with slashes, .room its folder below src ('' for others)."""

    def __init__(self, root, path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.base = path.name
        self.suffix = path.suffix
        parts = self.name.split("/")
        self.room = parts[1] if parts[0] == "src" and len(parts) > 2 else ""
        self.text = path.read_text(encoding="utf-8", errors="replace")

    @property
    def lines(self):
        return self.text.split("\n")

    @property
    def code(self):
        """The text without comments and literals."""
        return COMMENT_OR_LITERAL.sub(blank, self.text)

    def includes(self):
        """(line, name, quoted) of each #include."""
        text = COMMENT.sub(lambda match: match.group(1) or blank(match), self.text)
        for number, line in enumerate(text.split("\n"), 1):
            found = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if found:
                yield number, found.group(2), found.group(1) == '"'

    def find(self, pattern, text=None):
        """'file:line: match' for each place where pattern stands in the code (or in the text given)."""
        text = self.code if text is None else text
        for match in re.finditer(pattern, text):
            yield f"{self.name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group(0).strip()}"


class Tree:
    """All text files below a root folder, and the built files that rules look at."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = sorted(self._walk(self.root), key=lambda file: file.name)

    def _walk(self, folder):
        for path in folder.iterdir():
            if path.name in SKIPPED:
                continue  # .git is a file in a linked worktree
            if path.is_dir() and not path.is_symlink():
                yield from self._walk(path)
            elif path.suffix in TEXT_SUFFIXES:
                yield File(self.root, path)

    @property
    def sources(self):
        """The C++ files below src."""
        return [file for file in self.files if file.name.startswith("src/") and file.suffix in (".cpp", ".h")]

    def built(self, path):
        """A built file's path; None where it is missing or older than the source of the same name."""
        path = self.root / path
        source = self.root / path.relative_to(self.root / "build/rules").with_suffix(".cpp") \
            if "build/rules" in path.as_posix() else path.with_suffix(".cpp")
        if not path.exists() or (source.exists() and source.stat().st_mtime > path.stat().st_mtime):
            return None
        return path


def tool(*command):
    """Lines that nm or readelf prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
