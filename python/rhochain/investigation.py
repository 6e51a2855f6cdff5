"""The quantities behind a verdict, computed in the order in which they are likely to settle it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from rhochain import _core
from rhochain.estimates import Bound, Bracket, Grade, Progress
from rhochain.matrix import Matrix
from rhochain.options import CoreOptions
from rhochain.report import Verdict
from rhochain.scaling import scaled_norm
from rhochain.spectra import components, perron_radius, spectral_norm, spectral_radius
from rhochain.verdicts import Decision, Evidence, decide, needs_burn_in

__all__ = ["Investigation"]

_B = TypeVar("_B", bound=Bracket)


class Investigation:
    """Gathers the evidence of one check, within its budget."""

    def __init__(
        self,
        A: Matrix,
        gain: float,
        leak: float,
        linear: bool,
        limits: CoreOptions,
        callback: Callable[[Progress], object] | None,
    ) -> None:
        self._A = A
        self._limits = limits
        self._clock = _Clock(limits["max_seconds"], callback, quantities=4 if A.kind != "operator" else 3)
        self._evidence = Evidence(gain, leak, linear, None, None, None, None)

    def evidence(self) -> Evidence:
        return self._evidence

    def settle(self) -> Decision:
        """Stops at the first quantity that proves a verdict."""
        self._structure()
        # A radius decides a linear network, a scaled norm a nonlinear one; sigma_1 is never below mu_D(W).
        last = [self._radius, self._scaling] if self._evidence.linear else [self._scaling, self._radius]
        for compute in (self._perron, *last, self._norm):
            decision = decide(self._evidence)
            if decision.verdict is not Verdict.UNDECIDED:
                return decision
            compute()
        return decide(self._evidence)

    def measure(self) -> Decision:
        """All three quantities of the report, and a scaling where it can change the verdict or date it."""
        self._structure()
        for compute in (self._perron, self._radius, self._norm):  # rho before a transposed copy takes memory
            compute()
        decision = decide(self._evidence)
        if decision.verdict is Verdict.UNDECIDED or needs_burn_in(self._evidence, decision):
            self._scaling()
            decision = decide(self._evidence)
        return decision

    def _structure(self) -> None:
        if self._A.kind != "operator":
            bounds = _norm_bounds(self._A, self._limits["threads"])
            self._evidence = replace(self._evidence, components=components(self._A), norm_bounds=bounds)

    def _perron(self) -> None:
        if self._A.kind != "operator":
            self._evidence = replace(self._evidence, perron_radius=self._estimate(perron_radius))

    def _norm(self) -> None:
        self._evidence = replace(self._evidence, spectral_norm=self._estimate(spectral_norm))

    def _radius(self) -> None:
        self._evidence = replace(self._evidence, spectral_radius=self._estimate(spectral_radius))

    def _scaling(self) -> None:
        estimator = partial(scaled_norm, threshold=1.0 / self._evidence.gain)
        self._evidence = replace(self._evidence, scaled_norm=self._estimate(estimator))

    def _estimate(self, estimator: Callable[..., _B]) -> _B:
        limits = self._limits
        return estimator(
            self._A,
            rtol=limits["rtol"],
            delta=limits["delta"],
            seed=limits["seed"],
            threads=limits["threads"] or None,
            max_matvecs=limits["max_matvecs"],
            max_seconds=self._clock.next_share(),
            callback=self._clock.callback,
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

    @property
    def callback(self) -> Callable[[Progress], bool] | None:
        return None if self._callback is None else self._record

    def _record(self, progress: Progress) -> bool:
        self._stopped = self._stopped or (self._callback is not None and bool(self._callback(progress)))
        return self._stopped


def _norm_bounds(A: Matrix, threads: int) -> tuple[Bound, ...]:
    found = _core.norm_bounds(A.operator, threads)
    named = (("one_inf", "sqrt(||W||_1 ||W||_inf)"), ("frobenius", "||W||_F"))
    return tuple(Bound(found[key], Grade.PROVED, None, source) for key, source in named)
