#!/usr/bin/python3
"""examples.py FILE.md - runs every SQL and Python example of a Markdown file and prints TAP, one test an example.

All ```sql blocks run in order in one psql session, as a reader would type them; each ```python block is a program of
its own, run after them.  An example passes when it raises no error and, where a ```text block follows it with only
blank lines between, prints just that.  The server and database are those of the environment; psql runs in this
folder's parent, so `\\copy t FROM PROGRAM 'test/data/load.py base'` works.
"""

import pathlib
import re
import subprocess
import sys

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
PARTING = "-- end of example --"
SECONDS = 300


def examples(text):
    """(line, language, code, expected output or None) of each SQL and Python block."""
    blocks = list(FENCE.finditer(text))
    for block, following in zip(blocks, [*blocks[1:], None]):
        if block.group(1) in ("sql", "python"):
            expected = None
            if following and following.group(1) == "text" and not text[block.end():following.start()].strip():
                expected = following.group(2)
            yield text.count("\n", 0, block.start()) + 1, block.group(1), block.group(2), expected


def trimmed(text):
    """Text without blanks at the ends of lines, and without blank lines before and after it."""
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def of_any_version(text):
    """The same, with a subplan's result as PostgreSQL writes it from 17 on, whichever version printed it."""
    return re.sub(r"\$0\b", "(InitPlan 1).col1", re.sub(r" \(returns \$\d+\)$", "", trimmed(text), flags=re.M))


def run_sql(blocks):
    """What psql prints for each of the blocks, in one session."""
    script = "".join(f"{block}\n\\echo {PARTING}\n" for block in blocks)
    done = subprocess.run(["psql", "-Xq"], input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=SECONDS, check=False)
    outputs = done.stdout.split(PARTING + "\n")
    return outputs + ["ERROR: not reached"] * (len(blocks) - len(outputs))


def run_python(code):
    """What a program prints, its errors included; one that fails prints an ERROR line last."""
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=SECONDS, check=False)
    return done.stdout + (f"ERROR: status {done.returncode}\n" if done.returncode else "")


def problem(output, expected):
    """Why an example failed, or None."""
    if expected is None:
        found = re.search(r"^(ERROR|FATAL|PANIC|psql): .*", output, re.M)
        return found and found.group(0)
    if of_any_version(output) != of_any_version(expected):
        return f"it printed\n{trimmed(output)}\nbut the manual says\n{trimmed(expected)}"
    return None


def main(name):
    found = list(examples(pathlib.Path(name).read_text(encoding="utf-8")))
    sql = iter(run_sql([code for line, language, code, expected in found if language == "sql"]))
    print(f"1..{len(found)}")
    failed = 0
    for number, (line, language, code, expected) in enumerate(found, 1):
        output = next(sql) if language == "sql" else run_python(code)
        why = problem(output, expected)
        failed += why is not None
        title = code.strip().split("\n")[0][:70].replace("#", "")
        print(f"{'not ok' if why else 'ok'} {number} - {name}:{line}: {title}")
        if why:
            print("\n".join("# " + text for text in why.split("\n")))
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
