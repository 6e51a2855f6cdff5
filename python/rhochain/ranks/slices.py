"""Which rows each rank has: consecutive ones, in the order of the ranks.

Sums over a vector are cut at multiples of `_core.piece_rows(n)` rows. Where each slice begins at such a multiple, no
bit of a result depends on the number of ranks.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import rhochain._core as _core

__all__ = ["Lengths", "are_aligned", "balanced_lengths", "even_lengths", "first_rows", "piece_count"]

Lengths = npt.NDArray[np.int64]
"""The rows of each rank."""


def piece_count(n: int) -> int:
    """The pieces of n rows."""
    return -(-n // _core.piece_rows(n))


def balanced_lengths(n: int, entries: npt.NDArray[np.int64], ranks: int) -> Lengths:
    """Whole pieces for each rank, with about as many entries each; `entries[p]` are those of piece p.

    Examples
    --------
    >>> import numpy as np
    >>> balanced_lengths(20_000, np.array([10, 10, 4]), 2), balanced_lengths(100, np.array([9]), 3)
    (array([ 8192, 11808]), array([  0, 100,   0]))
    """
    piece = _core.piece_rows(n)
    before = np.concatenate([[0], np.cumsum(entries)])
    wanted = before[-1] * np.arange(1, ranks) / ranks
    # The boundary of pieces that is nearest to each share.
    above = np.searchsorted(before, wanted).clip(1, len(before) - 1)
    nearest = np.where(wanted - before[above - 1] < before[above] - wanted, above - 1, above)
    cuts = np.concatenate([[0], np.maximum.accumulate(nearest) * piece, [n]]).clip(0, n)
    return np.diff(cuts)


def even_lengths(n: int, ranks: int) -> Lengths:
    """Whole pieces for each rank, about as many each."""
    return balanced_lengths(n, np.ones(piece_count(n), np.int64), ranks)


def are_aligned(lengths: Lengths) -> bool:
    """Whether each slice that has rows begins at a multiple of a piece."""
    starts = first_rows(lengths)[lengths > 0]
    return not (starts % _core.piece_rows(int(lengths.sum()))).any()


def first_rows(lengths: Lengths) -> Lengths:
    """The first row of each rank."""
    return np.cumsum(lengths) - lengths
