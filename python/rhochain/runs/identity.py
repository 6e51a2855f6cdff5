"""What tells one chain from another: digests of its matrix, its rows and its vectors, cheap beside a run."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.inputs.arrays import Floats
from rhochain.inputs.matrix import Matrix
from rhochain.ranks.callers import Callers, callers_of
from rhochain.ranks.neuron_leaks import NeuronLeaks
from rhochain.ranks.whole_vectors import from_first, in_first

__all__ = [
    "array_digest",
    "leaks_digest",
    "matrices_digest",
    "matrix_digest",
    "rows_digest",
    "vector_digest",
]

_SAMPLED_ROWS = 16


def array_digest(*arrays: npt.ArrayLike) -> str:
    """Of the shapes and of every bit of the numbers, as float64.

    Examples
    --------
    >>> array_digest([1.0, 2.0]) == array_digest(np.float32([1, 2])), array_digest([0.0]) == array_digest([-0.0])
    (True, False)
    """
    digest = hashlib.blake2b(digest_size=8)
    for given in arrays:
        array = np.ascontiguousarray(given, dtype="<f8")
        digest.update(repr(array.shape).encode())
        digest.update(array.data)
    return digest.hexdigest()


def vector_digest(A: Matrix, own: Floats, *others: npt.ArrayLike) -> str:
    """`array_digest` of `others` and a vector or a block of them, whose slices ranks have that share A: all call this.

    On ranks the first one has the whole block for a while.
    """
    comm = callers_of(A).comm
    if comm is None:
        return array_digest(*others, own)
    whole = in_first(comm, own)
    return from_first(comm, lambda: array_digest(*others, whole))


def matrix_digest(A: Matrix) -> str | None:
    """Of A's shape and of the bits of its product with one fixed vector; None for an operator known by products alone.

    An entry that changes by more than the rounding of its row's sum changes the digest. The products of an operator
    need not come out the same to the last bit. Where ranks share A all of them call this; the digest is that of the
    same matrix in one process.
    """
    if A.kind == "operator":
        return None
    comm = callers_of(A).comm
    before = 0 if comm is None else sum(comm.allgather(A.own_columns)[: comm.rank])
    # NumPy promises the raw numbers of a bit generator, not those of its distributions.
    raw = np.random.PCG64(20130616).advance(before).random_raw(A.own_columns)
    x = np.ldexp((raw >> 11).astype(np.float64), -53) - 0.5
    product = A.operator.apply(x.reshape(-1, 1), A.threads)
    return vector_digest(A, np.asarray(product, np.float64).reshape(-1), np.array(A.shape))


def matrices_digest(matrices: Sequence[Matrix]) -> str:
    """Of all of them, in their order, with the stored entries of each."""
    digest = hashlib.blake2b(digest_size=8)
    for A in matrices:
        digest.update(repr((matrix_digest(A), A.nnz)).encode())
    return digest.hexdigest()


def rows_digest(source: Any, count: int, width: int, A: Matrix | None = None) -> str:
    """Of up to 16 rows of a `row_source`, the first and the last among them, and of their number.

    Where ranks share A, the source of each has its columns of A, and all of them call this.
    """
    callers = Callers(None, 0) if A is None else callers_of(A)
    own = width if A is None or callers.comm is None else A.own_columns

    def sampled() -> Floats:
        rows = sorted({(count - 1) * i // (_SAMPLED_ROWS - 1) for i in range(_SAMPLED_ROWS)} if count else ())
        sample = np.empty((len(rows), own))
        for out, k in zip(sample[:, np.newaxis], rows, strict=True):
            if callable(source):
                source(k, k + 1, out)
            else:
                out[...] = source[k : k + 1]
        return sample

    sample = callers.together(sampled)
    if callers.comm is None:
        return array_digest([count, width], *sample[:, np.newaxis])
    whole = in_first(callers.comm, sample.T)
    return from_first(callers.comm, lambda: array_digest([count, width], *whole.T[:, np.newaxis]))


def leaks_digest(A: Matrix, leaks: NeuronLeaks) -> str:
    """Of one leak, or of those of all neurons. Where ranks share A all of them call this."""
    return vector_digest(A, leaks.own) if leaks.differ else array_digest(leaks.own)
