"""The quantities behind a verdict, computed in the order in which they are likely to settle it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import rhochain._core as _core
from rhochain.estimates.brackets import Bound, Bracket, Grade, Interrupted, Progress, Status
from rhochain.estimates.growth import growth_factor
from rhochain.estimates.left_perron_vector import left_perron_vector
from rhochain.estimates.limits import Limits
from rhochain.estimates.linear_gain import linear_gain
from rhochain.estimates.numerical_range import numerical_radius
from rhochain.estimates.run_logs import RunLogs
from rhochain.estimates.scaling import scaled_norm
from rhochain.estimates.shared_clock import SharedClock
from rhochain.estimates.signs import sign_structure
from rhochain.estimates.spectra import components, perron_radius, spectral_norm, spectral_radius
from rhochain.estimates.worst_case import worst_case_growth
from rhochain.inputs.arrays import Floats
from rhochain.inputs.matrix import Matrix
from rhochain.ranks.callers import callers_of
from rhochain.verdicts.conclusions import Decision, Verdict
from rhochain.verdicts.decision import decide
from rhochain.verdicts.evidence import Evidence
from rhochain.verdicts.second_attempts import SecondAttempt, second_rtol, straddles
from rhochain.verdicts.value_order import with_ordered_values
from rhochain.verdicts.vanishing import needs_burn_in

__all__ = ["RANGE_RTOL", "Investigation"]

_B = TypeVar("_B", bound=Bracket)

RANGE_RTOL = 1e-2  # of quantities of the numerical range, whose products grow like 1 / rtol
_CHEAP_ENTRIES = 20_000  # of a W whose products cost next to nothing
_GROWTH_PRODUCTS, _CHEAP_GROWTH_PRODUCTS = 10_000, 40_000
# Some hundred products give R(W) PROVED ends where the signs of W factorize, some thousand close ones elsewhere.
_LEAST_GROWTH_PRODUCTS, _USEFUL_GROWTH_PRODUCTS = 400, 5_000
_LEAST_RADIUS_PRODUCTS = 200
_MORE_PRODUCTS, _CHEAP_PRODUCTS = 4, 2_000  # of a second attempt: times those of the first, or few in any case
# How far above the value the upper bound of sigma_1 may stay for a large W, at a fifth of the products.
_LOOSE_UPPER = 0.1
# Entries times products for one quantity of a check: some seconds, and ten times as many where that decides.
_WORK, _DECISIVE_WORK = 2_000_000_000, 20_000_000_000


class Investigation:
    """Gathers the evidence of one check, within its budget."""

    def __init__(
        self,
        A: Matrix,
        evidence: Evidence,
        limits: Limits,
        *,
        with_numerical_radius: bool = False,
        logs: RunLogs | None = None,
    ) -> None:
        self._A = A
        self._limits = limits
        self._logs = logs
        self._clock = SharedClock(limits.max_seconds, limits.callback, 5 if A.kind != "operator" else 4, A.peers)
        self._evidence = evidence
        self._range_asked = with_numerical_radius
        self._second: tuple[float, int] | None = None  # rtol and products of a second attempt
        self.products = 0  # of all estimates so far, those of second attempts too
        self.out_of_time = False  # whether the clock ended one of them

    def evidence(self) -> Evidence:
        return self._evidence

    def _record(self, **found: Any) -> None:
        self._evidence = with_ordered_values(replace(self._evidence, **found))

    def settle(self) -> Decision:
        """Stops at the first quantity that proves a verdict."""
        if not self._A.has_adjoint:
            return self._by_radius()
        self._structure()
        if self._evidence.linear:
            # A radius decides a linear network; the growth is that of its Jacobian.
            order = [self._perron, self._radius, self._growth, self._scaling]
        else:
            # sigma_1 is never below mu_D(W), and R(W) is what decides a nonlinear one.
            order = [self._perron, self._growth, self._scaling, self._radius]
        for compute in (*order, self._norm):
            decision = decide(self._evidence)
            if decision.verdict is not Verdict.UNDECIDED:
                return decision
            compute()
        return self._narrowed(decide(self._evidence))

    def measure(self) -> Decision:
        """All quantities of the report, and a scaling where it can change the verdict or date it."""
        if not self._A.has_adjoint:
            return self._by_radius()
        self._structure()
        for compute in (self._perron, self._radius, self._norm):  # rho before a transposed copy takes memory
            compute()
        if self._clock.has_stopped():
            return decide(self._evidence)  # each of the others takes some time to begin
        if not self._evidence.linear or self._linear_is_open():
            self._growth()
        if self._range_asked or self._cheap():
            self._range()
        self._linear_gain()
        decision = decide(self._evidence)
        if self._clock.has_stopped():
            return decision
        if decision.verdict is Verdict.UNDECIDED or needs_burn_in(self._evidence, decision):
            self._scaling()
            decision = decide(self._evidence)
        decision = self._narrowed(decision)
        if self._evidence.scaled_norm is None and needs_burn_in(self._evidence, decision):
            self._second = None
            self._scaling()
            decision = decide(self._evidence)
        return decision

    def left_perron_vector(self, W: Any) -> Floats | None:
        """That of W, the matrix of this investigation with its names."""
        return left_perron_vector(W, lambda transposed: self._estimate(perron_radius, A=Matrix(transposed)))

    def _by_radius(self) -> Decision:
        """What products with W alone give."""
        self._radius()
        if self._evidence.linear and self._linear_is_open():
            self._growth()  # then the radius of the Jacobian
        self._linear_gain()
        return decide(self._evidence)

    def _narrowed(self, decision: Decision) -> Decision:
        """The decision again, with quantities that straddle 1 at a smaller rtol; kept where the verdict is another."""
        if decision.verdict is Verdict.CANNOT_EXPLODE:
            names: tuple[str, ...] = _CHEAP
        elif decision.verdict in (Verdict.UNDECIDED, Verdict.EXPLOSION_NOT_EXCLUDED):
            names = tuple(_STRADDLING)
        else:
            return decision
        before, attempts = self._evidence, {}
        for name in names:
            compute = _STRADDLING[name]
            bracket = getattr(before, name)
            gain = 1.0 if name == "worst_case_growth" else before.gain
            rtol = self._limits.rtol
            # The value of a closer bracket can lie closer to 1, which asks for a smaller rtol still.
            while straddles(bracket, gain) and second_rtol(bracket, gain, rtol) < rtol:
                rtol = second_rtol(bracket, gain, rtol)
                self._second = rtol, max(_MORE_PRODUCTS * bracket.matvecs, self._affordable())
                compute(self)
                again = decide(self._evidence)
                if again.verdict is not decision.verdict:
                    return again
                bracket = getattr(self._evidence, name)
                attempts[name] = SecondAttempt(rtol, bracket.matvecs)
                self._evidence = before
        self._evidence = replace(before, second_attempts=attempts)
        return decide(self._evidence)

    def _affordable(self) -> int:
        """Products of a second attempt that cost little, however few the first one took."""
        return min(_CHEAP_PRODUCTS, _WORK // max(1, self._entries_read() or _CHEAP_ENTRIES))

    def _cheap(self) -> bool:
        entries = self._entries_read()
        return entries is not None and entries < _CHEAP_ENTRIES

    def _entries_read(self) -> int | None:
        """By a product: those of W, and of U and V."""
        A = self._A
        return None if A.nnz is None else A.nnz + (A.update_rank or 0) * sum(A.shape)

    def _linear_is_open(self) -> bool:
        """Whether rho(W) leaves a linear network open: with a leak, or where its lower bound has no grade."""
        e, rho = self._evidence, self._evidence.spectral_radius
        if decide(e).verdict in (Verdict.VANISHES, Verdict.EXPLODES) or rho is None:
            return False
        return e.leak != 1.0 or (not rho.lower.graded and rho.upper.value > 1.0)

    def _structure(self) -> None:
        if self._A.kind != "operator":
            found = _core.norm_bounds(self._A.operator, self._limits.threads)
            of_two = (("one_inf", "sqrt(||W||_1 ||W||_inf)"), ("frobenius", "||W||_F"))
            self._evidence = replace(
                self._evidence,
                components=components(self._A) if self._A.has_entries else None,
                signs=sign_structure(self._A),
                norm_bounds=tuple(_proved(found[key], source) for key, source in of_two),
                one_norm=_proved(found["one"], "||W||_1"),
                inf_norm=_proved(found["inf"], "||W||_inf"),
            )

    def _perron(self) -> None:
        if self._A.kind != "operator":
            self._record(perron_radius=self._estimate(perron_radius))

    def _norm(self) -> None:
        estimator = partial(spectral_norm, upper_rtol=_LOOSE_UPPER) if self._loose_norm() else spectral_norm
        self._record(spectral_norm=self._estimate(estimator))

    def _loose_norm(self) -> bool:
        """Whether W is large, and its signs leave the upper bound of sigma_1 to many products."""
        return self._limits.max_matvecs is None and self._growth_products() == 0

    def _radius(self) -> None:
        most = self._radius_products()
        self._record(spectral_radius=self._estimate(spectral_radius, most=most))

    def _radius_products(self) -> int | None:
        """The budget of rho(W), which decides only a linear network."""
        entries = self._entries_read()
        if entries is None or self._evidence.linear:
            return None
        return max(_WORK // max(1, entries), _LEAST_RADIUS_PRODUCTS)

    def _scaling(self) -> None:
        estimator = partial(scaled_norm, threshold=1.0 / self._evidence.gain)
        self._record(scaled_norm=self._estimate(estimator))

    def _growth(self) -> None:
        """R(W); of a linear network the radius of its Jacobian, and how far powers of it grow at least."""
        e = self._evidence
        if self._growth_products() == 0 and self._limits.max_matvecs is None:
            return
        slopes = (1.0, 1.0) if e.linear else e.slopes
        first = callers_of(self._A).first
        leak = e.leak if e.leaks is None else e.leaks[first : first + self._A.own_columns]
        estimator = partial(worst_case_growth, slope_range=slopes, leak=leak)
        found = self._estimate(estimator, rtol=RANGE_RTOL, most=self._growth_products())
        self._record(worst_case_growth=found)
        rho = e.spectral_radius
        if e.linear and e.leaks is None and rho is not None and rho.vector is not None:
            threads = self._limits.threads or None
            grown = growth_factor(self._A, rho.vector, gain=e.gain, leak=e.leak, threads=threads)
            self._evidence = replace(self._evidence, power_growth=grown)

    def _linear_gain(self) -> None:
        """The critical gains of a linear network with one leak, whose radius is not proportional to the gain."""
        e = self._evidence
        acyclic = e.components is not None and e.components.cyclic == 0
        if not e.linear or e.leak == 1.0 or e.leaks is not None or acyclic or e.spectral_radius is None:
            return
        most = self._limits.max_matvecs or (_CHEAP_GROWTH_PRODUCTS if self._cheap() else _GROWTH_PRODUCTS)
        limits = replace(self._limits, max_matvecs=most, max_seconds=self._clock.next_share())
        found = linear_gain(self._A, e.leak, e.perron_radius, e.spectral_radius, limits)
        self._evidence = replace(e, linear_gain=found)

    def _growth_products(self) -> int:
        """The budget of R(W) where the caller gave none; 0 leaves it out."""
        if self._evidence.linear:
            return _GROWTH_PRODUCTS
        if self._cheap():
            return _CHEAP_GROWTH_PRODUCTS
        entries, signs = self._entries_read(), self._evidence.signs
        if entries is None:
            return _GROWTH_PRODUCTS
        if signs is not None and signs.factorizes:
            return min(max(_WORK // entries, _LEAST_GROWTH_PRODUCTS), _GROWTH_PRODUCTS)
        affordable = _DECISIVE_WORK // max(1, entries)
        return min(affordable, _GROWTH_PRODUCTS) if affordable >= _USEFUL_GROWTH_PRODUCTS else 0

    def notes(self, verdict: Verdict) -> tuple[str, ...]:
        """What was left out, and what asking for it would change."""
        if not self._A.has_adjoint:
            missing = "sigma_1(W), mu_D(W), w(W)" + ("" if self._evidence.linear else ", R(W)")
            return (
                f"left out, as they need rmatvec, the product with W^T, which this operator lacks: {missing}. Give "
                "rmatvec, or the entries of W.",
            )
        found = self._evidence.components
        if self._limits.max_matvecs is not None or (found is not None and found.cyclic == 0):
            return ()
        growth, rho = self._evidence.worst_case_growth, self._evidence.spectral_radius
        notes: tuple[str, ...] = ()
        most = self._growth_products()
        if most == 0:
            settled = verdict in (Verdict.VANISHES, Verdict.EXPLODES_FOR_SOME_SLOPES)
            find = "find slopes that make gradients explode, or exclude them"
            change = "bring the critical gains closer" if settled else find
            notes += (
                "R(W), the growth under the worst slopes, was left out, as W is large: worst_case_growth by itself, or "
                f"max_matvecs=10_000, may {change}.",
            )
        elif growth is not None and most < _USEFUL_GROWTH_PRODUCTS and growth.status is not Status.CONVERGED:
            notes += (
                f"R(W) had {most:,} products, as W is large: max_matvecs=10_000, or worst_case_growth by itself, "
                "may bring its ends closer.",
            )
        if rho is not None and rho.status is Status.BUDGET_SPENT:
            settled = verdict in (Verdict.VANISHES, Verdict.EXPLODES_FOR_SOME_SLOPES)
            more = not settled and self._evidence.leak == 1.0 and self._evidence.gain * rho.value > 1.0
            change = "; a graded lower bound above 1 / gamma would prove that some slopes explode" if more else ""
            notes += (
                f"rho(W) had {rho.matvecs:,} products, as W is large: spectral_radius(W) by itself goes on to the "
                f"end{change}.",
            )
        if self._loose_norm() and self._evidence.spectral_norm is not None:
            notes += ("sigma_1(W) has an upper bound within 10 %, as W is large: spectral_norm by itself is closer.",)
        return notes

    def _range(self) -> None:
        found = self._estimate(numerical_radius, rtol=RANGE_RTOL)
        self._record(numerical_radius=found)

    def _estimate(
        self,
        estimator: Callable[..., _B],
        *,
        rtol: float | None = None,
        most: int | None = None,
        A: Matrix | None = None,
    ) -> _B:
        """One quantity within its share. `most`: its products where no budget is given. `A`: in place of the matrix."""
        limits, peers = self._limits, self._A.peers
        interrupted: Interrupted | None = None
        tolerance = limits.rtol if rtol is None else max(rtol, limits.rtol)
        if self._second is not None:
            tolerance, most = self._second
        share = self._clock.next_share()
        callback = self._clock.callback_about(getattr(estimator, "func", estimator).__name__)
        try:
            found = estimator(
                self._A if A is None else A,
                rtol=tolerance,
                delta=limits.delta,
                seed=limits.seed,
                threads=limits.threads or None,
                max_matvecs=most if limits.max_matvecs is None else limits.max_matvecs,
                max_seconds=share,
                callback=callback,
                checkpoint=self._logs if A is None else None,
            )
        except Interrupted as stopped:
            of_stop: Any = stopped.bracket
            found, interrupted = of_stop, stopped
        if peers.any(interrupted is not None):
            record = Progress(found.matvecs, found.seconds, found.lower.value, found.value, found.upper.value)
            if not peers.any(callback is not None and callback(record)):
                raise interrupted or Interrupted(found)
        self.products += found.matvecs
        self.out_of_time |= limits.max_seconds is not None and peers.first(found.out_of_time(share))
        return found


# In the order of their cost.
_STRADDLING: dict[str, Callable[[Investigation], None]] = {
    "perron_radius": Investigation._perron,
    "spectral_radius": Investigation._radius,
    "spectral_norm": Investigation._norm,
    "worst_case_growth": Investigation._growth,
    "scaled_norm": Investigation._scaling,
}
_CHEAP = ("perron_radius", "spectral_radius")


def _proved(value: float, source: str) -> Bound:
    return Bound(value, Grade.PROVED, None, source)
