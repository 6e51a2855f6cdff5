"""Rows of a matrix in a file, each read by the rank that keeps it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from scipy import sparse

import rhochain._core as _core
from rhochain.files.loading import faults_named, require_finite
from rhochain.files.stored_lines import StoredLines
from rhochain.ranks.agreement import Communicator, alike
from rhochain.ranks.sliced_rows import transposed
from rhochain.ranks.slices import Lengths, balanced_lengths, even_lengths, first_rows

__all__ = ["rows_of_lines"]

_Result = TypeVar("_Result")


def rows_of_lines(
    comm: Communicator, path: str | os.PathLike[str], lines: StoredLines, *, rows_are_sources: bool
) -> sparse.csr_array:
    """The rows of W of this rank, in the order of the ranks. A fault has the message of `load` on all ranks.

    Memory: the lines of this rank; where its rows are made of them, up to four times that for a while.
    """
    reading = _Reading(comm, path, lines)
    held = reading.balanced()
    own = reading.own(held)
    if lines.kind == "csc":
        of_rows = even_lengths(lines.width, comm.size)
        own, held = transposed(comm, own, held, of_rows), of_rows
    reading.agreed(lambda: require_finite(own, int(first_rows(held)[comm.rank])))
    if rows_are_sources:
        own = transposed(comm, own, held, even_lengths(own.shape[1], comm.size))
    return own


class _Reading:
    """Lines of a file, of which each rank reads its own."""

    def __init__(self, comm: Communicator, path: str | os.PathLike[str], lines: StoredLines) -> None:
        self._comm = comm
        self._path = path
        self._lines = lines

    def agreed(self, compute: Callable[[], _Result]) -> _Result:
        """What compute() gives. Where it finds a fault on some ranks, all raise that of the first of them."""

        def named() -> _Result:
            with faults_named(self._path):
                return compute()

        return alike(self._comm, named)

    def balanced(self) -> Lengths:
        """Whole pieces of lines for each rank, with about as many entries each."""
        count, size = self._lines.count, self._comm.size
        found = self._lengths(even_lengths(count, size))
        starts = np.arange(0, len(found), _core.piece_rows(count))
        pieces = np.add.reduceat(found, starts) if len(found) else found
        return balanced_lengths(count, np.concatenate(self._comm.allgather(pieces)), size)

    def own(self, held: Lengths) -> sparse.csr_array:
        """The lines of this rank, where rank r has held[r] of them."""
        comm, lines = self._comm, self._lines
        lengths = self._lengths(held)
        end = int(np.cumsum(comm.allgather(int(lengths.sum())))[comm.rank])
        begin = end - int(lengths.sum())
        if not len(lengths):
            begin = end = 0  # where nothing has to be passed over
        last = 0 < len(lengths) == lines.count - first_rows(held)[comm.rank]
        indices, data = self.agreed(lambda: lines.part(begin, end, rest=last))
        self.agreed(lambda: lines.require_positions(indices, begin))
        index = np.int32 if max(*lines.shape, lines.entries) <= np.iinfo(np.int32).max else np.int64
        pointers = np.concatenate([[0], np.cumsum(lengths)]).astype(index)
        parts = data, indices.astype(index, copy=False), pointers
        return sparse.csr_array(parts, shape=(len(lengths), lines.width))

    def _lengths(self, held: Lengths) -> Lengths:
        """Those of the lines of this rank."""
        first, count = int(first_rows(held)[self._comm.rank]), int(held[self._comm.rank])
        nothing = np.zeros(0, np.int64), True
        found, fit = self.agreed(lambda: self._lines.lengths(first, first + count) if count else nothing)
        total, unfit = self._comm.allreduce(int(found.sum())), self._comm.allreduce(int(not fit))
        self.agreed(lambda: self._lines.require_lengths(not unfit, total))
        return found
