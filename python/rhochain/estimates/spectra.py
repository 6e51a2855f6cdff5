"""rho(W), sigma_1(W), rho(|W|) as brackets, and the graph structure that decides them first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket, Progress
from rhochain.estimates.limits import Limits
from rhochain.estimates.oriented_vectors import oriented
from rhochain.estimates.run_logs import Checkpoint, SavedEstimate
from rhochain.inputs.arguments import not_negative
from rhochain.inputs.matrix import Matrix, square_matrix
from rhochain.ranks.calls import call_of_ranks
from rhochain.ranks.neuron_leaks import leaks_of
from rhochain.runs.identity import leaks_digest

__all__ = ["Components", "components", "perron_radius", "spectral_norm", "spectral_radius"]

_PRODUCTS_ALONE = "an operator known by its products alone"


@dataclass(frozen=True, eq=False)
class Components:
    """The strongly connected components of the graph with an edge i -> j for every W_ij other than 0.

    Attributes
    ----------
    count : int
    cyclic : int
        Components with a cycle, such as a self-loop. Components without one do not affect rho(W) or rho(|W|).
    longest_path : int
        Number of edges of the longest path if the graph has no cycle, else -1.
    labels : ndarray of int64, shape (n,)
        The component of each index.
    """

    count: int
    cyclic: int
    longest_path: int
    labels: npt.NDArray[np.int64] = field(repr=False)

    def to_dict(self) -> dict[str, int]:
        """The counts in plain JSON types, without `labels`."""
        return {"count": self.count, "cyclic": self.cyclic, "longest_path": self.longest_path}


@call_of_ranks
def components(W: Any) -> Components:
    """Strongly connected components of W, in O(nnz) time and O(n) memory.

    Parameters
    ----------
    W : anything `Matrix` takes with entries, shape (n, n)

    Returns
    -------
    Components

    Raises
    ------
    TypeError
        W is known by its products alone.
    ValueError
        W is not square.

    Notes
    -----
    Grade: exact. Source: Theorem C of the docs: rho(W), rho(|W|) and every scaled norm equal their maximum over
    the components; without a cycle they are 0 and a product of more than `longest_path` Jacobians is 0.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> rc.components(np.eye(3, k=1))
    Components(count=3, cyclic=0, longest_path=2)
    """
    A = square_matrix(W)
    held = _with_entries(A, "components")
    labels, count, cyclic, longest_path = _core.components(held)
    return Components(count, cyclic, longest_path, labels)


@call_of_ranks
def spectral_radius(
    W: Any,
    *,
    rtol: float = 1e-3,
    upper_rtol: float | None = None,
    condition: bool = False,
    proved: bool = False,
    leak: float | npt.ArrayLike = 1.0,
    delta: float = 1e-6,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    start: npt.ArrayLike | None = None,
    checkpoint: Checkpoint = None,
    checkpoint_seconds: float = 300.0,
) -> Bracket:
    """The spectral radius rho(W) = max |lambda|, between two graded bounds.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n)
    rtol : float in (0, 1)
        Stop once (upper - lower) <= rtol * value, or once the value has converged to rtol.
    upper_rtol : float, optional
        Largest relative distance of the upper bound from the value; by default the call lowers the bound as far as
        products do. With a wide bound the call ends once the value has converged to `rtol` for two starts. The value
        and the lower bound are then ESTIMATEs. With an eigenvalue of 1.5 beside a disk of radius 1 and n = 10^4 the
        call takes 101 products for inf and 194 for both bounds; with the disk alone 675 and 2012. With 0.1 the call
        misses an eigenvalue larger by 10 % with probability delta at most; with inf it may miss one whose part in the
        first powers is small. A call with a `leak` ignores it.
    condition : bool
        Compute the left eigenvector of components of more than 40 vertices too, for `Bracket.condition` and the left
        residual. This takes about as many products again, with W.T.
    proved : bool
        Ask for PROVED bounds on both ends, by discs around all eigenvalues of each component of up to 1,000 vertices.
        They take O(n^3) time, that of `numpy.linalg.eigvals` times 1 to 2 up to n = 300 and 3 at 1,000, and 100 n^2
        bytes, cannot be interrupted, and are 1e-12 to 1e-7 of the value wide. Where they fail (a defective dominant
        eigenvalue, very non-normal matrices) the other bounds remain, and their `Bound.source` says why. Components of
        up to 40 vertices get them without this, and so do those of up to 100 whose powers do not settle soon. A call
        with a `leak` ignores it.
    leak : float in (0, 1] or array_like of shape (n,)
        a of a leaky integrator, one for all neurons or one for each. The result is then the radius of (1 - a) I + a W,
        the Jacobian of a linear network. On ranks a slice, as `start`. The largest eigenvalues of W do not determine
        it. A call with a leak ignores `condition`.
    delta : float in (0, 1)
        Largest probability that a PROBABLE bound fails.
    seed : int, at least 0
        Of the random start. The result depends on it, never on `threads`.
    threads : int, optional
        By default OMP_NUM_THREADS, or as many as the process has cores (affinity, quota of containers).
    max_matvecs : int, optional
        Largest number of products with W, beside the few (about ten) that bounds of O(nnz) work take in any case.
    max_seconds : float, optional
        Largest wall time.
    callback : callable, optional
        Called with a `Progress`; returning True stops.
    start : array_like of shape (n,), optional
        Warm start, other than 0. PROBABLE bounds still draw their own random vector.
    checkpoint : path, optional
        A file for the state of the run, written every `checkpoint_seconds` and where the run ends early: by Ctrl-C,
        `callback` or `max_seconds`. The same call goes on from it to the bits of an unbroken run, after a kill too.
        Memory and disk: about 20 vectors, at most the 2^28 bytes of the Krylov vectors more.
    checkpoint_seconds : float
        Least time between two writes.

    Returns
    -------
    Bracket

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names the argument, what came and what was expected.
    Interrupted
        Ctrl-C; carries the bracket so far.

    Notes
    -----
    Grades: upper bounds PROVED (Collatz-Wielandt on |W|, or structure) or PROBABLE(delta) (powers of
    W on a random vector; cf. Dixon 1983); lower bounds PROVED from structure, traces, Collatz-Wielandt where
    W >= 0 up to signs, or the norm of W where a diagonal scaling makes it symmetric or skew-symmetric and where it is
    circulant or a multiple of an orthogonal matrix; PROBABLE(delta) where the dominant eigenvalue or pair is so far
    from the others that powers of W settle on it (deflation; an operator needs ``rmatvec`` for it); else ESTIMATE,
    with the best PROVED one in `Bracket.graded_lower`.
    ``gain * rho(W) < 1`` certifies nothing in a nonlinear network: see `check`.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> r = rc.spectral_radius(np.array([[0.0, 4.0], [1.0, 0.0]]))
    >>> round(r.value, 6)
    2.0
    >>> round(rc.spectral_radius(np.diag([1.5, -3.0]), leak=0.1).value, 6)
    1.05
    """
    A = square_matrix(W)
    limits = Limits.of_call(A, rtol, delta, seed, threads, max_matvecs, max_seconds, callback, start)
    leaks = leaks_of(A, leak)
    if leaks.least < 1.0:
        digest = None if checkpoint is None else leaks_digest(A, leaks)
        saved = SavedEstimate(A, limits, checkpoint, checkpoint_seconds, "leaky radius", leak=digest)
        raw = _core.leaky_radius(A.operator, saved.limits, leak=leaks.own, gain=1.0)
        return oriented(A, saved.outcome(lambda: Bracket.from_core(raw)))
    looser = 0.0 if upper_rtol is None else not_negative("upper_rtol", upper_rtol)
    goal: dict[str, Any] = {"condition": bool(condition), "proved": bool(proved), "upper_rtol": looser}
    saved = SavedEstimate(A, limits, checkpoint, checkpoint_seconds, "spectral radius", **goal)
    raw = _core.spectral_radius(A.operator, saved.limits, **goal)
    return oriented(A, saved.outcome(lambda: Bracket.from_core(raw)))


@call_of_ranks
def spectral_norm(
    W: Any,
    *,
    rtol: float = 1e-3,
    upper_rtol: float | None = None,
    delta: float = 1e-9,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    start: npt.ArrayLike | None = None,
    checkpoint: Checkpoint = None,
    checkpoint_seconds: float = 300.0,
) -> Bracket:
    """The spectral norm sigma_1(W) = ||W||_2 (lambda_1 in the paper), between two graded bounds.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (m, n)
        An operator needs ``rmatvec``. One random vector tests whether it is the adjoint of ``matvec``.
    rtol, delta, seed, threads, max_matvecs, max_seconds, callback
        As in `spectral_radius`.
    upper_rtol : float, optional
        Largest relative distance of the upper bound from the value; by default `rtol`. With a wide bound (0.1, or inf
        for any bound) the call ends once the value has converged to `rtol`, at a fraction of the products: with 10
        random entries a row and n = 10^6 about 730 for a bound within 0.001, 115 to 139 within 0.1, 47 to 81 for inf.
        `converged` then refers to this wider bracket. The accuracy `rtol` of the value is an ESTIMATE, which failed for
        4 of 1200 random sparse matrices, by 0.9 % at most.
    start : array_like of shape (n,), optional
        Warm start of the value; an upper bound still draws its own random vector.
    checkpoint, checkpoint_seconds
        As in `spectral_radius`.

    Returns
    -------
    Bracket
        Of sigma_1 itself, not of its square, which power iteration on W^T W would give.

    Raises
    ------
    TypeError, ValueError
        Misuse.
    Interrupted
        Ctrl-C; carries the bracket so far.

    Notes
    -----
    Grades: lower bound PROVED (||W v|| / ||v||), upper bound PROBABLE(delta) (Theorem D of the docs, on
    Golub-Kahan-Lanczos; cf. Kuczynski & Wozniakowski 1992) or PROVED (O(nnz) norms, where they are sharper, and
    the Schur test, by which both are PROVED where each column, or each row, has entries of one sign only).
    ``gain * sigma_1 < 1`` is eq. 6 of Pascanu, Mikolov & Bengio (2013): sufficient for vanishing.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> s = rc.spectral_norm(np.array([[0.0, 4.0], [1.0, 0.0]]))
    >>> round(s.value, 6), s.upper.graded
    (4.0, True)
    """
    A = W if isinstance(W, Matrix) else Matrix(W)
    limits = Limits.of_call(A, rtol, delta, seed, threads, max_matvecs, max_seconds, callback, start)
    looser = 0.0 if upper_rtol is None else not_negative("upper_rtol", upper_rtol)
    saved = SavedEstimate(A, limits, checkpoint, checkpoint_seconds, "spectral norm", upper_rtol=looser)
    raw = _core.spectral_norm(A.operator, saved.limits, upper_rtol=looser)
    return oriented(A, saved.outcome(lambda: Bracket.from_core(raw)))


@call_of_ranks
def perron_radius(
    W: Any,
    *,
    rtol: float = 1e-3,
    delta: float = 1e-9,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    start: npt.ArrayLike | None = None,
    checkpoint: Checkpoint = None,
    checkpoint_seconds: float = 300.0,
) -> Bracket:
    """The Perron radius rho(|W|) of the entrywise absolute values, between two proved bounds.

    Parameters
    ----------
    W : anything `Matrix` takes with entries, or `LowRankUpdate`, shape (n, n)
        Of a `LowRankUpdate` the upper end alone is PROVED, and is the value; the lower one is that of rho(W).
    rtol, seed, threads, max_matvecs, max_seconds, callback
        As in `spectral_radius`.
    delta : float in (0, 1)
        Unused by proved bounds; kept so that the estimators share one signature.
    start : array_like of shape (n,), optional
        A guess of the Perron vector; its absolute values are used.
    checkpoint, checkpoint_seconds
        As in `spectral_radius`.

    Returns
    -------
    Bracket

    Raises
    ------
    TypeError, ValueError
        Misuse; TypeError where W is known by its products alone.
    Interrupted
        Ctrl-C; carries the bracket so far.

    Notes
    -----
    Grade: both bounds PROVED at every iteration (Collatz 1942, Wielandt 1950):
    ``min (|W|x)_i / x_i <= rho(|W|) <= max (|W|x)_i / x_i`` for every x > 0.
    ``gain * rho(|W|) < 1`` certifies vanishing (Theorems A and B of the docs).

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> p = rc.perron_radius(np.array([[1.0, -2.0], [-2.0, 1.0]]))
    >>> round(p.value, 6), str(p.upper.grade)
    (3.0, 'PROVED')
    """
    A = square_matrix(W)
    if A.kind == "operator":
        raise TypeError(f"perron_radius needs the entries of W; got {_PRODUCTS_ALONE}")
    limits = Limits.of_call(A, rtol, delta, seed, threads, max_matvecs, max_seconds, callback, start)
    saved = SavedEstimate(A, limits, checkpoint, checkpoint_seconds, "Perron radius")
    raw = _core.perron_radius(A.operator, saved.limits)
    return oriented(A, saved.outcome(lambda: Bracket.from_core(raw)))


def _with_entries(A: Matrix, quantity: str) -> _core.Operator:
    held = A.operator
    if not A.has_entries:
        came = "W + U V, which is not formed" if A.update_rank is not None else _PRODUCTS_ALONE
        raise TypeError(f"{quantity} needs the entries of W; got {came}")
    return held
