"""R(W): how fast gradients can grow under the worst slopes that an activation allows, between two bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.brackets import Bound, Bracket, Interrupted, Progress
from rhochain.estimates.limits import Limits
from rhochain.estimates.run_logs import Checkpoint, SavedEstimate
from rhochain.inputs.activations import ActivationLike
from rhochain.inputs.activations import activation as activation_named
from rhochain.inputs.arguments import real_number
from rhochain.inputs.matrix import square_matrix
from rhochain.inputs.orientation import require_orientation
from rhochain.ranks.calls import call_of_ranks
from rhochain.ranks.neuron_leaks import leaks_of
from rhochain.runs.identity import leaks_digest

__all__ = ["WorstCaseGrowth", "worst_case_growth"]


@dataclass(frozen=True, eq=False, repr=False)
class WorstCaseGrowth(Bracket):
    """The bracket of R(W) and a cycle of slopes that has at least the rate of its graded lower bound.

    Attributes
    ----------
    active : ndarray of bool, shape (p, n)
        The neurons whose slope is the upper end of `slope_range`; all others have its lower end. Row 0 acts first, and
        after row p - 1 the cycle begins again. Without rows if no cycle was found.
    slope_range : (float, float)
    leak : float or ndarray of shape (n,)
        One number for all neurons, or one for each where they differ; of all neurons on each rank too.
    vanishes_below, explodes_above : Bound or None
        Factors g on the slopes, or on W: below the first every gradient vanishes, above the second some slopes make it
        explode. None where no bound is known; inf for a W whose gradients vanish at any gain.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> g = rc.worst_case_growth(np.array([[0.0, 10.0], [-0.012, 1.1]]))
    >>> round(g.lower.value, 3), round(g.upper.value, 2), g.active
    (1.1, 1.1, array([[False,  True]]))
    """

    active: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    slope_range: tuple[float, float] = (0.0, 1.0)
    leak: float | npt.NDArray[np.float64] = 1.0
    vanishes_below: Bound | None = None
    explodes_above: Bound | None = None

    @property
    def slopes(self) -> npt.NDArray[np.float64]:
        """The cycle as slopes, shape (p, n), for a `JacobianChain`."""
        lo, hi = self.slope_range
        return np.where(self.active, hi, lo)

    def to_dict(self, *, history: bool = True) -> dict[str, Any]:
        """The bracket in plain JSON types, with the number of active neurons in each row of the cycle."""
        gains = {"vanishes_below": self.vanishes_below, "explodes_above": self.explodes_above}
        return {
            **super().to_dict(history=history),
            "slope_range": list(self.slope_range),
            "leak": np.asarray(self.leak).tolist(),
            "period": self.active.shape[0],
            "active": [int(count) for count in self.active.sum(axis=1)],
            **{name: None if bound is None else bound.to_dict() for name, bound in gains.items()},
        }


@call_of_ranks
def worst_case_growth(
    W: Any,
    activation: ActivationLike | None = None,
    *,
    slope_range: tuple[float, float] = (0.0, 1.0),
    leak: float | npt.ArrayLike = 1.0,
    rtol: float = 1e-2,
    delta: float = 1e-9,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = 10_000,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    checkpoint: Checkpoint = None,
    checkpoint_seconds: float = 300.0,
) -> WorstCaseGrowth:
    """R(W), the growth rate a step of gradients under the worst slopes, between two graded bounds.

    R is the supremum of ``rho(J_p ... J_1) ** (1 / p)`` over all cycles of Jacobians ``J = (1 - a) I + a W diag(s)``
    with slopes s in `slope_range`, or ``J = diag(1 - a) + diag(a) W diag(s)`` with a leak for each neuron. Below 1
    every gradient vanishes, whatever the inputs; above 1 some slopes that the activation allows make gradients explode,
    and the cycle behind the lower bound shows them.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n)
        An operator needs ``rmatvec``; its lower bound is then PROBABLE at best.
    activation : str, Activation or callable, optional
        Its own slopes, in place of `slope_range`.
    slope_range : (float, float)
        The least and the largest slope, lo <= hi and hi > 0. The gain is part of it: R is that of W times the slopes.
    leak : float in (0, 1] or array_like of shape (n,)
        a of a leaky integrator, one for all neurons or one for each, on ranks one for each of the rank.
    rtol : float in (0, 1)
        Accuracy of the numerical range behind the upper bound. The two ends need not meet.
    delta : float in (0, 1)
        Largest probability that one PROBABLE end fails.
    seed, threads, max_seconds, callback, checkpoint, checkpoint_seconds
        As in `spectral_radius`.
    max_matvecs : int or None
        Budget of products, at most about two thirds of them for the upper end.

    Returns
    -------
    WorstCaseGrowth
        A `Bracket` with `active`, `slopes`, `vanishes_below` and `explodes_above`. `value` is the
        largest rate measured.

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names the argument, what came and what was expected.
    Interrupted
        Ctrl-C; carries the bracket so far.

    Notes
    -----
    Grades: upper end PROBABLE(delta) (Theorems E and F of the docs: the numerical radius of D W D^-1 with a diagonal D
    that is searched for), or PROVED (rho(|W|)); lower end PROVED where columns or rows of W have one sign
    (Collatz-Wielandt), else PROBABLE(delta) (the eigenvalue of a cycle's product, isolated by deflation), or, for
    equal slopes with a leak, that of `spectral_radius`, which may be an ESTIMATE. Without a leak
    ``rho(W) <= R(W) <= mu_D(W)`` for slopes in [0, 1]. With a leak for each neuron the upper end is the largest
    ``1 - a_i + a_i g mu_D(W)``, g the largest modulus of a slope (Theorem G), or the spectral radius of
    ``diag(1 - a) + g diag(a) |W|``, PROVED; `vanishes_below` then does not depend on the leaks. Memory: about six
    blocks of n x 16 float64 numbers, of n x 4 beyond 200,000 neurons.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> g = rc.worst_case_growth(np.array([[0.5, 0.4], [0.3, 0.2]]), "tanh")
    >>> round(g.value, 4), str(g.lower.grade), str(g.upper.grade)
    (0.7275, 'PROVED', 'PROVED')
    >>> slow = rc.worst_case_growth(np.array([[0.5, 0.4], [0.3, 0.2]]), "tanh", leak=[1.0, 0.1])
    >>> round(slow.value, 2), round(slow.vanishes_below.value, 3)
    (0.95, 1.375)
    """
    A = square_matrix(W)
    if activation is not None and tuple(slope_range) != (0.0, 1.0):
        raise ValueError(f"give either activation or slope_range; got {activation!r} and {slope_range!r}")
    lo, hi = activation_named(activation).slope_range if activation is not None else _slope_range(slope_range)
    limits = Limits.of_call(A, rtol, delta, seed, threads, max_matvecs, max_seconds, callback)
    leaks = leaks_of(A, leak)
    if leaks.differ:
        require_orientation(A, "leaks of neurons")
    goal = {"lo": lo, "hi": hi, "leak": None if checkpoint is None else leaks_digest(A, leaks)}
    saved = SavedEstimate(A, limits, checkpoint, checkpoint_seconds, "worst-case growth", **goal)
    raw, active, below, above = _core.worst_case_growth(A.operator, saved.limits, lo=lo, hi=hi, leak=leaks.own)
    extra: dict[str, Any] = {
        "active": A.peers.whole(active),
        "slope_range": (lo, hi),
        "leak": leaks.of_all(A) if leaks.differ else leaks.least,
        "vanishes_below": _known_gain(below),
        "explodes_above": _known_gain(above),
    }
    try:
        base = saved.outcome(lambda: Bracket.from_core(raw))
    except Interrupted as stopped:
        raise Interrupted(WorstCaseGrowth(**stopped.bracket.__dict__, **extra)) from None
    return WorstCaseGrowth(**base.__dict__, **extra)


def _slope_range(given: tuple[float, float]) -> tuple[float, float]:
    try:
        lo, hi = given
    except (TypeError, ValueError):
        raise TypeError(f"slope_range must be a pair of numbers; got {given!r}") from None
    low, high = real_number("slope_range", lo), real_number("slope_range", hi)
    if not (math.isfinite(low) and low <= high < math.inf and high > 0.0):
        raise ValueError(f"slope_range must be finite, with lo <= hi and hi > 0; got {low!r} and {high!r}")
    return low, high


def _known_gain(raw: _core.RawBound) -> Bound | None:
    """None for a bound that claims nothing: no gain vanishes below 0."""
    return None if raw.value == 0.0 or raw.source == "no bound" else Bound.from_core(raw)
