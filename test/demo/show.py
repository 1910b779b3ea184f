"""show.py - how the demo looks: headings, SQL, bars and tables, in colour only on a terminal."""

import os
import shutil
import sys
import textwrap

STYLES = {"bold": "1", "dim": "2", "title": "1;36", "number": "1;33", "bar": "36", "sql": "34"}
ON_TERMINAL = sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and "NO_COLOR" not in os.environ
UNICODE = (sys.stdout.encoding or "").lower().startswith("utf")
WIDTH = max(60, min(110, shutil.get_terminal_size((100, 24)).columns))


def styled(text, style):
    """The text in a style of STYLES, or as it is where that cannot be shown."""
    return f"\033[{STYLES[style]}m{text}\033[0m" if ON_TERMINAL else text


def title(text):
    """The first line of a section."""
    line = ("─" if UNICODE else "-") * max(3, WIDTH - len(text) - 4)
    print(f"\n{styled(text, 'title')} {styled(line, 'dim')}")


def say(text):
    """A paragraph."""
    print(textwrap.fill(text, WIDTH - 2, initial_indent="  ", subsequent_indent="  "))


def sql(text):
    """A statement as it is sent."""
    for line in textwrap.dedent(text).strip().split("\n"):
        print("    " + styled(line, "sql"))


def clipped(text, width):
    """The text, cut to a width with an ellipsis."""
    dots = "…" if UNICODE else "..."
    return text if len(text) <= width else text[:width - len(dots)].rstrip() + dots


def bar(share, width=10):
    """A bar that fills a share (0..1) of a width."""
    filled = round(max(0.0, min(1.0, share)) * width)
    full, empty = ("█", "░") if UNICODE else ("#", ".")
    return styled(full * filled, "bar") + styled(empty * (width - filled), "dim")


def answers(question, kind, rows):
    """A question and the (text, similarity) rows that were found."""
    mark = "▸" if UNICODE else ">"
    kind = f"({kind})"
    question = clipped(question, WIDTH - len(kind) - 6)
    print(f"\n  {styled(mark, 'title')} {styled(question, 'bold')} {styled(kind, 'dim')}")
    for text, similarity in rows:
        word, _, meaning = text.partition(": ")
        room = WIDTH - 25
        word = clipped(word, room // 2)
        meaning = clipped(meaning, room - len(word) - 2)
        print(f"     {styled(f'{similarity:.3f}', 'number')}  {bar(similarity)}  {styled(word, 'bold')}: {meaning}")


def table(header, rows):
    """A table of strings: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]

    def line(cells):
        first, *others = zip(cells, widths)
        return "  " + first[0].ljust(first[1]) + "".join("   " + cell.rjust(width) for cell, width in others)

    print(styled(line(header), "dim"))
    for row in rows:
        print(line(row))


def commands(meanings):
    """What a person can type, and what each thing is for."""
    width = max(map(len, meanings))
    for command, meaning in meanings.items():
        print(f"  {styled(command.ljust(width), 'bold')}   {meaning}")
