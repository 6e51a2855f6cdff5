"""ln ||P||_2 of a chain of any cell."""

from __future__ import annotations

from collections.abc import Callable

import numpy.typing as npt

from rhochain.chain_products import ChainProducts
from rhochain.estimates import Bracket, Progress
from rhochain.options import core_options, run

__all__ = ["ChainNorm"]


class ChainNorm(ChainProducts):
    """A product P of Jacobians whose norm the core brackets."""

    def norm(
        self,
        *,
        rtol: float = 1e-3,
        delta: float = 1e-9,
        seed: int = 0,
        max_matvecs: int | None = None,
        max_seconds: float | None = None,
        callback: Callable[[Progress], object] | None = None,
        start: npt.ArrayLike | None = None,
    ) -> Bracket:
        """ln ||P||_2, of the largest factor by which P stretches a vector.

        Parameters
        ----------
        rtol : float in (0, 1)
            Stop once ``upper - lower <= rtol``: the relative width of a bracket of ||P||_2 itself.
        delta, seed, max_seconds, callback
            As in `spectral_norm`.
        max_matvecs : int, optional
            Largest number of products with the weights; one with P takes K.
        start : array_like of shape (n,), that of P's vectors, optional
            A vector for the lower bound.

        Returns
        -------
        Bracket
            Of a logarithm: its numbers may be negative, or -inf for a product that is zero. `residual` is
            ``||P^T P v - ||P||^2 v|| / ||P||^2``.

        Notes
        -----
        Upper bound PROBABLE(delta) (Golub-Kahan on P, Theorem D of the docs, widened by what rounding can do to P v;
        ESTIMATE for an operator known by its products alone) or PROVED (sqrt(||P||_1 ||P||_inf)); lower bound PROVED
        while its error can be carried along, some tens of steps for weights of both signs, else ESTIMATE.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> chain = rc.JacobianChain(np.diag([0.5, 0.25]), slopes=np.ones((4, 2)))
        >>> bracket = chain.norm()
        >>> round(bracket.value / np.log(2.0).item(), 6), str(bracket.lower.grade)
        (-4.0, 'PROVED')
        """
        n = self.shape[0]
        options = core_options(self.matrix, rtol, delta, seed, None, max_matvecs, max_seconds, callback, start, n)
        return run(self._core.norm, options)
