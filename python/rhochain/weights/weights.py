"""`Weights`: a matrix with what its source said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.markup.blocks import Facts, Verbatim
from rhochain.markup.notebook import notebook

__all__ = ["Counts", "Weights"]

_FEW_IDS, _LONGEST_NAME = 6, 40  # shown in a notebook


@dataclass(frozen=True)
class Counts:
    """What a reader did with the rows of a source; 0 where nothing was done.

    Attributes
    ----------
    rows : int
        Rows of the source: edges, or entries of a matrix.
    summed : int
        Rows beyond the first of a pair of neurons: their weights were added in float64.
    dropped : int
        Rows left out because the caller asked for it, such as those of neurons outside `nodes`.
    unknown_sign : int
        Neurons without a known sign.
    """

    rows: int = 0
    summed: int = 0
    dropped: int = 0
    unknown_sign: int = 0


@dataclass(frozen=True, eq=False)
class Weights:
    """A matrix W with the names of its neurons; made by `rhochain.load`. Every function takes it in place of W.

    Attributes
    ----------
    matrix : csr_array or ndarray of shape (n, n)
        W. Where `rows` is "target", W[i, j] acts from neuron j on neuron i, whatever the source stored.
    ids : ndarray of shape (n,), or None
        The name of neuron i: integers as in the source (int64 or uint64), or text. None where the source has none.
    rows : {"target", None}
        "target" where the source or the caller said which side of a pair receives; None where neither did: then the
        matrix is as stored.
    origin : str
        Where it came from, for reports: a file, or the kind of an object.
    counts : Counts
    notes : tuple of str
        What a reader has to say of its reading, a sentence each.
    """

    matrix: sparse.csr_array | npt.NDArray[Any]
    ids: npt.NDArray[Any] | None = None
    rows: str | None = None
    origin: str = ""
    counts: Counts = Counts()
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.matrix.shape
        return rows, columns

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.matrix.dtype)

    def to_scipy(self) -> sparse.csr_array:
        """W as a CSR array, which shares memory with `matrix` where that is one."""
        return self.matrix if sparse.issparse(self.matrix) else sparse.csr_array(self.matrix)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        stored: Any = self.matrix
        dense: npt.NDArray[Any] = stored.toarray() if sparse.issparse(stored) else stored
        if copy is False and dense is not self.matrix:
            raise ValueError("a sparse W has no dense array without a copy")
        return np.array(dense, dtype=dtype, copy=True) if copy else np.asarray(dense, dtype=dtype)

    def __repr__(self) -> str:
        size = " x ".join(f"{extent:,}" for extent in self.shape)
        kind = "sparse" if sparse.issparse(self.matrix) else "dense"
        side = "rows receive" if self.rows == "target" else "rows as stored"
        named = "no ids" if self.ids is None else f"ids of {self.ids.dtype}"
        return f"Weights({size}, {kind} {self.dtype}, {side}, {named})"

    def _repr_html_(self) -> str:
        size = " x ".join(f"{extent:,}" for extent in self.shape)
        entries = self.matrix.nnz if isinstance(self.matrix, sparse.csr_array) else self.matrix.size
        side = "receive: W[i, j] acts from j on i" if self.rows == "target" else "as stored"
        facts = [
            (
                "matrix",
                f"{size}, {'sparse' if sparse.issparse(self.matrix) else 'dense'} {self.dtype}, {entries:,} stored",
            ),
            ("rows", side),
            ("ids", "none" if self.ids is None else Verbatim(self._first_ids())),
        ]
        if self.origin:
            facts.insert(0, ("source", Verbatim(self.origin)))
        c = self.counts
        if c.rows:
            facts.append(
                (
                    "reading",
                    f"{c.rows:,} rows read, {c.summed:,} summed into others of the same pair, {c.dropped:,} dropped",
                )
            )
        facts += [("note", Verbatim(note)) for note in self.notes]
        return notebook([Facts([("Weights", "W and the names of its neurons"), *facts])])

    def _first_ids(self) -> str:
        ids = np.asarray(self.ids)
        some = ", ".join(str(name)[:_LONGEST_NAME] for name in ids[:_FEW_IDS])
        kind = "text" if ids.dtype.kind == "U" else str(ids.dtype)
        return f"{kind}: {some}{', …' if ids.size > _FEW_IDS else ''}"
