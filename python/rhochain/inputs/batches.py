"""Many matrices, as callers give them: a list, a generator, a three-dimensional array, weights on one pattern."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

import rhochain._core as _core
from rhochain.inputs.coercion import StoredParts, index_arrays, plain_array, stored_parts
from rhochain.inputs.matrix import Matrix, square_matrix

__all__ = ["Batch", "Prepared", "batches", "each_matrix", "failure_of"]

_MOST_MATRICES = 256
_MOST_BYTES = 2**26
_BATCHES_AHEAD = 2  # a batch holds as many matrices for each thread at least, however large they are


@dataclass(frozen=True, eq=False)
class Prepared:
    """A matrix of a batch: as the core reads it, or why it does not."""

    given: Any
    parts: StoredParts | _core.Operator | None
    error: Exception | None = None


@dataclass(frozen=True, eq=False)
class Batch:
    """Neighbouring matrices, the first of which has the index `first`."""

    first: int
    matrices: list[Prepared]


def each_matrix(Ws: Any) -> Iterator[Any]:
    """The matrices of `Ws`, one after the other; TypeError where it holds no matrices."""
    if isinstance(Ws, tuple) and len(Ws) == 3 and [np.ndim(part) for part in Ws] == [1, 1, 2]:
        return _on_one_pattern(*Ws)
    dimensions = getattr(Ws, "ndim", None)
    if dimensions == 3:
        stack = plain_array("Ws", Ws) if hasattr(Ws, "detach") else Ws
        return (stack[i] for i in range(len(stack)))
    one = isinstance(Ws, (str, bytes, os.PathLike, LinearOperator, Mapping)) or sparse.issparse(Ws)
    if one or not isinstance(Ws, Iterable) or (dimensions is not None and not _holds_objects(Ws)):
        shape = getattr(Ws, "shape", None)
        came = type(Ws).__name__ + ("" if shape is None else f" of shape {tuple(shape)}")
        raise TypeError(
            f"Ws must be a list of matrices, another iterable of them or an array of shape (B, n, n); got {came}: "
            "[W] is a list of one"
        )
    return iter(Ws)


def batches(Ws: Any, threads: int, *, square: bool, check: Callable[[int], object] | None = None) -> Iterator[Batch]:
    """In order, as large as memory allows. `check` gets the order of each matrix and may refuse it."""
    each = each_matrix(Ws)
    return _batches(each, _BATCHES_AHEAD * max(threads, 1), square, check)


def failure_of(index: int, error: Exception) -> Exception:
    """The same with the index of the matrix in its message."""
    if type(error) in (TypeError, ValueError):
        return type(error)(f"Ws[{index}]: {error}")
    return ValueError(f"Ws[{index}]: {type(error).__name__}: {error}")


def _holds_objects(Ws: Any) -> bool:
    return getattr(Ws, "dtype", None) == np.dtype(object) and Ws.ndim == 1


def _on_one_pattern(indptr: Any, indices: Any, data: Any) -> Iterator[Any]:
    pointers, columns = plain_array("indptr", indptr), plain_array("indices", indices)
    entries = plain_array("data", data)
    n = len(pointers) - 1
    for name, array in (("indptr", pointers), ("indices", columns)):
        if array.dtype.kind not in "iu":
            raise TypeError(f"{name} must hold integers; got dtype {array.dtype}")
    if n < 1 or entries.shape[1] != len(columns):
        raise ValueError(
            "(indptr, indices, data) must have shapes (n + 1,), (nnz,) and (B, nnz); "
            f"got {pointers.shape}, {columns.shape} and {entries.shape}"
        )
    _core.SparseOperator(n, n, *index_arrays(pointers, columns), np.zeros(len(columns)), 0)
    return (sparse.csr_array((row, columns, pointers), shape=(n, n), copy=False) for row in entries)


def _batches(each: Iterator[Any], least: int, square: bool, check: Callable[[int], object] | None) -> Iterator[Batch]:
    first, held, size = 0, [], 0
    for W in each:
        prepared = _prepared(W, square, check)
        held.append(prepared)
        size += _bytes(prepared.parts)
        if len(held) >= _MOST_MATRICES or (size >= _MOST_BYTES and len(held) >= least):
            yield Batch(first, held)
            first, held, size = first + len(held), [], 0
    if held:
        yield Batch(first, held)


def _prepared(W: Any, square: bool, check: Callable[[int], object] | None) -> Prepared:
    try:
        parts = None if isinstance(W, Matrix) else stored_parts(W)
        held: StoredParts | _core.Operator
        if parts is None:
            A = square_matrix(W) if square else W if isinstance(W, Matrix) else Matrix(W)
            held, shape = A.operator, A.shape
        else:
            held, shape = parts, parts.shape if isinstance(parts, np.ndarray) else parts[:2]
            if square and shape[0] != shape[1]:
                square_matrix(W)  # raises: it says what is not square
        if check is not None:
            check(shape[0])
    except Exception as error:
        return Prepared(W, None, error)
    return Prepared(W, held)


def _bytes(parts: StoredParts | _core.Operator | None) -> int:
    if isinstance(parts, tuple):
        return sum(part.nbytes for part in parts[2:])
    return parts.nbytes if isinstance(parts, np.ndarray) else 0
