"""`check`: from a matrix and a gain to a verdict."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Protocol

from rhochain import _core
from rhochain.activations import Activation
from rhochain.activations import activation as activation_named
from rhochain.estimates import Bound, Bracket, Grade, Progress
from rhochain.matrix import Matrix
from rhochain.options import core_options, real_number
from rhochain.report import GradientReport
from rhochain.spectra import components, perron_radius, spectral_norm, spectral_radius
from rhochain.verdicts import Evidence, decide, decide_on_trajectory, paper_conditions

__all__ = ["Chain", "check"]


class Chain(Protocol):
    """What `check` asks of a product P of Jacobians along a trajectory, such as a `JacobianChain`."""

    @property
    def steps(self) -> int:
        """Factors of P."""

    @property
    def shape(self) -> tuple[int, int]:
        """Of P, that is of W."""

    @property
    def gain(self) -> float:
        """The largest |slope| among the factors."""

    def norm(self) -> Bracket:
        """ln ||P||_2."""


def check(
    W: Any,
    activation: str | Activation | None = None,
    gain: float | None = None,
    chain: Chain | None = None,
    *,
    leak: float = 1.0,
    vanish_level: float = 1e-3,
    explode_level: float = 1e3,
    rtol: float = 1e-3,
    delta: float = 1e-9,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
) -> GradientReport:
    """Will the gradient survive? A verdict for x_k = W sigma(x_{k-1}) + ..., whatever its inputs.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n)
        The recurrent weights. An operator needs ``rmatvec``, and goes without components and rho(|W|).
    activation : str or Activation
        As `rhochain.activation` takes it. Give either this or `gain`.
    gain : float > 0
        gamma = sup |sigma'|.
    chain : Chain, optional
        Jacobians along a trajectory of W (`JacobianChain`): refines every verdict but VANISHES.
    leak : float in (0, 1]
        a of a leaky integrator, J = (1 - a) I + a W diag(s).
    vanish_level, explode_level : float
        Norms of the chain's product below and above which it vanished or exploded; 0 < vanish < explode.
    rtol, delta, seed, threads
        As in `spectral_radius`. `delta` holds for each PROBABLE bound by itself.
    max_matvecs : int, optional
        Most products for each of the three quantities.
    max_seconds : float, optional
        For the three together, shared evenly among those still to come; the chain is not counted.
    callback : callable, optional
        Called with a `Progress` of the quantity in work; returning True cuts that and all later ones short.

    Returns
    -------
    GradientReport
        `verdict`, `reason`, brackets of rho(W), sigma_1(W) and rho(|W|), the paper's conditions. Print it.

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names the argument, what came and what was expected.
    Interrupted
        Ctrl-C; carries the bracket in work.

    Notes
    -----
    Grades: a verdict rests on PROVED and PROBABLE(delta) bounds alone and names them. Sources: Pascanu, Mikolov &
    Bengio (2013), eq. 6 and 7, with the true chain W diag(sigma'(x)) (no transpose); Theorems A to D of the docs.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> W = np.array([[0.0, 0.5], [-0.4, 0.3]])
    >>> str(rc.check(W, activation="tanh").verdict)
    'VANISHES'
    >>> str(rc.check(4 * W, activation="logistic").verdict)
    'VANISHES'
    >>> str(rc.check(np.array([[0.0, 3.0], [2.0, 0.0]]), gain=1.0).verdict)
    'EXPLOSION_NOT_EXCLUDED'
    """
    sigma, gamma = _gain(activation, gain)
    leak = _leak(leak)
    _levels(vanish_level, explode_level)
    A = W if isinstance(W, Matrix) else Matrix(W)
    limits = core_options(A, rtol, delta, seed, threads, max_matvecs, max_seconds, callback, None)
    has_entries = A.kind != "operator"
    if A.shape[0] != A.shape[1]:
        raise ValueError(f"W must be square; got shape {A.shape}")
    if chain is not None:
        _require_same_network(chain, A, gamma)

    clock = _Clock(limits["max_seconds"], callback, quantities=3 if has_entries else 2)

    def estimate(estimator: Callable[..., Bracket]) -> Bracket:
        return estimator(
            A,
            rtol=rtol,
            delta=delta,
            seed=seed,
            threads=threads,
            max_matvecs=max_matvecs,
            max_seconds=clock.next_share(),
            callback=None if callback is None else clock.record,
        )

    structure = components(A) if has_entries else None
    norm_bounds = _norm_bounds(A, limits["threads"]) if has_entries else ()
    perron = estimate(perron_radius) if has_entries else None
    norm = estimate(spectral_norm)
    radius = estimate(spectral_radius)

    linear = sigma is not None and sigma.linear
    evidence = Evidence(gamma, leak, linear, structure, radius, norm, perron, norm_bounds)
    decision = decide(evidence)
    log_norm = None if chain is None else chain.norm()
    if chain is not None and log_norm is not None:
        decision = decide_on_trajectory(decision, chain.steps, log_norm, vanish_level, explode_level)
    return GradientReport(
        verdict=decision.verdict,
        reason=decision.reason,
        gain=gamma,
        activation=None if sigma is None else str(sigma),
        leak=leak,
        shape=A.shape,
        nnz=A.nnz,
        spectral_radius=radius,
        spectral_norm=norm,
        perron_radius=perron,
        conditions=paper_conditions(evidence),
        components=structure,
        chain_norm=log_norm,
        notes=decision.notes,
    )


class _Clock:
    """Shares a time budget among the quantities to come and remembers that the callback said stop."""

    def __init__(self, seconds: float | None, callback: Callable[[Progress], object] | None, quantities: int) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds
        self._callback = callback
        self._left = quantities
        self._stopped = False

    def next_share(self) -> float | None:
        left, self._left = self._left, self._left - 1
        if self._stopped:
            return 0.0
        return None if self._end is None else max(0.0, self._end - time.monotonic()) / left

    def record(self, progress: Progress) -> bool:
        self._stopped = self._stopped or (self._callback is not None and bool(self._callback(progress)))
        return self._stopped


def _gain(activation: str | Activation | None, gain: float | None) -> tuple[Activation | None, float]:
    if (activation is None) == (gain is None):
        came = "neither" if gain is None else "both"
        raise ValueError(f"give either activation or gain; got {came}")
    if activation is not None:
        sigma = activation_named(activation)
        return sigma, sigma.gain
    gamma = real_number("gain", gain)
    if not 0.0 < gamma < math.inf:
        raise ValueError(f"gain must be finite and above 0; got {gamma!r}")
    return None, gamma


def _leak(leak: float) -> float:
    a = real_number("leak", leak)
    if not 0.0 < a <= 1.0:
        raise ValueError(f"leak must be above 0 and at most 1; got {a!r}")
    return a


def _levels(vanish_level: float, explode_level: float) -> None:
    low, high = real_number("vanish_level", vanish_level), real_number("explode_level", explode_level)
    if not 0.0 < low < high < math.inf:
        raise ValueError(f"levels must obey 0 < vanish_level < explode_level < inf; got {low!r} and {high!r}")


def _require_same_network(chain: Chain, A: Matrix, gamma: float) -> None:
    if tuple(chain.shape) != A.shape:
        raise ValueError(f"chain must be of W: expected shape {A.shape}; got {tuple(chain.shape)}")
    if chain.gain > gamma * (1.0 + 1e-6):
        raise ValueError(f"chain must obey the gain: its slopes reach {chain.gain:.7g}; the gain is {gamma:.7g}")


def _norm_bounds(A: Matrix, threads: int) -> tuple[Bound, ...]:
    found = _core.norm_bounds(A.operator, threads)
    named = (("one_inf", "sqrt(||W||_1 ||W||_inf)"), ("frobenius", "||W||_F"))
    return tuple(Bound(found[key], Grade.PROVED, None, source) for key, source in named)
