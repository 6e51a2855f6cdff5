"""Comparisons with 1 that rounding cannot turn round, and numbers printed on their side of it."""

from __future__ import annotations

from fractions import Fraction

from rhochain.report import outward

__all__ = ["at_least", "at_most", "below_one", "reaches_one"]


def below_one(gain: float, bound: float) -> bool:
    """Whether gain * bound < 1 exactly: rounding is monotone, so a rounded product below 1 is proof."""
    return gain * bound < 1.0


def reaches_one(gain: float, bound: float) -> bool:
    """Whether gain * bound >= 1 exactly."""
    product = gain * bound
    return product > 1.0 or (product == 1.0 and Fraction(gain) * Fraction(bound) >= 1)


def at_most(x: float) -> str:
    """An upper bound in seven digits, or as many as keep it on its side of 1."""
    return _beside_one(x, outward(x, up=True))


def at_least(x: float) -> str:
    """A lower bound in seven digits, or as many as keep it on its side of 1."""
    return _beside_one(x, outward(x, up=False))


def _beside_one(x: float, short: str) -> str:
    shown = float(short)
    return short if (shown > 1.0) == (x > 1.0) and (shown < 1.0) == (x < 1.0) else repr(x)
