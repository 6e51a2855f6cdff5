"""Comparisons with 1 that rounding cannot turn round, and numbers printed on their side of it."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from fractions import Fraction

__all__ = ["at_least", "at_most", "below_one", "outward", "reaches_one", "within_one"]


def below_one(gain: float, bound: float) -> bool:
    """Whether gain * bound < 1 exactly: rounding is monotone, so a rounded product below 1 is proof."""
    return gain * bound < 1.0


def reaches_one(gain: float, bound: float) -> bool:
    """Whether gain * bound >= 1 exactly."""
    product = gain * bound
    return product > 1.0 or (product == 1.0 and Fraction(gain) * Fraction(bound) >= 1)


def within_one(gain: float, bound: float) -> bool:
    """Whether gain * bound <= 1 exactly."""
    product = gain * bound
    return product < 1.0 or (product == 1.0 and Fraction(gain) * Fraction(bound) <= 1)


def at_most(x: float) -> str:
    """An upper bound in seven digits, or as many as keep it on its side of 1."""
    return _beside_one(x, outward(x, up=True))


def at_least(x: float) -> str:
    """A lower bound in seven digits, or as many as keep it on its side of 1."""
    return _beside_one(x, outward(x, up=False))


def _beside_one(x: float, short: str) -> str:
    shown = float(short)
    return short if (shown > 1.0) == (x > 1.0) and (shown < 1.0) == (x < 1.0) else repr(x)


def outward(x: float, *, up: bool, digits: int = 7) -> str:
    """A bound in seven digits, or as many as asked for, that claim no more than the bound does."""
    short = f"{x:.{digits}g}"
    if float(short) == x:
        return short
    rounding = ROUND_CEILING if up else ROUND_FLOOR
    return f"{float(Context(prec=digits, rounding=rounding).create_decimal(x)):.{digits}g}"
