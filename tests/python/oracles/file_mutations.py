"""Good matrix files of every kind, and files made from them by a few random edits."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable

import numpy as np
from scipy import sparse

Edit = Callable[[np.random.Generator, bytearray], bytearray]

EXTREMES = [
    *(b"0", b"-1", b"1.5", b"nan", b"inf", b"1e999", b"-1e-999", b"0x10", b"1_0", b"+", b".", b"1e", b"--1", b"1d5"),
    *(str(2**bits + more).encode() for bits in (31, 32, 53, 63, 64) for more in (-1, 0, 1)),
    *(b"1000000000000", b"9" * 400, b"0" * 3000 + b"1", b"1." + b"3" * 3000, b"complex", b"array", b"\xd9\xa3", b"\0"),
]
WORDS = [
    value.to_bytes(8, "little", signed=True)
    for value in (-(2**63), -(2**31), -1, 0, 1, 255, 2**31 - 1, 2**31, 2**32 + 1, 2**62, 2**63 - 1)
] + [np.float64(value).tobytes() for value in (np.nan, -np.inf, 1e308, 5e-324)]


def _place(rng: np.random.Generator, data: bytearray) -> slice:
    start = int(rng.integers(len(data) + 1))
    return slice(start, start + int(rng.integers(1, 9)))


def flip_bit(rng: np.random.Generator, data: bytearray) -> bytearray:
    if data:
        data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
    return data


def change_byte(rng: np.random.Generator, data: bytearray) -> bytearray:
    if data:
        data[rng.integers(len(data))] = rng.integers(256)
    return data


def delete(rng: np.random.Generator, data: bytearray) -> bytearray:
    del data[_place(rng, data)]
    return data


def insert(rng: np.random.Generator, data: bytearray) -> bytearray:
    at = _place(rng, data)
    data[at.start : at.start] = rng.bytes(at.stop - at.start)
    return data


def insert_nul(rng: np.random.Generator, data: bytearray) -> bytearray:
    at = _place(rng, data).start
    data[at:at] = b"\0"
    return data


def cut(rng: np.random.Generator, data: bytearray) -> bytearray:
    return data[: int(rng.integers(len(data) + 1))]


def repeat(rng: np.random.Generator, data: bytearray) -> bytearray:
    start, stop = sorted(int(at) for at in rng.integers(len(data) + 1, size=2))
    data[stop:stop] = data[start:stop]
    return data


def swap_lines(rng: np.random.Generator, data: bytearray) -> bytearray:
    lines = data.split(b"\n")
    i, j = rng.integers(len(lines), size=2)
    lines[i], lines[j] = lines[j], lines[i]
    return bytearray(b"\n").join(lines)


def replace_number(rng: np.random.Generator, data: bytearray) -> bytearray:
    numbers = list(re.finditer(rb"[0-9]+", data))
    if numbers:
        number = numbers[rng.integers(len(numbers))]
        data[number.start() : number.end()] = EXTREMES[rng.integers(len(EXTREMES))]
    return data


def replace_size(rng: np.random.Generator, data: bytearray) -> bytearray:
    """A number among the first few: of a size line or of a header."""
    numbers = list(re.finditer(rb"[0-9]+", data[:300]))[:8]
    if numbers:
        number = numbers[rng.integers(len(numbers))]
        data[number.start() : number.end()] = EXTREMES[rng.integers(len(EXTREMES))]
    return data


def replace_word(rng: np.random.Generator, data: bytearray) -> bytearray:
    """Four or eight bytes, where integers and doubles of an array lie."""
    if len(data) >= 8:
        at = 4 * int(rng.integers(len(data) // 4 - 1))
        data[at : at + 8] = WORDS[rng.integers(len(WORDS))]
    return data


EDITS: list[Edit] = [flip_bit, change_byte, delete, insert, insert_nul, cut, repeat]
EDITS += [swap_lines, replace_number, replace_size, replace_word]


def mutated(rng: np.random.Generator, content: bytes) -> bytes:
    """One to four edits; in 1 of 20 files none, so that some files of each kind load."""
    data = bytearray(content)
    for _ in range(0 if rng.random() < 0.05 else rng.integers(1, 5)):
        data = EDITS[rng.integers(len(EDITS))](rng, data)
    return bytes(data)


def _text(rng: np.random.Generator) -> bytes:
    layout, field, symmetry = (
        str(rng.choice(words))
        for words in (
            ["coordinate", "coordinate", "array"],
            ["real", "real", "integer", "unsigned-integer", "pattern"],
            ["general", "general", "symmetric", "skew-symmetric"],
        )
    )
    if layout == "array" and field == "pattern":
        field = "real"
    n = int(rng.integers(2, 9))
    positions = [(i, j) for j in range(1, n + 1) for i in range(1, n + 1)]
    strict = symmetry == "skew-symmetric"
    if symmetry != "general":
        positions = [(i, j) for i, j in positions if i >= j + strict]
    if layout == "coordinate":
        positions = [position for position in positions if rng.random() < 0.5]
    lines = [f"%%MatrixMarket matrix {layout} {field} {symmetry}", "% a comment", f"{n} {n}"]
    if layout == "coordinate":
        lines[-1] += f" {len(positions)}"
    for i, j in positions:
        value = f"{rng.standard_normal():.12g}" if field == "real" else str(rng.integers(100))
        numbers = [] if layout == "array" else [str(i), str(j)]
        lines.append(" ".join(numbers if field == "pattern" else [*numbers, value]))
    return ("\n".join(lines) + "\n").encode()


def _npy(rng: np.random.Generator) -> bytes:
    stream = io.BytesIO()
    dtype = rng.choice(["<f8", "<f4", ">f8", "<i8", "|u1", "|b1"])
    W = (10 * rng.standard_normal((int(rng.integers(1, 7)), 4))).astype(np.int8).astype(dtype)
    np.save(stream, W if rng.random() < 0.5 else np.asfortranarray(W))
    return stream.getvalue()


def _npz(rng: np.random.Generator) -> bytes:
    stream = io.BytesIO()
    if rng.random() < 0.2:
        np.savez(stream, W=rng.standard_normal((3, 4)))
        return stream.getvalue()
    kind = str(rng.choice(["csr", "csc", "coo", "bsr", "dia"]))
    W = sparse.random(6, 8, density=0.4, format="csr", random_state=int(rng.integers(2**31)))
    sparse.save_npz(stream, W.asformat(kind), compressed=bool(rng.random() < 0.5))
    return stream.getvalue()


def _npz_of_mutated_arrays(rng: np.random.Generator) -> bytes:
    """A sound archive, one of whose arrays was edited."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_npz(rng))) as given, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        names = given.namelist()
        for name in names:
            content = given.read(name)
            made.writestr(name, mutated(rng, content) if name == names[rng.integers(len(names))] else content)
    return stream.getvalue()


def _npz_by_hand(rng: np.random.Generator) -> bytes:
    W = sparse.random(7, 7, density=0.4, format="csr", random_state=int(rng.integers(2**31)))
    prefix = str(rng.choice(["", "W_"]))
    arrays = {"data": W.data, "indices": W.indices, "indptr": W.indptr, "shape": np.array(W.shape)}
    beside = {"node_ids": 2**60 + np.arange(7)} if rng.random() < 0.7 else {}
    stream = io.BytesIO()
    np.savez(stream, **{prefix + name: array for name, array in arrays.items()}, **beside)
    return stream.getvalue()


def _edges(rng: np.random.Generator) -> dict[str, list]:
    rows = int(rng.integers(1, 30))
    ids = rng.integers(0, 2**62, 5)
    source, target = (ids[rng.integers(0, 5, rows)].tolist() for _ in range(2))
    if rng.random() < 0.3:
        source, target = ([f"n{neuron % 7}" for neuron in side] for side in (source, target))
    return {"pre": source, "post": target, "weight": rng.integers(1, 40, rows).tolist(), "region": ["a b"] * rows}


def _csv(rng: np.random.Generator) -> bytes:
    columns = _edges(rng)
    rows = zip(*columns.values(), strict=True)
    return "".join(",".join(map(str, row)) + "\n" for row in [tuple(columns), *rows]).encode()


def _feather(rng: np.random.Generator) -> bytes:
    from pyarrow import table
    from pyarrow.feather import write_feather

    stream = io.BytesIO()
    packing = str(rng.choice(["lz4", "zstd", "uncompressed"]))
    write_feather(table(_edges(rng)), stream, compression=packing, chunksize=7)
    return stream.getvalue()


def _parquet(rng: np.random.Generator) -> bytes:
    from pyarrow import table
    from pyarrow.parquet import write_table

    stream = io.BytesIO()
    write_table(table(_edges(rng)), stream, compression=str(rng.choice(["snappy", "zstd", "none"])), row_group_size=7)
    return stream.getvalue()


# The ending of a file's name, and how its content comes about.
KINDS: dict[str, tuple[str, Callable[[np.random.Generator], bytes]]] = {
    "text": (".mtx", lambda rng: mutated(rng, _text(rng))),
    "packed text": (".mtx.gz", lambda rng: mutated(rng, gzip.compress(_text(rng)))),
    "text, then packed": (".mtx.gz", lambda rng: gzip.compress(mutated(rng, _text(rng)))),
    "array": (".npy", lambda rng: mutated(rng, _npy(rng))),
    "archive": (".npz", lambda rng: mutated(rng, _npz(rng))),
    "arrays, then archive": (".npz", _npz_of_mutated_arrays),
    "archive by hand": (".npz", lambda rng: mutated(rng, _npz_by_hand(rng))),
}
# The same of edge tables, which pyarrow reads.
TABLE_KINDS: dict[str, tuple[str, Callable[[np.random.Generator], bytes]]] = {
    "table in text": (".csv", lambda rng: mutated(rng, _csv(rng))),
    "packed table": (".csv.gz", lambda rng: mutated(rng, gzip.compress(_csv(rng)))),
    "feather": (".feather", lambda rng: mutated(rng, _feather(rng))),
    "parquet": (".parquet", lambda rng: mutated(rng, _parquet(rng))),
}
ALL_KINDS = KINDS | TABLE_KINDS
