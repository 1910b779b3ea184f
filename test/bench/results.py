"""What was measured: numbers with their bars, the machine, and the files they are written to."""
import json
import os
import platform
import subprocess
import time

import plots

HERE = os.path.dirname(os.path.abspath(__file__))


class Results:
    """Collects rows and prints each one as it comes."""

    def __init__(self):
        self.facts = {}
        self.rows = []
        self.curves = {}  # configuration -> list of {setting, value, recall, us}
        self.charts = {}  # name of a chart -> {configuration: value}

    def fact(self, name, value):
        """A fact of the machine or the run."""
        self.facts[name] = str(value)
        print(f"  {name}: {value}", flush=True)

    def part(self, title):
        """Begins a part; the load average tells whether somebody else used the machine."""
        load = os.getloadavg()[0]
        print(f"\n== {title}   [{time.strftime('%H:%M:%S')}, load {load:.2f}]", flush=True)
        self.rows.append({"part": title, "load": load})

    def add(self, name, value, unit, at_least=None, at_most=None, note=""):
        """A number; with a bar it passes or fails."""
        row = {"name": name, "value": float(value), "unit": unit, "note": note}
        if at_least is not None or at_most is not None:
            row["bar"] = f">= {at_least:g}" if at_least is not None else f"<= {at_most:g}"
            row["passed"] = bool(value >= at_least if at_least is not None else value <= at_most)
        self.rows.append(row)
        print("  " + self._line(row), flush=True)

    def missing(self, reason):
        """Says what is not measured, and why."""
        self.rows.append({"missing": reason})
        print(f"  not measured: {reason}", flush=True)

    def chart(self, name, key, value):
        """A bar of one of the charts."""
        self.charts.setdefault(name, {})[key] = float(value)

    def failed(self):
        """Names of the numbers that miss their bar."""
        return [row["name"] for row in self.rows if row.get("passed") is False]

    def write(self, directory):
        """Writes bench.json, bench.md and the plots of what was measured."""
        with open(os.path.join(directory, "bench.json"), "w", encoding="utf-8") as file:
            json.dump({"facts": self.facts, "rows": self.rows, "curves": self.curves,
                       "charts": self.charts}, file, indent=1)
        with open(os.path.join(directory, "bench.md"), "w", encoding="utf-8") as file:
            file.write(self._markdown())
        try:
            plots.draw(self, directory)
        except ImportError:
            print("matplotlib is not installed: no plots", flush=True)

    def _line(self, row):
        verdict = ""
        if "bar" in row:
            verdict = f"   bar {row['bar']} {row['unit']}: {'pass' if row['passed'] else 'FAIL'}"
        note = f"   ({row['note']})" if row["note"] else ""
        return f"{row['name']}: {row['value']:.5g} {row['unit']}{verdict}{note}"

    def _markdown(self):
        lines = ["# Measurements", "", "| fact | |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in self.facts.items()]
        for row in self.rows:
            if "part" in row:
                lines += ["", f"## {row['part']} (load {row['load']:.2f})", "",
                          "| measure | value | unit | bar | | note |", "|---|---|---|---|---|---|"]
                continue
            if "missing" in row:
                lines.append(f"| not measured: {row['missing']} | | | | | |")
                continue
            verdict = {True: "pass", False: "**FAIL**", None: ""}[row.get("passed")]
            lines.append(f"| {row['name']} | {row['value']:.5g} | {row['unit']} | {row.get('bar', '')} | "
                         f"{verdict} | {row['note']} |")
        for key, curve in self.curves.items():
            lines += ["", f"## Curve of {key}", "",
                      "| setting | recall, first kind | recall, last kind | mean us |", "|---|---|---|---|"]
            lines += [f"| {point['setting']} = {point['value']} | {point['recall'][0]:.4f} | "
                      f"{point['recall'][1]:.4f} | {point['us']:.0f} |" for point in curve]
        return "\n".join(lines) + "\n"


def first_line(command):
    """First line that a command prints, or a dash where it cannot be had."""
    try:
        return subprocess.check_output(command, text=True, cwd=HERE, stderr=subprocess.DEVNULL).split("\n")[0]
    except (OSError, subprocess.CalledProcessError):
        return "-"


def machine_facts(results):
    """Processor, memory, kernel, and the commit that is measured."""
    cpu = "-"
    with open("/proc/cpuinfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("model name"):
                cpu = line.split(":")[1].strip()
                break
    with open("/proc/meminfo", encoding="ascii") as file:
        memory_kb = int(file.readline().split()[1])
    results.fact("date", time.strftime("%Y-%m-%d %H:%M"))
    results.fact("processor", f"{cpu}, {os.cpu_count()} processors")
    results.fact("memory", f"{memory_kb / 2**20:.1f} GB")
    results.fact("kernel", platform.release())
    results.fact("commit", first_line(["git", "log", "-1", "--format=%h %s"]))
