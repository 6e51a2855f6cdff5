"""How a chain stretches or shrinks random directions: the growth of a gradient without a special direction."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from rhochain.chains.passes import carried
from rhochain.chains.product import Product
from rhochain.chains.progress import ChainProgress
from rhochain.inputs.arguments import real_number, whole_number
from rhochain.inputs.arrays import Floats, Integers

__all__ = ["TypicalGrowth", "typical_growth"]

_ROWS_DROPPED = 2**14
"""At a time, of directions that other ranks have."""


@dataclass(frozen=True, eq=False)
class TypicalGrowth:
    """Quantiles of ln ||P^T g|| over g drawn uniformly from the unit sphere, after each recorded step.

    Attributes
    ----------
    levels : tuple of float
        The quantiles asked for, q of them.
    log_quantiles : ndarray of shape (rows, q)
        Row j after ``recorded[j]`` steps, counted from the end of the trajectory backward. Each is one of the values
        drawn (no interpolation); -inf where the direction became exactly 0.
    recorded : ndarray of int64, shape (rows,)
    log_frobenius : float
        (1/2) ln(n mean ||P^T g||^2) after the last step: ln ||P||_F is (1/2) ln(n E||P^T g||^2).
    log_frobenius_error : float
        Standard error of `log_frobenius` by the spread of the directions; it tells little if a few of them dominate.
    directions : int

    Notes
    -----
    Grade: ESTIMATE, all of it: a sample of `directions` vectors.
    """

    levels: tuple[float, ...]
    log_quantiles: Floats
    recorded: Integers
    log_frobenius: float
    log_frobenius_error: float
    directions: int

    def __repr__(self) -> str:
        last = ", ".join(f"{q:g}: {x:.6g}" for q, x in zip(self.levels, self.log_quantiles[-1], strict=True))
        return f"TypicalGrowth(ln ||P^T g|| after {self.recorded[-1]} steps, {self.directions} directions, {last})"


def _quantile_levels(quantiles: Iterable[float]) -> tuple[float, ...]:
    """`quantiles` as numbers from 0 to 1."""
    if not isinstance(quantiles, Iterable):
        raise TypeError(f"quantiles must be a sequence of numbers; got {quantiles!r}")
    levels = tuple(real_number("quantiles", q) for q in quantiles)
    if not levels or not all(0.0 <= q <= 1.0 for q in levels):
        raise ValueError(f"quantiles must be numbers from 0 to 1; got {quantiles!r}")
    return levels


def _random_directions(first: int, length: int, count: int, seed: int) -> Floats:
    """Rows `first` to ``first + length - 1`` of `count` Gaussian columns, of NumPy's Philox generator with this seed.

    The columns are uniform directions. The rows before are drawn in turns and dropped.
    """
    generator = np.random.Generator(np.random.Philox(seed))
    for begin in range(0, first, _ROWS_DROPPED):
        generator.standard_normal((min(_ROWS_DROPPED, first - begin), count))
    return generator.standard_normal((length, count))


def typical_growth(
    product: Product,
    directions: int,
    quantiles: Iterable[float],
    seed: int,
    record_every: int,
    callback: Callable[[ChainProgress], object] | None,
) -> TypicalGrowth:
    """Quantiles of ln ||P^T g|| over random unit vectors g, as `Chain.typical` documents them."""
    callers = product.callers

    def checked() -> tuple[int, int, tuple[float, ...]]:
        drawn = whole_number("directions", directions, 1, 2**31 - 1)
        return drawn, whole_number("seed", seed, 0, 2**64 - 1), _quantile_levels(quantiles)

    count, drawn, levels = callers.together(checked)
    callers.require_same(directions=count, seed=drawn)
    block = callers.together(lambda: _random_directions(callers.first, product.length, count, drawn))
    result = carried(product, "vjp", block, callback, record_every)
    with np.errstate(invalid="ignore"):
        growth = result.log_norms - result.log_norms[0]
    largest = growth[-1].max()
    if math.isinf(largest):
        frobenius, error = largest.item(), 0.0
    else:
        squares = np.exp(2.0 * (growth[-1] - largest))
        frobenius = largest + 0.5 * math.log(product.size * squares.mean())
        error = math.nan if count == 1 else 0.5 * squares.std(ddof=1) / (math.sqrt(count) * squares.mean())
    return TypicalGrowth(
        levels=levels,
        log_quantiles=np.quantile(growth, levels, axis=1, method="inverted_cdf").T,
        recorded=result.recorded,
        log_frobenius=float(frobenius),
        log_frobenius_error=float(error),
        directions=count,
    )
