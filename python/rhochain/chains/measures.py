"""Measures that need the slopes of a chain: gain, envelope."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.chains.envelope import Envelope, envelope
from rhochain.chains.norm import ChainNorm
from rhochain.estimates.brackets import Bound, Bracket
from rhochain.inputs.activations import Activation

__all__ = ["ChainMeasures"]

_Floats = npt.NDArray[np.float64]


class ChainMeasures(ChainNorm):
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
