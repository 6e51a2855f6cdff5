"""The size of a matrix in words."""

from __future__ import annotations

__all__ = ["size_in_words"]


def size_in_words(shape: tuple[int, int], nnz: int | None, update_rank: int | None) -> str:
    """Shape and entries; of W + U V those of its three parts.

    Examples
    --------
    >>> size_in_words((20, 10), 50, None)
    '20 x 10, 50 nonzeros, density 25 %'
    >>> size_in_words((20, 20), 50, 1)
    '20 x 20, W + U V (rank 1), called W below: 50 nonzeros in its W, 40 numbers in U and V, no sum is formed'
    """
    rows, cols = shape
    size = f"{rows:,} x {cols:,}"
    if nnz is None:
        return size
    nonzeros = "1 nonzero" if nnz == 1 else f"{nnz:,} nonzeros"
    if update_rank is None:
        return f"{size}, {nonzeros}, density {100 * nnz / (rows * cols):.3g} %"
    return (
        f"{size}, W + U V (rank {update_rank}), called W below: {nonzeros} in its W, "
        f"{update_rank * (rows + cols):,} numbers in U and V, no sum is formed"
    )
