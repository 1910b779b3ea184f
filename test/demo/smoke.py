#!/usr/bin/python3
"""smoke.py - runs the demo as a stranger would and checks what it shows; prints TAP."""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
MIN_RECALL = 0.9  # on so small a table; the stated target is checked on the whole data set by the benchmarks


def checks(status, text):
    """(what is expected, whether it is so) for the demo's exit status and output."""
    yield "the demo ends well", status == 0
    yield "it loads all rows, each of unit length", "Copied 6,000 rows" in text
    yield "it builds the index", "Built in" in text
    yield "it finds what a question means", re.search(r"tagged out.*\n.*tag: touch a player", text) is not None
    yield "it answers five questions with four rows each", len(re.findall(r"^     0\.\d{3}  ", text, re.M)) == 20
    yield "the planner uses the index", "Plan: Index Scan using items_embedding_idx" in " ".join(text.split())
    for kind in ("held-out definitions", "example sentences"):
        recall = re.search(rf"{kind} +100 +([01]\.\d+)", text)
        yield f"recall on {kind} is at least {MIN_RECALL}", recall and float(recall.group(1)) >= MIN_RECALL
    yield "no colours where there is no terminal", "\033" not in text


def main():
    done = subprocess.run([sys.executable, HERE / "demo.py"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    print("".join("# " + line + "\n" for line in done.stdout.split("\n")), end="")
    results = list(checks(done.returncode, done.stdout))
    print(f"1..{len(results)}")
    for number, (what, good) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {what}")
    return 0 if all(good for what, good in results) else 1


if __name__ == "__main__":
    sys.exit(main())
