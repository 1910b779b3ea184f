#!/usr/bin/python3
"""self_test.py - plants a violation of every rule of rules.py in a small tree and sees the rule, and it alone, fail.

A check that cannot fail is a defect.  The small tree is clean, is built like the real one, and passes every rule first.
Prints TAP: one test for the clean tree, one a plant.
"""

import pathlib
import subprocess
import sys
import tempfile

from rules import RULES, check
from tree import Tree

OPTIONS = ["-std=gnu++20", "-fno-rtti", "-fPIC", "-Isrc", "-I."]
CLEAN = {
    "src/vecsim.map": "{ global: _PG_init; vecsim_*; local: *; };\n",
    "src/kernels/kernels.h": "// kernels.h - a sum.\n#include <stddef.h>\nint sum(int a, int b);\n",
    "src/kernels/kernels_scalar.cpp": '// kernels_scalar.cpp - a sum.\n#include "kernels/kernels.h"\n\n'
                                      "int\nsum(int a, int b)\n{\n\treturn a + b;\n}\n",
    "src/core/parallel.cpp": '// parallel.cpp - threads.\n#include <omp.h>\n\n#include "kernels/kernels.h"\n',
    "src/pg/pg.h": '// pg.h - the door.\n#include "server.h"\n',
    "src/pg/compat.h": "// compat.h - versions.\n#if PG_VERSION_NUM < 150000\n#endif\n",
    "src/pg/memory.cpp": '// memory.cpp - sizes; "new" and throw in words are no harm.\n#include "pg/pg.h"\n',
    "src/ivf/ivf_page_io.cpp": '// ivf_page_io.cpp - WAL.\n#include "pg/pg.h"\n'
                               "void GenericXLogStart();\n",
    "src/vecsim.cpp": '// vecsim.cpp - the front door.\n#include "pg/pg.h"\nextern "C" void _PG_init();\n'
                      "void _PG_init() {}\n",
    "link": "",
    "server.h": "// server.h - stands for the server's headers.\nextern \"C\" void server_call();\n",
}
LONG_BODY = "\tserver_call();\n" * 61

# (rule, {file: text}).  A name ending in '+' is appended to.  Objects and library are made anew after planting.
PLANTS = [
    ("includes_follow_the_arrows", {"src/core/parallel.cpp+": '#include "pg/pg.h"\n'}),
    ("includes_follow_the_arrows", {"src/ivf/ivf_scan.cpp": '// ivf_scan.cpp - x.\n#include "pg/pg.h"\n'
                                                            '#include "kernels/kernels.h"\n'}),
    ("includes_follow_the_arrows", {"src/pg/memory.cpp+": '#include "server.h"\n'}),
    ("kernels_include_no_library", {"src/kernels/kernels.h+": "#include <algorithm>\n"}),
    ("postgres_world_includes_pg_h_first", {"src/ivf/ivf_scan.cpp": '// ivf_scan.cpp - x.\n#include <stddef.h>\n'}),
    ("pure_world_knows_no_postgres", {"src/core/topk.cpp": "// topk.cpp - x.\nvoid ereport(int);\n"}),
    ("standard_library_stays_in_headers", {"src/core/topk.cpp": "// topk.cpp - x.\n#include <functional>\n"}),
    ("standard_library_stays_in_headers", {"src/core/topk.cpp": "// topk.cpp - x.\nnamespace std\n{\nstruct string;\n"
                                                                "}\nstd::string *p;\n"}),
    ("no_allocation_outside_contexts", {"src/core/topk.cpp": '// topk.cpp - x.\nextern "C" void free(void *);\n'}),
    ("no_allocation_outside_contexts", {"src/core/topk.cpp": "// topk.cpp - x.\nstruct A\n{\n"
                                                             "\tvoid *operator new(unsigned long);\n};\n"}),
    ("no_exceptions_and_no_virtual", {"src/core/topk.cpp": "// topk.cpp - x.\nstruct A\n{\n\tvirtual void f();\n};\n"}),
    ("no_pg_try", {"src/pg/memory.cpp+": "#define PG_TRY()\n"}),
    ("versions_only_in_compat", {"src/pg/memory.cpp+": "#if PG_VERSION_NUM >= 160000\n#endif\n"}),
    ("threads_only_in_parallel", {"src/core/topk.cpp": "// topk.cpp - x.\n#pragma omp declare simd\nvoid f();\n"}),
    ("wal_only_in_page_io", {"src/pg/memory.cpp+": "void log_newpage();\n"}),
    ("intrinsics_only_in_kernels", {"src/core/topk.cpp": "// topk.cpp - x.\n#include <immintrin.h>\n"}),
    ("no_machine_paths", {"README.md": "Look into /" + "home/someone/vecsim.\n"}),
    ("base_names_are_unique", {"test/unit/memory.cpp": "// memory.cpp - x.\n"}),
    ("files_and_lines_are_short", {"src/core/topk.cpp": "// topk.cpp - x.\n" + "\n" * 600}),
    ("files_and_lines_are_short", {"src/core/topk.cpp": "// topk.cpp - x.\n" + "\t" * 28 + "// 123456\n"}),
    ("functions_are_short", {"src/pg/memory.cpp+": "void\nf(int)\n{\n" + LONG_BODY + "}\n"}),
    ("files_say_what_they_are", {"src/core/topk.cpp": "// Something else.\n"}),
    ("kernels_have_no_weak_symbols", {"src/kernels/kernels_scalar.cpp+":
                                     "inline int twice(int a)\n{\n\treturn 2 * a;\n}\nint (*p)(int) = twice;\n"}),
    ("no_destructors_in_postgres_world", {"src/pg/memory.cpp+":
                                         "struct A\n{\n\t~A()\n\t{\n\t\tserver_call();\n\t}\n};\n"
                                         "void f(int)\n{\n\tA a;\n\tserver_call();\n}\n"}),
    ("library_exports_only_its_own", {"src/vecsim.map": "{ global: *; };\n"}),
    ("library_needs_only_c_and_openmp", {"src/pg/memory.cpp+": 'extern "C" void __cxa_pure_virtual();\n'
                                                               "void f()\n{\n\t__cxa_pure_virtual();\n}\n"}),
    ("library_needs_only_c_and_openmp", {"link": "-Wl,--no-as-needed -lstdc++"}),
]


def write(root, files):
    """Writes or appends to files below root."""
    for name, text in files.items():
        path = root / name.rstrip("+")
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a" if name.endswith("+") else "w", encoding="utf-8") as file:
            file.write(text)


def build(root):
    """Objects beside their sources, those with exceptions in build/rules, and the library."""
    objects = []
    for source in sorted((root / "src").rglob("*.cpp")):
        target = source.with_suffix(".o")
        shadow = root / "build/rules" / target.relative_to(root)
        shadow.parent.mkdir(parents=True, exist_ok=True)
        compile_one(root, source, target, ["-O2", "-fno-exceptions"])
        compile_one(root, source, shadow, ["-O0", "-fexceptions"])
        objects.append(target)
    options = (root / "link").read_text().split()
    subprocess.run(["gcc", "-shared", "-o", root / "vecsim.so", *objects, "-Wl,--version-script=src/vecsim.map",
                    *options], cwd=root, check=True)


def compile_one(root, source, target, options):
    subprocess.run(["g++", *OPTIONS, *options, "-c", "-o", target, source], cwd=root, check=True, capture_output=True)


def failing_rules(plant):
    """The names of the rules that fail on the clean tree with these files planted in it."""
    with tempfile.TemporaryDirectory(prefix="vecsim-rules-") as folder:
        root = pathlib.Path(folder)
        write(root, CLEAN)
        write(root, plant)
        build(root)
        tree = Tree(root)
        return {name for name in RULES if check(name, tree)}


def main():
    unplanted = sorted(set(RULES) - {name for name, files in PLANTS})
    print(f"1..{len(PLANTS) + 2}")
    print(f"{'not ok' if unplanted else 'ok'} 1 - every rule has a plant", *unplanted)
    failed = bool(unplanted)
    for number, (name, files) in enumerate([("", {}), *PLANTS], 2):
        found = failing_rules(files)
        good = found == ({name} if name else set())
        failed |= not good
        what = f"a planted violation is seen: {name.replace('_', ' ')}" if name else "a clean tree passes"
        print(f"{'ok' if good else 'not ok'} {number} - {what}")
        if not good:
            print(f"# rules that failed: {sorted(found)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
