"""Covariant Lyapunov vectors: the directions of a chain that its own steps carry to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rhochain.chains.products import ChainProducts
from rhochain.chains.results import ChainProgress, reporter
from rhochain.estimates.options import whole_number

__all__ = ["CovariantProducts", "CovariantVectors"]

_Floats = npt.NDArray[np.float64]


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

    vectors: _Floats
    cosines: _Floats
    spread: _Floats
    at: int
    until: int
    done: int
    defined: int
    factorizations: int

    def __repr__(self) -> str:
        n, k = self.vectors.shape
        worst = self.spread[: self.defined].max(initial=0.0)
        return f"CovariantVectors({n} x {k} at step {self.at}, {self.defined} defined, spread {worst:.2g}, ESTIMATE)"


class CovariantProducts(ChainProducts):
    """A product P of Jacobians, the directions of which can be told apart."""

    def covariant_vectors(
        self,
        k: int,
        at: int | None = None,
        *,
        until: int | None = None,
        seed: int = 0,
        callback: Callable[[ChainProgress], object] | None = None,
    ) -> CovariantVectors:
        """The k leading covariant Lyapunov vectors at step `at`.

        Vector i grows at the rate of exponent i of `lyapunov`, towards the future and the past alike; the frames behind
        the exponents are orthogonal and do not. Where all factors are one J they are its eigenvectors.

        Parameters
        ----------
        k : int
            1 <= k <= n. Memory: six blocks of n x k numbers (eight for a GRU, seven of 2n x k for an LSTM), and 8 k^2
            bytes a factorization after `at`, of which there may be one a step.
        at : int, optional
            0 <= at <= K; K // 2 by default. A frame turns into the leading directions over the steps before.
        until : int, optional
            at <= until <= K; K by default. Back from there the vectors part: `spread` tells how far they have.
        seed : int
            Of the frame at step 0 and of the two ends of the walk back.
        callback : callable, optional
            Called with a `ChainProgress`; returning True stops, and then no vector is defined.

        Returns
        -------
        CovariantVectors
            Grade: ESTIMATE. Source: Ginelli, Poggi, Turchi, Chate, Livi & Politi 2007.

        Raises
        ------
        TypeError, ValueError
            Misuse.
        KeyboardInterrupt
            Ctrl-C; nothing is known before the end.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> J = np.array([[2.0, 1.0], [0.0, 1.0]])
        >>> found = rc.JacobianChain(J, slopes=np.ones((120, 2))).covariant_vectors(2)
        >>> np.round(found.vectors / found.vectors[0], 9)
        array([[ 1.,  1.],
               [ 0., -1.]])
        """
        n, K = self.shape[0], self.steps
        count = whole_number("k", k, 1, n)
        end = K if until is None else whole_number("until", until, 0, K)
        step = min(K // 2, end) if at is None else whole_number("at", at, 0, end)
        vectors, cosines, spread, defined, factorizations, done, interrupted = self._core.covariant_vectors(
            count,
            at=step,
            until=end,
            seed=whole_number("seed", seed, 0, 2**64 - 1),
            threads=self.matrix.threads,
            callback=reporter(callback),
        )
        if interrupted:
            raise KeyboardInterrupt
        return CovariantVectors(vectors, cosines, spread, step, end, done, defined, factorizations)
