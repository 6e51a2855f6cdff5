"""Certified bounds of sigma_1(W) and rho(|W|) that follow a W from step to step, as training changes it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

import rhochain._core as _core
from rhochain.estimates.brackets import Bound, Bracket, Grade, Status
from rhochain.estimates.limits import Limits
from rhochain.estimates.spectra import perron_radius, spectral_norm
from rhochain.inputs.arguments import real_number
from rhochain.inputs.arrays import Floats
from rhochain.inputs.coercion import numbers, without_tensor
from rhochain.inputs.matrix import Matrix

__all__ = ["Tracker"]


class Tracker:
    """Bounds of sigma_1(W) and rho(|W|) for a W that changes a little from call to call.

    Parameters
    ----------
    W : anything `Matrix` takes with entries, shape (n, n)
        The first matrix. Its entries are copied.
    margin : float in (0, 1)
        Largest relative width of both brackets: ``upper <= (1 + margin) * lower``.
    delta : float in (0, 1)
        Largest probability that one fresh PROBABLE bound fails.
    seed : int, at least 0
        Of the random starts; each fresh bound draws from a seed of its own, ``seed``, ``seed + 1``, ...
    threads : int, optional
        By default OMP_NUM_THREADS, or as many as the process has cores (affinity, quota of containers).

    Attributes
    ----------
    spectral_norm : Bracket
        Of sigma_1 of the W that was given last.
    perron_radius : Bracket
        Of rho(|W|) of the W that was given last.
    updates : int
        Calls of `update`.
    fresh_norms, fresh_radii : int
        Bounds computed anew, with those of the first W.

    Raises
    ------
    TypeError, ValueError
        Misuse; TypeError where W is known by its products alone.

    Notes
    -----
    An update costs one to six products and two passes over the entries, until the margin is spent:

    - |sigma_1(W) - sigma_1(V)| <= ||W - V||_F, where V is the W of the last fresh bound (Weyl 1912). The drift
      ||W - V||_F is that from V to W, not the sum over the steps between. Grade: that of the fresh bound, for the upper
      end PROBABLE(delta) or PROVED.
    - sigma_1(W) >= ||W v|| / ||v||, PROVED, where the drift alone leaves the margin; v takes one step of power
      iteration on W^T W each time.
    - min (|W|x)_i / x_i <= rho(|W|) <= max (|W|x)_i / x_i for the last x > 0, PROVED (Collatz 1942, Wielandt 1950), and
      one or two products more where these bounds are wide.

    Where a bracket is wider than `margin`, `update` calls `spectral_norm` or `perron_radius` anew. With a W that is
    reducible the last rule gives no useful lower bound, and every update calls `perron_radius`.

    Of k fresh bounds of sigma_1 one fails with probability at most ``k * delta``. Memory: a copy of W.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> rng = np.random.default_rng(0)
    >>> W = rng.standard_normal((100, 100)) / 10
    >>> tracker = rc.Tracker(W)
    >>> for step in range(20):
    ...     W += 1e-4 * rng.standard_normal((100, 100))
    ...     tracker.update(W)
    >>> float(np.linalg.norm(W, 2)) in tracker.spectral_norm, tracker.fresh_norms
    (True, 1)
    """

    _norm: Bracket
    _radius: Bracket
    _reference_lower: Bound
    _reference_upper: Bound
    _right: Floats
    _positive: Floats

    def __init__(
        self, W: Any, *, margin: float = 0.1, delta: float = 1e-9, seed: int = 0, threads: int | None = None
    ) -> None:
        self._margin = real_number("margin", margin)
        if not 0.0 < self._margin < 1.0:
            raise ValueError(f"margin must lie between 0 and 1, both excluded; got {self._margin!r}")
        self._given: dict[str, Any] = {"delta": delta, "seed": seed, "threads": threads}
        self.updates = 0
        self.fresh_norms = 0
        self.fresh_radii = 0
        self._reference: Any = None
        entries = self._entries(W)
        self._shape = entries.shape
        A = Matrix(entries)
        # Of the few products that follow rho(|W|).
        self._limits = Limits.of_call(A, self._margin, delta, seed, threads, 3, None, None)
        self._refresh_norm(A, entries)
        self._refresh_radius(A)

    @property
    def spectral_norm(self) -> Bracket:
        return self._norm

    @property
    def perron_radius(self) -> Bracket:
        return self._radius

    def update(self, W: Any) -> None:
        """Bounds for the present W.

        Parameters
        ----------
        W : anything `Matrix` takes with entries, of the shape of the first
            The call reads it and keeps nothing of it but a copy where it becomes the reference.

        Raises
        ------
        TypeError, ValueError
            Misuse; the brackets remain those of the W before.
        Interrupted
            Ctrl-C during a fresh bound; update again before the brackets are read.
        """
        entries = self._entries(W)
        if entries.shape != self._shape:
            raise ValueError(f"W must have the shape of the first, {self._shape}; got {entries.shape}")
        A = _operator(entries)
        self._follow_norm(A, entries)
        self._follow_radius(A, entries)
        self.updates += 1

    def _entries(self, W: Any) -> Any:
        """W as an ndarray, or as a CSR array in which no position is listed twice."""
        W = without_tensor(W)
        plain = type(W) in (np.ndarray, sparse.csr_array) and W.dtype in (np.float32, np.float64)
        entries = W if plain else numbers(W)
        if entries is None:
            raise TypeError("Tracker needs the entries of W; got an operator known by its products alone")
        if entries.ndim != 2 or entries.shape[0] != entries.shape[1]:
            raise ValueError(f"W must be square; got shape {entries.shape}")
        if self._reference is not None and entries.shape == self._shape:
            entries = _alike(entries, self._reference)
        if sparse.issparse(entries) and not _same_pattern(entries, self._reference):
            Matrix(entries)  # what it refuses, SciPy may not survive
            entries = entries.astype(np.float64)  # a copy
            entries.sum_duplicates()
        if isinstance(entries, np.ndarray):
            fortran = (entries if self._reference is None else self._reference).flags.f_contiguous
            entries = np.require(entries, None, ["F" if fortran else "C", "A"])  # the order of the reference
        return entries

    def _follow_norm(self, A: _core.Operator, entries: Any) -> None:
        drift = _distance_above(entries, self._reference)
        u, fresh = self._reference_upper, self._reference_lower
        upper = Bound(
            math.nextafter(u.value + drift, math.inf), u.grade, u.delta, f"drift from a fresh bound: {u.source}"
        )
        lower = Bound(
            max(0.0, math.nextafter(fresh.value - drift, 0.0)),
            fresh.grade,
            fresh.delta,
            f"drift from a fresh bound: {fresh.source}",
        )
        matvecs = 0
        if not self._within_margin(lower, upper):
            raw, self._right = _core.norm_from_vector(A, self._right, self._limits.threads)
            lower, matvecs = Bound.from_core(raw), 3
        if not self._within_margin(lower, upper):
            self._refresh_norm(Matrix(entries), entries)
            return
        self._norm = Bracket(
            value=min(max(lower.value, fresh.value), upper.value),
            lower=lower,
            upper=upper,
            status=Status.CONVERGED,
            matvecs=matvecs,
        )

    def _within_margin(self, lower: Bound, upper: Bound) -> bool:
        return upper.value <= (1.0 + self._margin) * lower.value

    def _refresh_norm(self, A: Matrix, entries: Any) -> None:
        """A fresh bound, within a fifth of the margin, and W as the new reference."""
        options = self._given | {"seed": (self._given["seed"] + self.fresh_norms) % 2**64}
        self._norm = spectral_norm(A, rtol=0.2 * self._margin, **options)
        self.fresh_norms += 1
        self._reference_lower = self._norm.graded_lower or Bound(0.0, Grade.PROVED, None, "a norm is not negative")
        self._reference_upper = self._norm.graded_upper or Bound(math.inf, Grade.PROVED, None, "no bound")
        self._reference = entries.copy(order="K") if isinstance(entries, np.ndarray) else entries.copy()
        self._right = _real(self._norm.vector, A.shape[1])

    def _follow_radius(self, A: _core.Operator, entries: Any) -> None:
        limits = replace(self._limits, start=self._positive)
        self._radius = Bracket.from_core(_core.perron_radius_of_whole(A, limits.core))
        if self._within_margin(self._radius.lower, self._radius.upper):
            self._positive = _real(self._radius.vector, self._shape[0])
        else:
            self._refresh_radius(Matrix(entries))

    def _refresh_radius(self, A: Matrix) -> None:
        self._radius = perron_radius(A, rtol=0.2 * self._margin, **self._given)
        self.fresh_radii += 1
        self._positive = _real(self._radius.vector, self._shape[0])


def _real(vector: npt.NDArray[Any] | None, n: int) -> Floats:
    """The vector of a bracket as a start; ones where there is none."""
    return np.ones(n) if vector is None or not vector.any() else np.ascontiguousarray(vector.real, dtype=np.float64)


def _alike(W: Any, V: Any) -> Any:
    """W as CSR where V is, else as an array."""
    if sparse.issparse(V):
        return W if sparse.issparse(W) else sparse.csr_array(W)
    return W.toarray() if sparse.issparse(W) else W


def _operator(entries: Any) -> _core.Operator:
    if sparse.issparse(entries):
        return Matrix(entries).operator
    return _core.DenseOperator(entries)


def _distance_above(W: Any, V: Any) -> float:
    """||W - V||_F, rounded up."""
    if sparse.issparse(W) and not _same_pattern(W, V):
        D = sparse.csr_array(W - V).data
        return _core.distance_above(D, np.zeros_like(D)) * (1.0 + 2.0**-50)  # SciPy has rounded the differences
    ours, reference = (W.data, V.data) if sparse.issparse(W) else (W.ravel(order="K"), V.ravel(order="K"))
    dtype = np.result_type(ours, reference)  # float64 unless both are float32
    return _core.distance_above(np.ascontiguousarray(ours, dtype), np.ascontiguousarray(reference, dtype))


def _same_pattern(W: Any, V: Any) -> bool:
    return bool(
        sparse.issparse(V)
        and len(W.data) == len(V.data)
        and np.array_equal(W.indptr, V.indptr)
        and np.array_equal(W.indices, V.indices)
    )
