"""attention_run.py ROWS - times the attention of one query in memory, in NumPy and PyTorch; a line of JSON each.

Runs in an interpreter that need have nothing but NumPy: without PyTorch it prints NumPy's line alone.
"""
import json
import sys
import time

import numpy

DIM, ROUNDS = 64, 7


def median_ms(function):
    """Median milliseconds of a call, after one that does not count."""
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        function()
        times.append((time.perf_counter() - start) * 1000)
    return float(numpy.median(times[1:]))


def in_numpy(query, keys, values):
    """The formula in single precision, as it would be written."""
    scores = keys @ query[0] / numpy.float32(numpy.sqrt(DIM))
    weights = numpy.exp(scores - scores.max())
    return weights @ values / weights.sum()


def main(rows):
    generator = numpy.random.default_rng(11)
    arrays = [generator.standard_normal((count, DIM), dtype=numpy.float32) for count in (1, rows, rows)]
    print(json.dumps({"name": "NumPy in memory", "ms": median_ms(lambda: in_numpy(*arrays))}))
    try:
        import torch
    except ImportError:
        return
    tensors = [torch.from_numpy(array).reshape(1, 1, -1, DIM) for array in arrays]
    for threads in (1, torch.get_num_threads()):
        torch.set_num_threads(threads)
        ms = median_ms(lambda: torch.nn.functional.scaled_dot_product_attention(*tensors))
        print(json.dumps({"name": f"PyTorch {torch.__version__} in memory, threads: {threads}", "ms": ms}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
