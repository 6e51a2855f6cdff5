"""Chains of Jacobians along a trajectory: what really happens to a gradient, over any number of steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain import _core
from rhochain.activations import Activation
from rhochain.activations import activation as activation_named
from rhochain.chain_envelope import Envelope, envelope
from rhochain.chain_products import ChainProducts
from rhochain.chain_results import ChainProgress
from rhochain.chain_rows import row_source
from rhochain.estimates import Bound, Bracket, Progress
from rhochain.lyapunov import LyapunovSpectrum, spectrum_of
from rhochain.matrix import Matrix
from rhochain.options import core_options, real_number, run

__all__ = ["JacobianChain"]

_Floats = npt.NDArray[np.float64]


class JacobianChain(ChainProducts):
    """The product P = J_{K-1} ... J_0 of the Jacobians of K steps, never formed.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n)
        An operator needs ``rmatvec`` for `vjp` and `norm`.
    slopes : array_like of shape (K, n), or an object with ``len()`` and slices of rows
        s_k = sigma'(x_k). Arrays in float32 or float64 with contiguous rows (memory maps, broadcast and reversed
        views too) are borrowed; everything else is read in blocks of rows, again in each call.
    convention : {"pre", "post"}
        "pre": the state is the argument of sigma, J_k = (1 - a) I + a W diag(s_k).
        "post": the state is its output, J_k = (1 - a) I + a diag(s_k) W.
    leak : float in (0, 1]
        a of a leaky integrator.
    threads : int, optional
        By default all. The result does not depend on it, to the last bit.

    Attributes
    ----------
    matrix : Matrix

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names what came and was expected. NaN or Inf among the slopes is found where it is read.

    Notes
    -----
    Source: Pascanu, Mikolov & Bengio (2013), eq. 5, with the true factor W diag(sigma'(x_k)) where the paper prints
    W^T diag(sigma'(x_k)): a gradient travels back as g <- diag(s_k) W^T g.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> W = np.array([[0.0, 2.0], [0.5, 0.0]])
    >>> chain = rc.JacobianChain(W, slopes=np.full((1000, 2), 0.5))
    >>> result = chain.vjp([1.0, 0.0])
    >>> result.vectors[1], round(result.rate, 6)
    (-999, 0.5)
    >>> chain.norm().upper.graded
    True
    """

    def __init__(
        self, W: Any, slopes: Any, convention: str = "pre", leak: float = 1.0, threads: int | None = None
    ) -> None:
        self._hold(W, "slopes", slopes, None, convention, leak, threads)

    @classmethod
    def from_states(
        cls,
        W: Any,
        X: Any,
        activation: str | Activation = "tanh",
        convention: str = "pre",
        leak: float = 1.0,
        threads: int | None = None,
    ) -> JacobianChain:
        """A chain whose slopes the core computes from recorded states, block by block.

        Parameters
        ----------
        W, convention, leak, threads
            As in `JacobianChain`.
        X : array_like or row source as in `JacobianChain`
            "pre": pre-activation states x_0 .. x_{K-1}, shape (K, n).
            "post": states h_1 .. h_K, shape (K, n); with a leak below 1 h_0 .. h_K, shape (K+1, n), as
            sigma(a_k) = (h_{k+1} - (1 - a) h_k) / a.
        activation : str or Activation
            For "post" one whose slope follows from its output (tanh, sigmoid, relu, ...).

        Raises
        ------
        TypeError, ValueError
            Misuse, also where the slope does not follow from the output. States that are not finite, or outputs more
            than 1e-6 / a out of the range of sigma, are found where they are read.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> chain = rc.JacobianChain.from_states(np.eye(2), np.zeros((10, 2)), "tanh", convention="post")
        >>> chain.steps, chain.gain
        (10, 1.0)
        """
        chain = cls.__new__(cls)
        chain._hold(W, "X", X, activation_named(activation), convention, leak, threads)
        return chain

    def _hold(
        self,
        W: Any,
        name: str,
        rows: Any,
        activation: Activation | None,
        convention: str,
        leak: float,
        threads: int | None,
    ) -> None:
        self.matrix = W if isinstance(W, Matrix) and threads is None else Matrix(W, threads=threads)
        n = self.matrix.shape[0]
        if self.matrix.shape != (n, n):
            raise ValueError(f"W must be square; got shape {self.matrix.shape}")
        if convention not in ("pre", "post"):
            raise ValueError(f"convention must be 'pre' or 'post'; got {convention!r}")
        self._convention = convention
        self.leak = real_number("leak", leak)
        if not 0.0 < self.leak <= 1.0:
            raise ValueError(f"leak must be above 0 and at most 1; got {self.leak!r}")
        self._activation = activation
        source, count = row_source(name, rows, n)
        sigma, parameter = (None, None) if activation is None else (activation.name, activation.parameter)
        self._core = _core.JacobianChain(self.matrix.operator, source, count, sigma, parameter, convention, self.leak)

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

    def lyapunov(
        self,
        k: int,
        *,
        seed: int = 0,
        discard: int | None = None,
        atol: float | None = None,
        callback: Callable[[ChainProgress], object] | None = None,
    ) -> LyapunovSpectrum:
        """The k leading Lyapunov exponents: mean growth per step, natural logarithms, with standard errors.

        Parameters
        ----------
        k : int
            1 <= k <= n. Memory: five blocks of n x k numbers, or four and 32 MB.
        seed : int
            Of the random orthonormal frame at step 0.
        discard : int, optional
            First steps that are not counted, in which the frame turns into the leading directions; K // 10 by default.
        atol : float, optional
            Stop once there are 32 batches and every standard error is at most this; by default run to the end.
        callback : callable, optional
            Called with a `ChainProgress`; returning True stops after that step.

        Returns
        -------
        LyapunovSpectrum
            Grade: ESTIMATE.

        Raises
        ------
        TypeError, ValueError
            Misuse.
        LyapunovInterrupted
            Ctrl-C; carries the spectrum so far.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> chain = rc.JacobianChain(np.diag([4.0, 2.0]), slopes=np.tile([[0.5], [1.0]], (200, 2)))
        >>> np.round(np.exp(chain.lyapunov(2, discard=100).exponents) ** 2, 9)
        array([8., 2.])
        """
        return spectrum_of(self._core, self.shape[0], self.matrix.threads, k, seed, discard, atol, callback)

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

    def __repr__(self) -> str:
        kind = "slopes" if self._activation is None else f"{self._activation} states"
        leak = "" if self.leak == 1.0 else f", leak {self.leak:g}"
        return f"JacobianChain({self.steps} steps, n = {self.shape[0]}, {kind}, {self._convention}{leak})"
