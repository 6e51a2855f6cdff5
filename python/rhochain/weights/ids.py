"""Names of neurons: 64-bit integers that never pass through float64, or text."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.weights.refusals import BadData

__all__ = ["distinct_labels", "plain_ids"]

_EXPECTED = "ids as integers or text"
_MOST_WHOLE = 2.0**53


def plain_ids(place: str, given: Any) -> npt.NDArray[Any]:
    """`given` as an array of int64 or text with one dimension; refused where an id may have lost digits.

    Examples
    --------
    >>> import numpy as np
    >>> plain_ids("source", np.array([720575940596125868], np.uint64))
    array([720575940596125868])
    >>> plain_ids("source", [720575940596125868.0])
    Traceback (most recent call last):
    ...
    rhochain.weights.refusals.BadData: source: 1 of 1 ids are floating-point numbers of 2^53 or more, which have lost \
digits; expected ids as integers or text
    """
    if isinstance(given, np.ma.MaskedArray):
        _refuse(place, np.ma.getmaskarray(given), "missing")
        given = given.data
    ids = np.asarray(given)
    if ids.ndim != 1:
        raise BadData(place, f"an array of shape {ids.shape}", "one dimension")
    kind = ids.dtype.kind
    if kind == "O":
        return _of_objects(place, ids)
    if kind == "U":
        return ids
    if kind == "T":  # strings of any length
        return ids.astype(np.str_)
    if kind == "i":
        return ids.astype(np.int64, copy=False)
    if kind == "u":
        if ids.dtype.itemsize == 8:
            _refuse(place, ids >= np.uint64(2**63), "2^63 or more", "ids below 2^63")
        return ids.astype(np.int64)
    if kind == "f":
        return _of_floats(place, ids)
    raise BadData(place, f"ids of type {ids.dtype}", _EXPECTED)


def _refuse(place: str, wrong: Any, what: str, expected: str = _EXPECTED) -> None:
    if wrong.any():
        raise BadData(place, f"{np.count_nonzero(wrong):,} of {len(wrong):,} ids are {what}", expected)


def _of_floats(place: str, ids: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    _refuse(place, np.isnan(ids), "missing (NaN)")
    wide = ids.astype(np.float64)
    _refuse(place, abs(wide) >= _MOST_WHOLE, "floating-point numbers of 2^53 or more, which have lost digits")
    _refuse(place, wide != np.floor(wide), "no whole numbers")
    return wide.astype(np.int64)


def _of_objects(place: str, ids: npt.NDArray[Any]) -> npt.NDArray[Any]:
    types = set(np.frompyfunc(type, 1, 1)(ids).tolist())
    if all(issubclass(kind, str) for kind in types):
        return ids.astype(np.str_)
    if all(issubclass(kind, (int, np.integer)) and not issubclass(kind, bool) for kind in types):
        try:
            return ids.astype(np.int64)
        except OverflowError:
            raise BadData(place, "ids outside -2^63 to 2^63", "ids below 2^63") from None
    names = ", ".join(sorted(kind.__name__ for kind in types))
    raise BadData(place, f"ids of the types {names}", _EXPECTED)


def distinct_labels(place: str, given: Any) -> npt.NDArray[Any]:
    """`given` as ids, each once."""
    ids = plain_ids(place, given)
    if not len(ids):
        raise BadData(place, "no ids", "at least one")
    ordered = np.sort(ids)
    again = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(again):
        raise BadData(
            place, f"{len(again):,} ids come again, such as {ordered[again[0]]}", f"each of {len(ids):,} ids once"
        )
    return ids
