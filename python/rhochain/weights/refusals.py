"""The two ways in which no `Weights` comes of what was given: the data are wrong, or an argument is."""

from __future__ import annotations

__all__ = ["BadArgument", "BadData"]


class BadData(ValueError):
    """Edges, labels or entries make no W. `place`: a column, a row."""

    def __init__(self, place: str, came: str, expected: str) -> None:
        super().__init__(f"{place}: {came}; expected {expected}")


class BadArgument(ValueError):
    """An argument of the caller is wrong, or does not go with the data; `load` passes it on as it is."""
