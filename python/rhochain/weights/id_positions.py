"""Distinct ids and their positions, in NumPy operations on whole arrays.

Distinct integers come from one sort. Positions come from hashing. Slot of an id: the leading bits of id * c mod 2^64, c
odd. All ids are written to their slots at once; those that lost theirs to another go on to the next table, which has
another c. What a table holds is compared with the id itself, so that the result depends neither on c nor on which of
two ids keeps a slot. Positions of text come from a sorted array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.weights.arrays import Ids, Positions

__all__ = ["IdPositions", "distinct_ids"]

# 2 x 4 M ids above 2^53, 139,255 of them distinct: sort 0.09 s and tables 0.11 s; two pyarrow.dictionary_encode 0.14 s,
# but one that needs pyarrow, and a dictionary to unify for each batch; np.unique 0.5 to 1.4 s and searchsorted 0.9 s.
_MULTIPLIERS = [np.uint64(c) for c in (0x9E3779B97F4A7C15, 0xD1342543DE82EF95, 0x5851F42D4C957F2D, 0xC2B2AE3D27D4EB4F)]
_LEAST_BITS, _MOST_BITS = 8, 24


def _bits(slots: int) -> int:
    return min(max(int(slots).bit_length(), _LEAST_BITS), _MOST_BITS)


def _slots(ids: npt.NDArray[np.int64], multiplier: np.uint64, bits: int) -> npt.NDArray[np.int64]:
    mixed = ids.view(np.uint64) * multiplier
    mixed >>= np.uint64(64 - bits)
    return mixed.view(np.int64)


def distinct_ids(ids: Ids) -> Ids:
    """The distinct ones in ascending order."""
    ordered = np.sort(ids)  # several times faster than numpy.unique, which hashes from NumPy 2.3 on
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


class IdPositions:
    """Where each of some distinct ids is among them."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self._type: Any = np.int32 if len(ids) < 2**31 else np.int64
        self._tables: list[tuple[np.uint64, int, Positions]] = []
        left = np.arange(len(ids) if ids.dtype == np.int64 else 0, dtype=self._type)
        for multiplier in _MULTIPLIERS:
            if not len(left):
                break
            bits = _bits(2 * len(left))
            slots = _slots(ids[left], multiplier, bits)
            table = np.zeros(1 << bits, self._type)
            table[slots] = left
            self._tables.append((multiplier, bits, table))
            left = left[table[slots] != left]
        if ids.dtype != np.int64:
            left = np.arange(len(ids), dtype=self._type)
        self._sorted = left[np.argsort(ids[left])]  # of no table: text, or ids chosen to meet in one slot

    def __call__(self, wanted: Ids) -> Positions:
        """The position of each of `wanted`, -1 for what is none of the ids."""
        found = np.full(len(wanted), -1, self._type)
        left: Any = slice(None)
        for multiplier, bits, table in self._tables:
            asked = wanted[left]
            place = table[_slots(asked, multiplier, bits)]
            right = self.ids[place] == asked
            found[left] = np.where(right, place, self._type(-1))
            left = np.flatnonzero(~right) if isinstance(left, slice) else left[~right]
            if not len(left):
                return found
        if len(self._sorted):
            asked = wanted[left]
            among = self.ids[self._sorted]
            place = np.minimum(np.searchsorted(among, asked), len(among) - 1)
            found[left] = np.where(among[place] == asked, self._sorted[place], self._type(-1))
        return found
