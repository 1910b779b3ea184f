#!/usr/bin/python3
"""rules.py [ROOT] - checks the rules that hold vecsim's design and prints TAP.

Each rule is a function that takes the tree and yields its violations.  Sources are read as text; objects, the library
and build/rules (the PostgreSQL world compiled with exceptions) are read with nm and readelf and must have been built.
self_test.py plants a violation of every rule.
"""

import re
import sys

from tree import Tree, tool

# Which room may include which, by the first folder of the include.  Every room may include its own headers.
ARROWS = {
    "kernels": set(),
    "core": {"kernels/kernels.h"},
    "device": {"core"},
    "pg": {"core", "kernels/kernels.h"},
    "types": {"pg", "core"},
    "ivf": {"pg", "core", "types"},
    "batch": {"pg", "core", "types", "ivf", "device/device.h"},
}
KERNEL_HEADERS = {"stddef.h", "stdint.h", "cpuid.h", "immintrin.h", "arm_neon.h"}
POSTGRES_WORLD = {"pg", "types", "ivf", "batch"}
# Headers of the standard library that need its shared object, or that only make sense with destructors.
HEAVY_HEADERS = {
    "any", "condition_variable", "deque", "exception", "forward_list", "fstream", "functional", "future", "iostream",
    "list", "map", "memory", "mutex", "new", "ostream", "queue", "regex", "set", "shared_mutex", "sstream", "stack",
    "stdexcept", "string", "thread", "unordered_map", "unordered_set", "valarray", "vector"}
EXPORTS = re.compile(r"(Pg_magic_func|_PG_init|pg_finfo_vecsim_\w+|vecsim_\w+)$")
LIBRARIES = re.compile(r"(libc|libm|libgomp|ld-linux[\w-]*)\.so")
MAX_LINE, MAX_FILE, LONG_FILE, MAX_FUNCTION = 120, 600, 400, 60

RULES = {}


def rule(function):
    """Registers a rule under its function's name."""
    RULES[function.__name__] = function
    return function


@rule
def includes_follow_the_arrows(tree):
    for file in tree.sources:
        for line, name, quoted in file.includes():
            if quoted and file.room and not include_allowed(file, name):
                yield f'{file.name}:{line}: {file.room} may not include "{name}"'


def include_allowed(file, name):
    """Whether a file in a room may include the quoted name.  PostgreSQL's own headers come in through pg.h alone."""
    room = name.split("/")[0]
    if file.name in ("src/pg/pg.h", "src/pg/compat.h") and room not in ARROWS:
        return True
    if room not in ARROWS:
        return "/" not in name and (file.path.parent / name).exists()
    return room == file.room or room in ARROWS[file.room] or name in ARROWS[file.room]


@rule
def kernels_include_no_library(tree):
    for file in tree.sources:
        for line, name, quoted in file.includes():
            if file.room == "kernels" and not quoted and name not in KERNEL_HEADERS:
                yield f"{file.name}:{line}: <{name}>"


@rule
def postgres_world_includes_pg_h_first(tree):
    for file in tree.sources:
        if file.suffix == ".cpp" and (file.room in POSTGRES_WORLD or file.name == "src/vecsim.cpp"):
            first = next(file.includes(), (1, "nothing", True))
            if first[1] != "pg/pg.h":
                yield f"{file.name}:{first[0]}: includes {first[1]} first"


@rule
def pure_world_knows_no_postgres(tree):
    for file in tree.sources:
        if file.room in ("kernels", "core", "device"):
            yield from file.find(r"\b(ereport|elog|palloc\w*|pfree|Datum|PG_FUNCTION_ARGS|postgres\.h)\b")


@rule
def standard_library_stays_in_headers(tree):
    for file in tree.sources:
        for line, name, quoted in file.includes():
            if not quoted and name in HEAVY_HEADERS:
                yield f"{file.name}:{line}: <{name}>"
        yield from file.find(r"\bstd::(vector|string|function|map|set|unordered_\w+|thread|mutex|unique_ptr|shared_ptr|"
                             r"list|deque|optional|variant|any)\b")


@rule
def no_allocation_outside_contexts(tree):
    for file in tree.sources:
        yield from file.find(r"\b(malloc|calloc|realloc|aligned_alloc|posix_memalign|free|strdup)\s*\("
                             r"|\bnew\b|\bdelete\b(?!\s*;)")


@rule
def no_exceptions_and_no_virtual(tree):
    for file in tree.sources:
        yield from file.find(r"\b(throw|catch|virtual|dynamic_cast|typeid)\b|\btry\s*\{")


@rule
def no_pg_try(tree):
    for file in tree.sources:
        yield from file.find(r"\bPG_(TRY|CATCH|FINALLY|END_TRY)\b")


@rule
def versions_only_in_compat(tree):
    for file in tree.sources:
        if file.name != "src/pg/compat.h":
            yield from file.find(r"\bPG_(VERSION_NUM|MAJORVERSION\w*)\b")


@rule
def threads_only_in_parallel(tree):
    for file in tree.sources:
        if file.name != "src/core/parallel.cpp":
            yield from file.find(r"#\s*pragma\s+omp\b|\b(omp|GOMP|pthread)_\w+|<\s*(omp|pthread)\.h\s*>")


@rule
def wal_only_in_page_io(tree):
    for file in tree.sources:
        if file.name not in ("src/ivf/ivf_page_io.cpp", "src/ivf/ivf_page_io.h"):
            yield from file.find(r"\b(GenericXLog\w+|log_newpage\w*|XLogInsert|XLogBeginInsert)\b")


@rule
def intrinsics_only_in_kernels(tree):
    for file in tree.sources:
        if file.room != "kernels":
            yield from file.find(r"\b(immintrin|arm_neon|_mm\d*_\w+|__m(64|128|256|512)\w*|__builtin_(ia32|cpu)\w+)\b")


@rule
def no_machine_paths(tree):
    for file in tree.files:
        yield from file.find(r"(?<![\w.}/])/(work|home|root|tmp|Users|mnt)/[^\s\"'`]*", file.text)


@rule
def base_names_are_unique(tree):
    seen = {}
    for file in tree.files:
        if file.suffix in (".cpp", ".h", ".cu"):
            if file.base in seen:
                yield f"{file.name}: the same name as {seen[file.base]}"
            seen.setdefault(file.base, file.name)


@rule
def files_and_lines_are_short(tree):
    for file in tree.files:
        if file.suffix not in (".cpp", ".h", ".py", ".sh", ".pl", ".pm"):
            continue
        if len(file.lines) > MAX_FILE + 1:
            yield f"{file.name}: {len(file.lines) - 1} lines, at most {MAX_FILE}"
        elif len(file.lines) > LONG_FILE + 1:
            print(f"# {file.name} has {len(file.lines) - 1} lines: more than {LONG_FILE} makes one think")
        for number, line in enumerate(file.lines, 1):
            if len(line.expandtabs(4)) > MAX_LINE:
                yield f"{file.name}:{number}: {len(line.expandtabs(4))} columns, at most {MAX_LINE}"


@rule
def functions_are_short(tree):
    """A function's body is what stands between braces in the first column, below a line that ends in a parenthesis."""
    for file in tree.sources:
        lines, start = file.code.split("\n"), None
        for number, line in enumerate(lines, 1):
            if line == "{" and number > 1 and re.search(r"\)(\s*const)?\s*$", lines[number - 2]):
                start = number
            elif line.startswith("}") and start:
                if number - start - 1 > MAX_FUNCTION:
                    yield f"{file.name}:{start}: a function of {number - start - 1} lines, at most {MAX_FUNCTION}"
                start = None


@rule
def files_say_what_they_are(tree):
    for file in tree.files:
        if file.suffix in (".cpp", ".h") and not file.text.startswith(f"// {file.base} - "):
            yield f'{file.name}:1: does not begin with "// {file.base} - "'


@rule
def kernels_have_no_weak_symbols(tree):
    for file in tree.sources:
        if file.room == "kernels" and file.suffix == ".cpp":
            built = tree.built(file.name[:-4] + ".o")
            if not built:
                yield f"{file.name}: its object is missing or old"
                continue
            for line in tool("nm", built):
                if re.search(r" [WwVvu] \S+$", line):
                    yield f"{built.name}: {line.split()[-1]} is weak: another file's code may replace it, or it theirs"


@rule
def no_destructors_in_postgres_world(tree):
    for file in tree.sources:
        if file.suffix == ".cpp" and (file.room in POSTGRES_WORLD or file.name == "src/vecsim.cpp"):
            built = tree.built("build/rules/" + file.name[:-4] + ".o")
            if not built:
                yield f"{file.name}: its object in build/rules is missing or old"
            elif any(line.endswith(" _Unwind_Resume") for line in tool("nm", built)):
                yield f"{file.name}: has an object with a destructor, which an ereport would jump over"


@rule
def library_exports_only_its_own(tree):
    for line in tool("nm", "-D", "--defined-only", tree.root / "vecsim.so"):
        if not EXPORTS.match(line.split()[-1]):
            yield f"vecsim.so exports {line.split()[-1]}"


@rule
def library_needs_only_c_and_openmp(tree):
    for line in tool("readelf", "-d", tree.root / "vecsim.so"):
        found = re.search(r"\(NEEDED\).*\[(.*)\]", line)
        if found and not LIBRARIES.match(found.group(1)):
            yield f"vecsim.so needs {found.group(1)}"
    for line in tool("nm", "-D", "--undefined-only", tree.root / "vecsim.so"):
        name = line.split()[-1]
        if re.match(r"_Z|__cxa_(?!finalize)|__gxx_|_Unwind_", name):
            yield f"vecsim.so wants {name}, which is C++'s run time"


def check(name, tree):
    """Violations of one rule; a tool that fails is one too."""
    try:
        return list(RULES[name](tree))
    except Exception as problem:  # a missing library must not pass for a clean one
        return [f"could not be checked: {problem}"]


def main(root):
    tree, failed = Tree(root), 0
    print(f"1..{len(RULES)}")
    for number, name in enumerate(RULES, 1):
        violations = check(name, tree)
        failed += bool(violations)
        print(f"{'not ok' if violations else 'ok'} {number} - {name.replace('_', ' ')}")
        print("".join(f"# {violation}\n" for violation in violations), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "."))
