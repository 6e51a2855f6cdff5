"""Covariant Lyapunov vectors: the directions of a chain that its own steps carry to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rhochain.chains.product import Product
from rhochain.chains.progress import ChainProgress, reporter
from rhochain.inputs.arguments import whole_number
from rhochain.inputs.arrays import Floats

__all__ = ["CovariantVectors", "covariant_vectors"]


@dataclass(frozen=True, eq=False, repr=False)
class CovariantVectors:
    """The k leading covariant Lyapunov vectors of a chain at one step.

    Attributes
    ----------
    vectors : ndarray of shape (n, k)
        Unit columns w_i, up to their signs: J w_i(at) is a multiple of w_i(at + 1). NaN from column `defined` on.
    cosines : ndarray of shape (k, k)
        w_i . w_j. Of modulus 1: two directions that are about to become one.
    spread : ndarray of shape (k,)
        The sine of the angle between the w_i that two random ends of the walk back give: what is left of the choice
        of that end. It says nothing of the steps before `at`, over which the span of w_1 .. w_i settles.
    at, until : int
        The step of the vectors, and that of the end of the walk.
    done : int
        Steps made; `until`, unless the callback stopped, and then no vector is defined.
    defined : int
        Leading vectors that no step on the way annihilates.
    factorizations : int

    Notes
    -----
    Grade: ESTIMATE.
    """

    vectors: Floats
    cosines: Floats
    spread: Floats
    at: int
    until: int
    done: int
    defined: int
    factorizations: int

    def __repr__(self) -> str:
        n, k = self.vectors.shape
        worst = self.spread[: self.defined].max(initial=0.0)
        return f"CovariantVectors({n} x {k} at step {self.at}, {self.defined} defined, spread {worst:.2g}, ESTIMATE)"


def covariant_vectors(
    product: Product,
    k: int,
    at: int | None,
    until: int | None,
    seed: int,
    callback: Callable[[ChainProgress], object] | None,
) -> CovariantVectors:
    """The k leading covariant Lyapunov vectors at step `at`, as `Chain.covariant_vectors` documents them."""
    n, K = product.size, product.steps

    def checked() -> tuple[int, int, int, int]:
        reporter(callback)
        end = K if until is None else whole_number("until", until, 0, K)
        step = min(K // 2, end) if at is None else whole_number("at", at, 0, end)
        return whole_number("k", k, 1, n), step, end, whole_number("seed", seed, 0, 2**64 - 1)

    count, step, end, drawn = product.callers.together(checked)
    product.callers.require_same(k=count, at=step, until=end, seed=drawn)
    vectors, cosines, spread, defined, factorizations, done, interrupted = product.core.covariant_vectors(
        count,
        at=step,
        until=end,
        seed=drawn,
        threads=product.matrix.threads,
        callback=reporter(callback),
    )
    if interrupted:
        raise KeyboardInterrupt
    return CovariantVectors(vectors, cosines, spread, step, end, done, defined, factorizations)
