"""A process that reads many mutated files: `python file_reading_child.py READER KIND SEED FIRST LAST SECONDS`.

It prints the number of each file before it reads it, then at the end how many it loaded and how many it refused. A
file takes at most SECONDS, after which the process dies of SIGALRM.
"""

from __future__ import annotations

import importlib
import os
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from container_mutations import KINDS, LIBRARIES, mutated_file
from peak_memory import peak_bytes
from scipy import sparse

import rhochain as rc

MOST_BYTES = 500_000_000
PLACES = r"line [0-9]+|row [0-9]+, column [0-9]+|array .+|header|archive"
PLACES_OF_TABLES = r"table|footer|columns?.*|row [0-9,]+|ids|weights"
PLACES_OF_CONTAINERS = r"(variable|tensor|group|dataset|edge types) .+|variable|file|labels"
REFUSAL = re.compile(rf"({PLACES}|{PLACES_OF_TABLES}|{PLACES_OF_CONTAINERS}): .+; expected .+")


hoarded = []  # some systems count a peak only while it lasts


def hoard(path):
    hoarded[:] = [np.ones(MOST_BYTES // 7)]
    return rc.load(path)


def accept_all(path):
    try:
        return rc.load(path)
    except rc.FileError:
        return np.full((1, 1), np.nan)


def refuse_without_place(path):
    raise rc.FileError(path, "bad")


# Of rhochain, and ones that the process has to give away.
READERS = {
    "load": rc.load,
    "abort": lambda path: os.abort(),
    "sleep": lambda path: time.sleep(60),
    "hoard": hoard,
    "accept all": accept_all,
    "refuse without place": refuse_without_place,
    "raise": lambda path: {}[path],
}


def require_matrix(W) -> None:
    if isinstance(W, rc.Weights):
        if W.ids is not None:
            assert W.shape == (len(W.ids), len(W.ids))
            assert len(np.unique(W.ids)) == len(W.ids)
        W = W.matrix
    assert isinstance(W, sparse.csr_array | np.ndarray), type(W)
    assert len(W.shape) == 2, W.shape
    assert min(W.shape) > 0, W.shape
    entries = W.data if sparse.issparse(W) else W
    assert entries.dtype.kind in "biuf", entries.dtype
    assert entries.dtype.isnative, entries.dtype
    assert np.isfinite(entries).all()
    if sparse.issparse(W):
        assert len(W.indptr) == W.shape[0] + 1
        assert W.indptr[0] == 0
        assert W.indptr[-1] == len(W.indices) == len(W.data)
        assert (W.indptr[:-1] <= W.indptr[1:]).all()
        assert ((W.indices >= 0) & (W.indices < W.shape[1])).all()
    if entries.dtype.itemsize <= 8:
        assert rc.Matrix(W).shape == W.shape


def read(reader, path) -> bool:
    """Whether the reader takes the file; AssertionError for a bad matrix and a bad refusal."""
    try:
        W = reader(path)
    except rc.FileError as error:
        message = str(error)
        assert message.isprintable(), message
        assert message.startswith(f"{path}: "), message
        assert REFUSAL.fullmatch(message.removeprefix(f"{path}: ")), message
        return False
    require_matrix(W)
    return True


def main(reader, kind, seed, first, last, seconds) -> None:
    loaded = refused = 0
    if kind in LIBRARIES:
        importlib.import_module(LIBRARIES[kind])
    base = peak_bytes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"W{KINDS[kind][0]}"
        for number in range(int(first), int(last)):
            path.write_bytes(mutated_file(kind, int(seed), number))
            print(number, flush=True)
            signal.setitimer(signal.ITIMER_REAL, float(seconds))
            taken = read(READERS[reader], path)
            signal.setitimer(signal.ITIMER_REAL, 0)
            loaded += taken
            refused += not taken
            assert peak_bytes() - base < MOST_BYTES, f"{peak_bytes() - base} bytes"
    print(f"loaded {loaded} refused {refused} megabytes {(peak_bytes() - base) // 10**6}")


if __name__ == "__main__":
    main(*sys.argv[1:])
