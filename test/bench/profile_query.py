"""Where a query's time goes, by stage: the backend sampled by perf while it answers; pages it touches.

A sample is put down to the function it hits, and functions to stages by their names; helpers that all share
(memory, pages) stand in stages of their own.
"""
import math
import os
import re
import shutil
import subprocess
import threading

import sides
from search import fastest, told
from server import execute

SECONDS = 6
FREQUENCY = 4999
LEAST_SHARE = 2.0  # functions below are not named in the notes
# Microseconds that a plain prototype of the same search took in process, over wordnet, at each goal.
PROTOTYPE_STAGES = ("rotate and tabulate", "centroids", "list scan", "refine", "rerank and order")
PROTOTYPE = {0.95: dict(zip(PROTOTYPE_STAGES, (4.7, 18.8, 32, 19, 7))),
             0.99: dict(zip(PROTOTYPE_STAGES, (5.7, 34.3, 106, 26, 9)))}
# What the design's simulation of the search counted a query, over wordnet: at the recalls .954 and .992.
SIMULATED = {0.95: {"lists probed": 14, "entries scored": 2609, "cold codes read": 88, "heap rows": 13.8},
             0.99: {"lists probed": 63, "entries scored": 11101, "cold codes read": 105, "heap rows": 13.9}}
HEAP_ROW_HEADER = 24 + 4 + 8  # of a row (id int, v vector): the tuple's, the id, and the vector's own
STAGES = (  # the first pattern that the name matches
    ("kernel of the system", r"^\[kernel\]"),
    ("rotate and tabulate", r"rotate|hadamard|kac|givens|::fht|rabitq_prepare|rabitq_query|normalize"),
    ("centroids", r"centroid|nearest_order|score_codes|list_terms|::probe_|best_k_|rabitq_score_cold|"
                  r"_front\b|nearest_select"),
    ("list scan", r"fastscan|sift|list_walk|directory|block_check|score_hot|seen_|survivors_of"),
    ("refine", r"refine_survivors|row_hint|rabitq_refine|rabitq_estimate|cold_|dot_u4|row_find|row_store|nextafter"),
    ("rerank and order", r"cosine_distance|dot_norms|pair<.*Norm|value_distance|pool_|refine_row|tid_read|"
                         r"farther|get_tuple|vecsim::ivf::scan_|"
                         r"heap_|HeapTuple|heapam|index_fetch|index_getnext|toast|slot_deform|vector_from|"
                         r"pairingheap|tuplesort|XidInMVCC|TransactionId"),
    ("buffers and pages", r"hash_search|hash_bytes|Buf|LWLock|ResourceOwner|RefCount|page_|"
                          r"page_open|crc32c|smgr"),
    ("memory", r"^_*mem(cpy|set|cmp|move)|palloc|pfree|AllocSet|MemoryContext|malloc|free$|repalloc"),
    ("PostgreSQL's static functions", r"^0x[0-9a-f]+$"),  # without debug symbols; pinning of buffers, mostly
    ("executor", r"^Exec|^exec_|Portal|agg|advance|int\d.*(sum|pl)|slot_|expr|plan|Datum|tts_"),
)


def stage_of(symbol):
    """The stage of a function."""
    for stage, pattern in STAGES:
        if re.search(pattern, symbol, re.IGNORECASE):
            return stage
    return "other"


def short(symbol):
    """A function's name without its namespaces and template arguments."""
    return re.sub(r"^.*::", "", re.sub(r"<.*>", "", symbol.replace("(anonymous namespace)::", "")))


def loop(client, statement, seconds):
    """A thread that runs the statement again and again for about so long, and the number of executions."""
    client.prepare(statement)
    once = client.repeat(2)[1] / 1e6
    count = max(1, int(seconds / once))
    thread = threading.Thread(target=client.repeat, args=(count,))
    thread.start()
    return thread, once


def sample(bench, client, statement):
    """([(share in percent, function)], seconds of one execution), or (None, why not)."""
    if not shutil.which("perf"):
        return None, "perf is not installed (Debian: linux-perf)"
    path = os.path.join(bench.scratch, "perf.data")
    thread, once = loop(client, statement, SECONDS + 2)
    record = subprocess.run(["perf", "record", "-q", "-e", "cpu-clock", "-F", str(FREQUENCY), "-o", path,
                             "-p", str(client.backend), "--", "sleep", str(SECONDS)],
                            capture_output=True, text=True, check=False)
    thread.join()
    if record.returncode != 0:
        return None, "perf may not sample here: " + record.stderr.strip().split("\n")[0]
    out = subprocess.run(["perf", "report", "-i", path, "--stdio", "--no-children", "-F", "overhead,symbol",
                          "-t", ";"], capture_output=True, text=True, check=True).stdout
    os.remove(path)
    found = []
    for line in out.splitlines():
        parts = re.match(r"\s*([\d.]+)%\s*;\s*\[(.)\]\s*(.+)", line)
        if parts:
            name = parts.group(3).strip()
            found.append((float(parts.group(1)), f"[kernel] {name}" if parts.group(2) == "k" else name))
    return found, once


def by_stage(found):
    """Stage -> (share in percent, [(share, function)]), of the functions sampled."""
    stages = {}
    for share, name in found:
        stages.setdefault(stage_of(name), []).append((share, name))
    return {stage: (sum(share for share, _ in members), members) for stage, members in stages.items()}


def accesses(bench, config, point):
    """Accesses to pages a query: of the index, of the table, of what is kept beside the table (TOAST)."""
    sql = """SELECT i.idx_blks_read + i.idx_blks_hit, t.heap_blks_read + t.heap_blks_hit,
                    coalesce(t.toast_blks_read + t.toast_blks_hit + t.tidx_blks_read + t.tidx_blks_hit, 0)
             FROM pg_statio_user_indexes i JOIN pg_statio_user_tables t ON t.relid = i.relid
             WHERE i.indexrelid = %s::regclass"""
    connection = bench.server.connect(*config.side.setup, f"SET {point['setting']} = {point['value']}")
    counts = []
    for _ in range(2):
        execute(connection, config.lateral)
        execute(connection, "SELECT pg_stat_force_next_flush()")
        counts.append(execute(bench.control, sql, ("public." + config.index,))[0])
    connection.close()
    return [(after - before) / len(bench.timed.queries) for before, after in zip(*counts)]


def counts(bench, config, point):
    """What our index counted a query, inside one statement: {what: number}, named as in SIMULATED, and late rows."""
    connection = bench.server.connect(*config.side.setup, f"SET {point['setting']} = {point['value']}")
    execute(connection, config.lateral)
    searches, *sums = execute(connection, """SELECT searches, lists_probed, codes_scored, rows_refined,
        rows_reranked, late_rows FROM ivf_last_scans() WHERE searches > 1 LIMIT 1""")[0]
    connection.close()
    names = ("lists probed", "entries scored", "cold codes read", "heap rows", "late rows")
    return dict(zip(names, (total / searches for total in sums)))


def report_counts(bench, config, point, simulated):
    """Lists, codes and rows of a query, and their bytes by kind; what the design's simulation had beside them."""
    dim = bench.data.base.shape[1]
    turned = -(-dim // 64) * 64  # dimensions after rotation
    entry, cold, heap = turned // 8 + 12, turned // 2 + 12, 4 * dim + HEAP_ROW_HEADER
    found = counts(bench, config, point)
    found["sketches of centroids"] = min(round(4 * math.sqrt(len(bench.data.base))), len(bench.data.base) // 32)
    sizes = {"sketches of centroids": turned // 8 + 8, "entries scored": entry, "cold codes read": cold,
             "heap rows": heap}
    for what, number in found.items():
        notes = [f"{sizes[what]} bytes each: {number * sizes[what] / 1000:.1f} kB"] if what in sizes else []
        notes += [f"the design's simulation {simulated[what]:g}"] if what in simulated else []
        bench.results.add(f"{config.key}: {what}", number, "a query", note="; ".join(notes))


def measure_profile(bench):
    """The stages of our default index at each goal, inside one statement; hnsw's page accesses beside ours."""
    for goal in bench.goals:
        bench.results.part(f"a query's stages at recall {goal}, inside one statement")
        for config in bench.main():
            point = fastest(bench, config, goal)
            if not point:
                bench.results.missing(f"{config.key} does not reach {goal}")
                continue
            report_accesses(bench, config, point)
            if config.side is sides.VECSIM:
                report_counts(bench, config, point, SIMULATED.get(goal, {}) if bench.complete else {})
                report_stages(bench, config, point, PROTOTYPE.get(goal, {}) if bench.complete else {})


def report_accesses(bench, config, point):
    """Pages pinned a query, and their bytes, which bound the bytes touched."""
    index, table, toast = accesses(bench, config, point)
    bench.results.add(f"{config.key}: pages pinned", index + table + toast, "a query",
                      note=f"index {index:.1f}, table {table:.1f}, TOAST {toast:.1f}: at most "
                           f"{(index + table + toast) * 8:.0f} kB touched; {told(point)}")


def report_stages(bench, config, point, prototype):
    """Microseconds of each stage of a query, with its largest functions and what the prototype took."""
    client = bench.client(config.side)
    client.sql(f"SET {point['setting']} = {point['value']}")
    found, seconds = sample(bench, client, config.lateral)
    client.sql(f"RESET {point['setting']}")
    if not found:
        bench.results.missing(f"stages: {seconds}")
        return
    us = seconds * 1e6 / len(bench.timed.queries)
    bench.results.add(f"{config.key}: a query", us, "us", note=f"{FREQUENCY} samples a second, {SECONDS} s")
    total = sum(share for share, _ in found)
    for stage, (share, members) in sorted(by_stage(found).items(), key=lambda item: -item[1][0]):
        largest = ", ".join(f"{short(name)} {part:.1f} %" for part, name in members if part >= LEAST_SHARE)
        if stage in prototype:
            largest = f"prototype {prototype[stage]:g} us; {largest}"
        bench.results.add(f"{config.key}: {stage}", share / total * us, "us", note=largest)
