"""Measures that need the slopes or the entries of a chain: gain, norm, envelope."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rhochain import _core
from rhochain.activations import Activation
from rhochain.chain_envelope import Envelope, envelope
from rhochain.chain_products import ChainProducts
from rhochain.estimates import Bound, Bracket, Progress
from rhochain.options import core_options, run

__all__ = ["ChainMeasures"]

_Floats = npt.NDArray[np.float64]


class ChainMeasures(ChainProducts):
    """The measures of a product P of Jacobians, however its slopes are given."""

    leak: float
    _activation: Activation | None
    _core: _core.JacobianChain

    @property
    def gain(self) -> float:
        """The largest |slope| among the factors, 0 without any; read once from all the slopes."""
        return float(self._largest_slopes.max(initial=0.0))

    @cached_property
    def _largest_slopes(self) -> _Floats:
        largest, interrupted = self._core.largest_slopes(self.matrix.threads)
        if interrupted:
            raise KeyboardInterrupt
        return largest

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
            Largest number of products with W; one with P takes K.
        start : array_like of shape (n,), optional
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
        options = core_options(self.matrix, rtol, delta, seed, None, max_matvecs, max_seconds, callback, start)
        return run(self._core.norm, options)

    def envelope(self, sigma: Bound | Bracket | float, gain: float | None = None) -> Envelope:
        """Eq. 7's bound of the norms after 0 .. K steps, to set beside the measured `log_norms`.

        Parameters
        ----------
        sigma : Bound, Bracket or float
            An upper bound of sigma_1(W), such as ``rc.spectral_norm(W)``; a bare number counts as an ESTIMATE.
        gain : float, optional
            gamma of the paper's curve; by default the activation's, or the largest |slope| of the chain.

        Returns
        -------
        Envelope

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> W = np.array([[0.0, 2.0], [0.5, 0.0]])
        >>> chain = rc.JacobianChain(W, slopes=np.full((3, 2), 0.5))
        >>> np.exp(chain.envelope(2.0, gain=1.0).forward), np.exp(chain.envelope(2.0, gain=1.0).paper)
        (array([1., 1., 1., 1.]), array([1., 2., 4., 8.]))
        """
        if gain is None:
            gain = self.gain if self._activation is None else self._activation.gain
        return envelope(self._largest_slopes, self.leak, sigma, gain)
