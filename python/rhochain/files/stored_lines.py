"""A compressed sparse matrix in a file, of which some lines are read without the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.files.sparse_parts import require_pointers, require_range, wide_entries

__all__ = ["Lengths", "StoredLines"]

Lengths = npt.NDArray[np.int64]
"""The entries of each line."""


@dataclass(frozen=True, eq=False)
class StoredLines:
    """Lines are the rows of CSR, or the columns of CSC.

    Attributes
    ----------
    kind : {"csr", "csc"}
    shape : (int, int)
        Of the matrix.
    entries : int
        That the file holds.
    empty : csr_array or Weights
        What the reader of whole files gives, without entries.
    read : callable
        ``read(name, begin, end, rest)``: the numbers begin to end - 1 of the array "indptr", "indices" or "data".
        `rest`: what follows is read too where the file has a checksum of all.
    prefix : str
        Before the names of arrays in faults.
    """

    kind: str
    shape: tuple[int, int]
    entries: int
    empty: Any
    read: Callable[[str, int, int, bool], npt.NDArray[Any]]
    prefix: str = "array "

    @property
    def count(self) -> int:
        """The lines."""
        return self.shape[0 if self.kind == "csr" else 1]

    @property
    def width(self) -> int:
        """Positions in a line."""
        return self.shape[1 if self.kind == "csr" else 0]

    def lengths(self, begin: int, end: int) -> tuple[Lengths, bool]:
        """Those of the lines begin to end - 1 as the file states them, and whether they can be lengths."""
        pointers = self.read("indptr", begin, end + 1, end == self.count)
        rises = bool((pointers[:-1] <= pointers[1:]).all())
        inside = pointers[0] >= 0 and pointers[-1] <= self.entries and (begin > 0 or pointers[0] == 0)
        places = pointers.astype(np.int64)
        return places[1:] - places[:-1], bool(rises and inside)

    def require_lengths(self, sound: bool, total: int) -> None:
        """Refuse lengths, some of which are none, or which sum to `total`."""
        require_pointers(sound and total <= self.entries, f"{self.prefix}indptr", self.entries)

    def part(self, begin: int, end: int, *, rest: bool) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Positions and values of the entries begin to end - 1."""
        indices = self.read("indices", begin, end, rest)
        return indices, wide_entries(self.read("data", begin, end, rest))

    def require_positions(self, positions: npt.NDArray[Any], begin: int) -> None:
        """Refuse positions outside of a line; the first is that of entry `begin`."""
        require_range(f"{self.prefix}indices", positions, self.width, begin)
