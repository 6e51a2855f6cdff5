"""mu_D(W), the least 2-norm that a diagonal scaling can give W: the strongest certificate of vanishing here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.brackets import Bound, Bracket, Grade, Interrupted, Progress
from rhochain.estimates.burn_in import log_kappa_of_leaks, steps_of_burn_in
from rhochain.estimates.limits import Limits
from rhochain.estimates.run_logs import Checkpoint, SavedEstimate
from rhochain.estimates.spectra import components
from rhochain.inputs.arguments import real_number
from rhochain.inputs.leaks import leak_vector
from rhochain.inputs.matrix import square_matrix
from rhochain.inputs.peers import Peers
from rhochain.ranks.calls import call_of_ranks

__all__ = ["ScaledNorm", "scaled_norm"]


@dataclass(frozen=True, eq=False, repr=False)
class ScaledNorm(Bracket):
    """The bracket of mu_D(W), and a scaling that comes close to it.

    Attributes
    ----------
    scaling : ndarray of float64, shape (n,)
        d, natural logarithms: D = diag(exp(d)). May span more than exp can hold where W is reducible or a long band.
    attained : Bound
        Upper bound of ||D W D^-1||_2 for this D; at least `upper`, and inf where no bound is known.
    longest_path : int
        Edges of the longest path where W has no cycle (then mu_D(W) = 0 is not attained), else -1.
    spread : float
        The largest minus the least entry of `scaling` where that is a slice and ranks have the others; else NaN.
    neurons : int or None
        n where `scaling` is a slice; else None.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> m = rc.scaled_norm(np.array([[0.0, 10.0], [-0.1, 0.5]]))
    >>> bool(m.upper.value < 1.29), bool(rc.spectral_norm(np.array([[0.0, 10.0], [-0.1, 0.5]])).value > 10)
    (True, True)
    """

    scaling: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    attained: Bound = field(default_factory=lambda: Bound(math.inf, Grade.ESTIMATE, None, "none"))
    longest_path: int = -1
    spread: float = math.nan
    neurons: int | None = None

    @property
    def log_kappa(self) -> float:
        """ln(max D / min D): the growth that is possible before the certificate takes effect."""
        return Peers().spread(self.scaling) if math.isnan(self.spread) else self.spread

    def burn_in(self, gain: float = 1.0, *, leak: float | npt.ArrayLike = 1.0) -> float:
        """Steps after which every product of Jacobians has a 2-norm below 1, whatever the inputs.

        Parameters
        ----------
        gain : float > 0
            gamma, the largest slope.
        leak : float in (0, 1] or array_like of shape (n,)
            Of all neurons, on each rank too.

        Returns
        -------
        float
            ``ln kappa(D) / -ln((1 - a) + a gamma attained)``, in steps; inf where that norm is not below 1, that
            is where this D certifies nothing. Theorem A of the docs, with the grade of `attained`; with a leak for each
            neuron Theorem G, with the least leak and a larger kappa. Without a cycle and without a leak,
            ``longest_path + 1``: from there on the product is exactly 0.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> m = rc.scaled_norm(np.array([[0.0, 4.0], [0.01, 0.0]]))
        >>> round(m.burn_in(1.0), 2), m.burn_in(100.0)
        (1.86, inf)
        """
        n = self.scaling.size if self.neurons is None else self.neurons
        gamma, a = real_number("gain", gain), leak_vector(leak, n)
        if not 0.0 < gamma < math.inf:
            raise ValueError(f"burn_in needs a finite gain > 0; got {gamma!r}")
        least = float(a.min(initial=1.0))
        if self.longest_path >= 0 and least == 1.0:
            return float(self.longest_path + 1)
        log_kappa = self.log_kappa + log_kappa_of_leaks(a, gamma * self.attained.value)
        return steps_of_burn_in(log_kappa, self.attained.value, gamma, least)


@call_of_ranks
def scaled_norm(
    W: Any,
    *,
    rtol: float = 1e-2,
    delta: float = 1e-9,
    max_kappa: float | None = None,
    threshold: float | None = None,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    start: npt.ArrayLike | None = None,
    checkpoint: Checkpoint = None,
    checkpoint_seconds: float = 300.0,
) -> ScaledNorm:
    """mu_D(W) = inf over diagonal D > 0 of ||D W D^-1||_2, between two graded bounds, with a D that comes close.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n)
        An operator needs ``rmatvec``.
    rtol : float in (0, 1)
        Stop once (upper - lower) <= rtol * value. Below about 1e-7 a PROBABLE upper bound is
        returned as it is.
    delta : float in (0, 1)
        Largest probability that the upper bound fails.
    max_kappa : float >= 1, optional
        Largest max D / min D of a scaling. The lower bound still holds for mu_D(W), over all scalings.
    threshold : float > 0, optional
        Stop as soon as a bound shows mu_D(W) below this, or not below it, such as 1 / gain.
    seed, threads, max_matvecs, max_seconds, callback, checkpoint, checkpoint_seconds
        As in `spectral_radius`.
    start : array_like of shape (n,), optional
        A first scaling d, such as the `scaling` of an earlier result.

    Returns
    -------
    ScaledNorm
        A `Bracket` with `scaling`, `attained` and `burn_in`.

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names the argument, what came and what was expected.
    Interrupted
        Ctrl-C; carries the bracket so far.

    Notes
    -----
    ``gain * mu_D(W) < 1`` certifies vanishing for every input (Theorems A and B of the docs), and
    ``rho(W) <= mu_D(W) <= min(sigma_1(W), rho(|W|))``. Grades: upper bound PROBABLE(delta) (Dixon 1983 on a
    Chebyshev polynomial, after D is fixed) or PROVED (rho(|W|); columns of one sign each); lower bound PROVED, ESTIMATE
    for an operator: no diagonal scaling reaches below it. Memory: about five blocks of n x 16 float64 numbers up to
    200,000 neurons, of n x 8 beyond.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> m = rc.scaled_norm(np.array([[0.0, 4.0], [0.01, 0.0]]))
    >>> round(m.value, 6), str(m.lower.grade)
    (0.2, 'PROVED')
    >>> D = np.diag(np.exp(m.scaling))
    >>> bool(np.linalg.norm(D @ np.array([[0.0, 4.0], [0.01, 0.0]]) @ np.linalg.inv(D), 2) <= m.attained.value)
    True
    """
    A = square_matrix(W)
    kappa = math.inf if max_kappa is None else real_number("max_kappa", max_kappa)
    if not kappa >= 1.0:
        raise ValueError(f"max_kappa must be at least 1; got {kappa!r}")
    limit = 0.0 if threshold is None else real_number("threshold", threshold)
    if threshold is not None and not 0.0 < limit < math.inf:
        raise ValueError(f"threshold must be finite and above 0; got {limit!r}")
    if start is not None and not np.any(start):
        start = None
    limits = Limits.of_call(A, rtol, delta, seed, threads, max_matvecs, max_seconds, callback, start)
    goal = {"max_kappa": kappa, "threshold": limit}
    saved = SavedEstimate(A, limits, checkpoint, checkpoint_seconds, "scaled norm", **goal)
    raw, scaling, attained = _core.scaled_norm(A.operator, saved.limits, **goal)
    extra: dict[str, Any] = {
        "scaling": scaling,
        "attained": Bound.from_core(attained),
        "longest_path": components(A).longest_path if raw.upper.value == 0.0 and A.has_entries else -1,
        "spread": A.peers.spread(scaling) if A.on_ranks else math.nan,
        "neurons": A.shape[0] if A.on_ranks else None,
    }
    try:
        base = saved.outcome(lambda: Bracket.from_core(raw))
    except Interrupted as stopped:
        raise Interrupted(ScaledNorm(**stopped.bracket.__dict__, **extra)) from None
    return ScaledNorm(**base.__dict__, **extra)
