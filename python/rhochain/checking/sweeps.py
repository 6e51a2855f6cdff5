"""`sweep`: the verdicts of many matrices over a grid of spectral radii, leaks and gains."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np

from rhochain.checking.sweep_arrays import SweepArrays, SweepInterrupted, SweepPoint, SweepRow
from rhochain.estimates.brackets import Bracket
from rhochain.estimates.limits import Limits
from rhochain.estimates.many import on_error_word
from rhochain.estimates.scaled_brackets import scaled_bracket, widened_bracket
from rhochain.estimates.worst_case import WorstCaseGrowth
from rhochain.inputs.activations import Activation
from rhochain.inputs.activations import activation as activation_named
from rhochain.inputs.arguments import real_number
from rhochain.inputs.batches import batches, failure_of
from rhochain.inputs.leaks import leak_number
from rhochain.inputs.matrix import Matrix, square_matrix
from rhochain.inputs.side_by_side import side_by_side, thread_number
from rhochain.verdicts.conclusions import Verdict
from rhochain.verdicts.decision import decide
from rhochain.verdicts.evidence import Evidence
from rhochain.verdicts.scale_investigation import ScaleInvestigation
from rhochain.verdicts.scaled_evidence import evidence_with_leak, scaled_evidence

__all__ = ["sweep"]

_B = TypeVar("_B", bound=Bracket)

_LEAST_PRODUCT = 2.0**-1000  # far above where float64 loses digits

_OPEN = (Verdict.UNDECIDED, Verdict.EXPLOSION_NOT_EXCLUDED)


def sweep(
    Ws: Iterable[Any],
    *,
    spectral_radius: float | Sequence[float] | None = None,
    leak: float | Sequence[float] = 1.0,
    gain: float | Sequence[float] = 1.0,
    activation: str | Activation | None = None,
    quick: bool = False,
    rtol: float = 1e-3,
    delta: float = 1e-9,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    on_error: str = "record",
) -> SweepArrays:
    """Verdicts over the Cartesian product of matrices, spectral radii, leaks and gains, from one estimate of each W.

    Parameters
    ----------
    Ws, threads, on_error
        As in `spectral_radius_many`.
    spectral_radius : float > 0 or list of them, optional
        Targets: W is multiplied by the factor that brings the value of rho(W) there. Without it W stays as it is.
    leak : float in (0, 1] or list of them
        a of a leaky integrator.
    gain : float > 0 or list of them
        Factors on the slopes of the activation; without an activation the gains themselves, as in `check`.
    activation : str or Activation, optional
        As `rhochain.activation` takes it.
    quick : bool
        Leave out R(W) and mu_D(W), which take most of the time. VANISHES then rests on sigma_1(W) and rho(|W|), an
        explosion on the graded lower bound of rho(W).
    rtol, delta, seed, max_matvecs, max_seconds
        As in `check`, for each matrix by itself.

    Returns
    -------
    SweepArrays
        A row for each point of each matrix; gains vary fastest, then leaks.

    Raises
    ------
    TypeError, ValueError
        Misuse of an argument beside `Ws`; with ``on_error="raise"`` a matrix that fails.
    SweepInterrupted
        Ctrl-C, once the estimates that run have ended; carries the rows of the matrices done by then.

    Notes
    -----
    Grades: the quantities of W are estimated once. Those of factor W are the same times the factor, the ends rounded
    outwards, with the same grades: statements about the exact product of the factor and W. A leak is another map:
    rho((1 - a) I + a g W) is estimated for each factor and leak below 1. Without a leak R is proportional to the factor
    as well, and with one ``rho((1 - a) I + a gamma W) <= R_a <= (1 - a) + a R_1``; where that leaves open an explosion
    that the value of this radius suggests, R_a itself is estimated. `check` of a row has other evidence
    for its one network: either may leave open what the other decides. They never contradict each other.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> Ws = np.random.default_rng(0).standard_normal((2, 30, 30))
    >>> grid = rc.sweep(Ws, spectral_radius=[0.2, 1.5], leak=[0.3, 1.0], activation="tanh")
    >>> len(grid), sorted(set(grid.verdict.tolist()))
    (8, ['EXPLODES_FOR_SOME_SLOPES', 'VANISHES'])
    """
    limits = Limits.of_many(rtol, delta, seed, threads, max_matvecs, max_seconds)
    raises = on_error_word(on_error)
    targets = [math.nan] if spectral_radius is None else _positive("spectral_radius", spectral_radius)
    leaks = [leak_number(a) for a in _listed(leak)]
    if not leaks:
        raise ValueError("leak must be above 0 and at most 1, one or a list of them; got an empty list")
    gains = _positive("gain", gain)
    points = [SweepPoint(*point) for point in itertools.product(targets, leaks, gains)]
    sigma = None if activation is None else activation_named(activation)
    known = Evidence(
        1.0 if sigma is None else sigma.gain,
        1.0,
        sigma is not None and sigma.linear,
        activation=None if sigma is None else str(sigma),
        slope_range=None if sigma is None else sigma.slope_range,
    )
    team = thread_number(threads)
    call = partial(_swept, points=points, known=known, limits=limits, quick=bool(quick))
    found = _Found(points)
    try:
        for index, outcome in side_by_side(batches(Ws, team, square=True), team, call):
            error = outcome if isinstance(outcome, Exception) else outcome.error
            if raises and error is not None:
                raise failure_of(index, error) from error
            found.add(outcome)
    except KeyboardInterrupt:
        raise SweepInterrupted(found.arrays()) from None
    return found.arrays()


class _Swept(NamedTuple):
    """The rows of one matrix."""

    radius: Bracket
    rows: list[SweepRow | Exception]

    @property
    def error(self) -> Exception | None:
        return next((row for row in self.rows if isinstance(row, Exception)), None)


class _Found:
    """The rows of all matrices so far."""

    def __init__(self, points: Sequence[SweepPoint]) -> None:
        self._points = points
        self._radii: list[Bracket | None] = []
        self._rows: list[SweepRow | None] = []
        self._errors: list[str | None] = []

    def add(self, outcome: _Swept | Exception) -> None:
        rows: Sequence[SweepRow | Exception]
        if isinstance(outcome, Exception):
            self._radii.append(None)
            rows = [outcome] * len(self._points)
        else:
            self._radii.append(scaled_bracket(outcome.radius, 1.0))
            rows = outcome.rows
        for row in rows:
            self._rows.append(None if isinstance(row, Exception) else row)
            self._errors.append(f"{type(row).__name__}: {row}" if isinstance(row, Exception) else None)

    def arrays(self) -> SweepArrays:
        return SweepArrays.from_rows(self._points, self._rows, self._errors, self._radii)


def _swept(W: Any, *, points: Sequence[SweepPoint], known: Evidence, limits: Limits, quick: bool) -> _Swept:
    """One matrix at every point."""
    A = Matrix(square_matrix(W), threads=1)
    return _Sweeper(A, known, limits, quick).all(points)


class _Sweeper:
    """The evidence of one matrix, scaled to one point after the other."""

    def __init__(self, A: Matrix, known: Evidence, limits: Limits, quick: bool) -> None:
        self._work = ScaleInvestigation(A, known, replace(limits, threads=1))
        self._evidence = self._work.measure_scales(quick=quick)
        self._may_scale = not quick and A.has_adjoint and not known.linear
        self._radii: dict[tuple[float, float], Bracket] = {}
        self._rates: dict[tuple[float, float], WorstCaseGrowth | None] = {}

    def all(self, points: Sequence[SweepPoint]) -> _Swept:
        radius = self._evidence.spectral_radius
        assert radius is not None
        rows: list[SweepRow | Exception] = []
        for point in points:
            try:
                rows.append(self._row(point, radius.value))
            except ValueError as error:
                rows.append(error)
        return _Swept(radius, rows)

    def _row(self, point: SweepPoint, radius: float) -> SweepRow:
        factor = 1.0 if math.isnan(point.spectral_radius) else _factor(point.spectral_radius, radius)
        verdict, evidence = self._decided(point, factor)
        if verdict is Verdict.UNDECIDED and self._may_scale and self._evidence.scaled_norm is None:
            self._evidence = self._work.measure_scaling()
            verdict, evidence = self._decided(point, factor)
        gamma = evidence.gain
        assert evidence.spectral_radius is not None
        at_most = scaled_bracket(evidence.spectral_radius, gamma)
        if point.leak != 1.0:
            at_most = scaled_bracket(self._jacobian(point, factor), 1.0)
        norm, growth = evidence.spectral_norm, evidence.worst_case_growth
        return SweepRow(factor, verdict, at_most, None if norm is None else scaled_bracket(norm, gamma), growth)

    def _decided(self, point: SweepPoint, factor: float) -> tuple[Verdict, Evidence]:
        evidence = scaled_evidence(scaled_evidence(self._evidence, factor), point.gain)
        if point.leak == 1.0:
            return decide(evidence).verdict, evidence
        jacobian = self._jacobian(point, factor)
        evidence = evidence_with_leak(evidence, point.leak, jacobian)
        verdict = decide(evidence).verdict
        if self._may_scale and verdict in _OPEN and jacobian.value > 1.0:
            growth = self._growth(point, factor)
            if growth is not None:
                evidence = replace(evidence, worst_case_growth=growth)
                verdict = decide(evidence).verdict
        return verdict, evidence

    def _jacobian(self, point: SweepPoint, factor: float) -> Bracket:
        """rho((1 - a) I + a c W), c = gamma gain factor."""
        c, exact = _product(self._evidence.gain, point.gain, factor)
        known = self._radii.get((c, point.leak))
        if known is None:
            found = self._work.radius_under(c, point.leak)
            known = self._radii[c, point.leak] = found if exact else _rounded(found)
        return known

    def _growth(self, point: SweepPoint, factor: float) -> WorstCaseGrowth | None:
        """R with the leak, of slopes times gain and factor; None for a large W, or if rounding changes their ratio."""
        lo, hi = self._evidence.slopes
        top, exact = _product(hi, point.gain, factor)
        if lo not in (0.0, -hi):
            return None
        key = (top, point.leak)
        if key not in self._rates:
            found = self._work.growth_under((0.0 if lo == 0.0 else -top, top), point.leak)
            if found is not None:
                found = replace(found if exact else _rounded(found), slope_range=(lo, hi))
            self._rates[key] = found
        return self._rates[key]


def _product(*parts: float) -> tuple[float, bool]:
    """Their product, and whether it is exact. ValueError where `_rounded` would not hold for it."""
    rounded = math.prod(parts)
    exact = math.isfinite(rounded) and math.prod(map(Fraction, parts)) == Fraction(rounded)
    if not exact and not _LEAST_PRODUCT <= rounded < math.inf:
        raise ValueError(f"gain times factor leaves the range of float64: {' * '.join(map(repr, parts))}")
    return rounded, exact


def _rounded(bracket: _B) -> _B:
    """Wide enough for the product that `bracket` has rounded (docs/theory/27-leaks.md)."""
    return widened_bracket(bracket, 2.0**-50, 1.0)


def _factor(target: float, radius: float) -> float:
    factor = target / radius if radius > 0.0 else math.inf
    if not 0.0 < factor < math.inf:
        raise ValueError(f"no factor brings rho(W) = {radius!r} to {target!r}")
    return factor


def _listed(given: Any) -> list[Any]:
    return [given] if np.ndim(given) == 0 else list(given)


def _positive(name: str, given: Any) -> list[float]:
    numbers = [real_number(name, x) for x in _listed(given)]
    if not numbers or not all(0.0 < x < math.inf for x in numbers):
        raise ValueError(f"{name} must be finite and above 0, one or a list of them; got {given!r}")
    return numbers
