"""w(W), the numerical radius: what bounds a network whose slopes are never negative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket, Progress
from rhochain.estimates.limits import Limits
from rhochain.estimates.oriented_vectors import oriented
from rhochain.estimates.run_logs import Checkpoint, SavedEstimate
from rhochain.inputs.matrix import square_matrix
from rhochain.ranks.calls import call_of_ranks

__all__ = ["numerical_radius"]


@call_of_ranks
def numerical_radius(
    W: Any,
    *,
    rtol: float = 1e-2,
    delta: float = 1e-9,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    checkpoint: Checkpoint = None,
    checkpoint_seconds: float = 300.0,
) -> Bracket:
    """The numerical radius w(W) = max |x* W x| over complex unit vectors x, between two graded bounds.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n)
        An operator needs ``rmatvec``.
    rtol : float in (0, 1)
        Stop once (upper - lower) <= rtol * value. A random matrix of n = 1000 with ten entries a row takes 2,600
        products at 0.01 and 4,800 at 0.001.
    delta : float in (0, 1)
        Largest probability that the upper bound fails.
    seed, threads, max_matvecs, max_seconds, callback, checkpoint, checkpoint_seconds
        As in `spectral_radius`.

    Returns
    -------
    Bracket
        `vector` is the unit vector x, real or complex, behind the lower bound.

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names the argument, what came and what was expected.
    Interrupted
        Ctrl-C; carries the bracket so far.

    Notes
    -----
    ``rho(W) <= w(W) <= sigma_1(W) <= 2 w(W)``. For slopes in [0, g] every product of K Jacobians has a 2-norm of at
    most ``2 (g w(W))^K`` (Theorem E of the docs), where the paper has ``(g sigma_1(W))^K``. Grades: lower bound PROVED,
    ESTIMATE for an operator; upper bound PROVED where all entries have one sign (Collatz-Wielandt on
    (|W| + |W|^T) / 2), else PROBABLE(delta) (support lines of the numerical range at several angles, each from
    Lanczos with a random vector). Memory: about five blocks of n x 16 float64 numbers, of n x 4 beyond
    200,000 neurons.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> w = rc.numerical_radius(np.array([[0.0, 1.0], [0.0, 0.0]]))
    >>> round(w.value, 6), str(w.upper.grade)
    (0.5, 'PROVED')
    """
    A = square_matrix(W)
    limits = Limits.of_call(A, rtol, delta, seed, threads, max_matvecs, max_seconds, callback)
    saved = SavedEstimate(A, limits, checkpoint, checkpoint_seconds, "numerical radius")
    raw = _core.numerical_radius(A.operator, saved.limits)
    return oriented(A, saved.outcome(lambda: Bracket.from_core(raw)))
