#!/usr/bin/python3
"""learn.py - writes learn.tsv: what PyTorch computes in double precision, for test/pgtap/learn.sql to compare with.

Run it with a Python that has torch (pip install torch; 2.0 or later):  python3 learn.py >learn.tsv

Inputs and weights are not kept but made, here and in SQL, by one formula: number(series, i) is an integer hash of
series * 2^20 + i, cut to 24 bits and scaled to -1 .. 1, so that it is exact as a float32.  A line of learn.tsv is what
was computed, batch, head, token, and the numbers as a vector:

    sdpa      torch.nn.functional.scaled_dot_product_attention, batch 2, 6 tokens, 64 dimensions (head 0)
    causal    the same with is_causal=True
    mha       torch.nn.MultiheadAttention(512, 8), batch 2, 6 tokens (head 0)
    weights   the attention weights of its 8 heads
"""

import numpy
import torch

BATCH, TOKENS, WIDTH, HEADS = 2, 6, 512, 8
HEAD_WIDTH = WIDTH // HEADS


def number(series, *shape):
    """The first numbers of a series, in the order of a C array of that shape, as float64."""
    x = numpy.arange(numpy.prod(shape), dtype=numpy.uint64) + numpy.uint64(series << 20)
    for _ in range(2):
        x = ((x >> numpy.uint64(16)) ^ x) * numpy.uint64(73244475) & numpy.uint64(0xFFFFFFFF)
    x = (x >> numpy.uint64(16)) ^ x
    return torch.from_numpy((x >> numpy.uint64(8)).astype(numpy.float64) / 2**23 - 1).reshape(shape)


def show(what, values):
    """Prints an array of batch x head x token x dimension."""
    for batch, heads in enumerate(values.detach().numpy()):
        for head, tokens in enumerate(heads):
            for token, vector in enumerate(tokens):
                print(what, batch, head, token, "[" + ",".join(f"{x:.9g}" for x in vector) + "]", sep="\t")


def multihead():
    """A MultiheadAttention with weights of ours."""
    layer = torch.nn.MultiheadAttention(WIDTH, HEADS, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        layer.in_proj_weight.copy_(number(4, 3 * WIDTH, WIDTH) / 16)  # rows of query, key, value
        layer.in_proj_bias.copy_(number(5, 3 * WIDTH) / 16)
        layer.out_proj.weight.copy_(number(6, WIDTH, WIDTH) / 16)
        layer.out_proj.bias.copy_(number(7, WIDTH) / 16)
    return layer


def main():
    attention = torch.nn.functional.scaled_dot_product_attention
    q, k, v = (number(series, BATCH, 1, TOKENS, HEAD_WIDTH) * 4 for series in range(3))
    show("sdpa", attention(q, k, v))
    show("causal", attention(q, k, v, is_causal=True))
    x = number(3, BATCH, TOKENS, WIDTH) * 4
    out, weights = multihead()(x, x, x, average_attn_weights=False)
    show("mha", out.unsqueeze(1))
    show("weights", weights)


if __name__ == "__main__":
    main()
