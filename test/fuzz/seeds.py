#!/usr/bin/python3
"""seeds.py FOLDER - writes what the fuzzer starts from: texts, messages and states that are good or nearly so.

FOLDER gets a folder a type.  The first byte of an input says what it is tried as (fuzz_types.cpp): 0 text, 1
message, 2 array that claims to be a state of avg or sum, 3 state of attention, c array to cast, m type modifier.
"""

import pathlib
import struct
import sys

ANY = b"\0"  # the type modifier
DENSE = ["[1,2,3]", " [ 1.5 , -2e3,0x1p-3 ] ", "[]", "[1", "[1,]", "[nan]", "[inf]", "[1e400]", "[3.4e38,1e-46]",
         "[1,2]x", "[65504,65520,6e-8]", "1,2", "[" + ",".join(["1"] * 40) + "]", "[-0]", "[1,,2]", "[+1.e+0]"]
SPARSE = ["{1:1.5,3:2}/5", "{}/3", " { 2 : 1 , 1 : 2e-3 } / 1000000000 ", "{1:0}/1", "{1:1,1:2}/3", "{0:1}/2",
          "{3:1}/2", "{1:nan}/1", "{1:1e-50}/1", "{1:1}/0", "{1:1}", "{1:1}/5x", "{1:1}/1000000001",
          "{2147483648:1}/2", "{-1:1}/2", "{1:1,}/2"]


def dense(code, *elements, unused=0, dim=None):
    return struct.pack(f">hh{len(elements)}{code}", len(elements) if dim is None else dim, unused, *elements)


def sparse(dim, indices, values, unused=0, count=None):
    count = len(indices) if count is None else count
    return struct.pack(f">iii{len(indices)}i{len(values)}f", dim, count, unused, *indices, *values)


def state(*elements, shape=0, then=0, more=b""):
    """An array of float8, what is done with it, and with what."""
    return bytes([2, 0, shape, len(elements)]) + struct.pack(f"<{len(elements)}d", *elements) + bytes([then]) + more


def cast(of, code, *elements, shape=0, typmod=0, length=None):
    """What is tried as a cast from an array: 0 integer, 1 real, 2 float8, 3 numeric, 4 bigint."""
    length = len(elements) if length is None else length
    return b"c" + bytes([typmod, of, shape, length]) + struct.pack(f"<{len(elements)}{code}", *elements)


def modifiers(*texts, shape=0):
    """Type modifiers as they are written."""
    return b"m" + bytes([shape + 8 * len(texts)]) + b"".join(text.encode() + b"\0" for text in texts)


def of_any():
    """Casts and type modifiers, which all types have alike."""
    nan, infinity = float("nan"), float("inf")
    casts = [cast(0, "i", 1, -2, 3), cast(0, "i", 2147483647, -2147483648), cast(1, "f", 1.5, 0, -3e38),
             cast(1, "f", nan), cast(1, "f", infinity), cast(2, "d", 1, 1e300), cast(2, "d", 1e-300, 65520, 3.4e38),
             cast(3, "f", 1.5, 0, 7), cast(3, "f", nan), cast(4, "q", 1), cast(1, "f", 1, 2, 3, typmod=130),
             cast(1, "f", 1, 2, typmod=130), cast(1, "f", shape=7), cast(1, "f", 1, 2, shape=6), cast(1, "f"),
             cast(1, "f", 1, shape=56), cast(1, "f", 1, shape=192, length=250), cast(0, "i", 1, shape=192, length=251)]
    typmods = ["3", "0", "-1", "16000", "16001", "1000000000", "1000000001", "2147483648", "x", "", " 7 ", "1x", "+5"]
    return casts + [modifiers(text) for text in typmods] + [
        modifiers(), modifiers("1", "2"), modifiers("1", shape=6), modifiers("1", shape=7), modifiers("1", shape=192),
        b"m" + bytes([63]) + b"1\0"]


def attention(key_dim, value_dim, top, total, *sums, rows=0):
    return bytes([3, rows]) + struct.pack(f">iidd{len(sums)}d", key_dim, value_dim, top, total, *sums)


def of_dense(code):
    inputs = [b"\0" + ANY + text.encode() for text in DENSE] + [b"\0" + bytes([130]) + b"[1,2,3]"]
    inputs += [b"\1" + ANY + message for message in (
        dense(code, 1, 2, 3), dense(code, float("nan")), dense(code, float("inf")), dense(code, 1, unused=1),
        dense(code, 1, dim=2), dense(code, dim=16001), dense(code, dim=-1), dense(code), dense(code, 1)[:3])]
    inputs += [state(2, 2, 4, 6), state(0), state(1, float("nan")), state(1, 1e300),
               state(2, 1, 2, then=1, more=b"\1\2\3\4"), state(2, 1, 2, then=2, more=b"\1\2\3\4"),
               state(shape=0), state(1, 2, shape=6), state(1, 2, shape=7),
               state(1, 2, shape=56), state(1, 2, shape=63), state(*[1.0] * 250, shape=192),
               state(1, 2, then=0, more=bytes([0, 2]) + struct.pack("<2d", 3, 4))]
    return inputs


def main(folder):
    infinity, nan = float("inf"), float("nan")
    states = [attention(2, 2, 3, 1.5, 1, 2), attention(2, 2, 3, 1.5, 1, 2, rows=3), attention(1, 1, -5, 0.5, 0),
              attention(1, 1, 0.5, 1, 1), attention(1, 1, nan, 1, 1), attention(1, 1, infinity, 1, 1),
              attention(1, 1, 0, 0, 1), attention(1, 1, 0, 1, nan), attention(1, 1, 0, 1, 1e300),
              attention(0, 1, 0, 1, 1), attention(1, 16001, 0, 1), attention(1, 2, 0, 1, 1),
              attention(1, 1, 0, 1, 1, 1), attention(-1, -1, 0, 1), attention(1, 1, 1e308, 1, 1, rows=2)]
    messages = [sparse(5, [0, 2], [1.5, 2]), sparse(3, [], []), sparse(3, [2, 0], [1, 1]), sparse(3, [1, 1], [1, 1]),
                sparse(3, [3], [1]), sparse(3, [-1], [1]), sparse(3, [0], [0]), sparse(3, [0], [nan]),
                sparse(3, [0], [1], unused=1), sparse(3, [0], [1], count=2), sparse(3, [], [], count=-1),
                sparse(1000000001, [], []), sparse(0, [], []), sparse(20000, [], [], count=16001),
                sparse(3, [0], [1])[:13]]
    types = {"vector": of_dense("f") + states, "halfvec": of_dense("e"),
             "sparsevec": [b"\0" + ANY + text.encode() for text in SPARSE] + [b"\1" + ANY + each for each in messages]}
    for name, inputs in types.items():
        inputs += of_any()
        path = pathlib.Path(folder, name)
        path.mkdir(parents=True, exist_ok=True)
        for number, contents in enumerate(inputs):
            (path / f"seed-{number:02}").write_bytes(contents)


if __name__ == "__main__":
    main(sys.argv[1])
