"""The axis of a picture: its ends, its ticks, and places on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Axis", "linear_axis", "logarithmic_axis"]

_DECADES = 12  # below the largest number
_HIGHEST = 1e308  # powers of ten beyond it overflow
_MOST_TICKS = 5
_MANTISSAS = ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, both above 0 where it is logarithmic."""

    low: float
    high: float
    logarithmic: bool = True

    def place(self, value: float) -> float:
        """0 at the left end and 1 at the right one; numbers beyond an end are put there."""
        inside = min(max(value, self.low), self.high)
        if not self.logarithmic:
            return (inside - self.low) / (self.high - self.low)
        low = math.log(self.low)
        return (math.log(inside) - low) / (math.log(self.high) - low)

    def ticks(self) -> Sequence[float]:
        """Two to five round numbers."""
        return self._powers() if self.logarithmic else self._steps()

    def _steps(self) -> Sequence[float]:
        rough = (self.high - self.low) / (_MOST_TICKS - 1)
        unit = 10.0 ** math.floor(math.log10(rough))
        step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= rough)
        first = math.ceil(self.low / step)
        return [step * k for k in range(first, math.floor(self.high / step) + 1)]

    def _powers(self) -> Sequence[float]:
        """Powers of ten and round multiples, powers every so many decades, or equal steps on a short axis."""
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        for mantissas in _MANTISSAS:
            found = [m * 10.0**k for k in range(first, last + 1) for m in mantissas]
            shown = [x for x in found if self.low <= x <= self.high]
            if 2 <= len(shown) <= _MOST_TICKS:
                return shown
        powers = [10.0**k for k in range(first, last + 1) if self.low <= 10.0**k <= self.high]
        if len(powers) > _MOST_TICKS:
            return powers[:: -(-len(powers) // _MOST_TICKS)]
        return self._steps()


def logarithmic_axis(lines: Sequence[float], numbers: Iterable[float]) -> Axis:
    """Space for all `lines`, of which there is one at least, and for those of the positive `numbers` not far below.

    Numbers beyond 1e308 are put at the end.
    """
    shown = [x for x in numbers if 0.0 < x < math.inf] + list(lines)
    high = min(1.3 * max(shown), _HIGHEST)
    return Axis(min(max(min(shown) / 1.3, high * 10.0**-_DECADES), min(lines) / 1.3), high)


def linear_axis(lines: Sequence[float], numbers: Iterable[float]) -> Axis:
    """Space for all of them; an infinite number is put at the end."""
    shown = [x for x in numbers if math.isfinite(x)] + list(lines)
    margin = 0.08 * (max(shown) - min(shown)) or 1.0
    return Axis(min(shown) - margin, max(shown) + margin, logarithmic=False)
