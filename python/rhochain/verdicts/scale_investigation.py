"""What a sweep asks about one matrix: quantities that are proportional to a factor on W, and those under a leak."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket
from rhochain.estimates.scaling import scaled_norm
from rhochain.estimates.worst_case import WorstCaseGrowth, worst_case_growth
from rhochain.verdicts.evidence import Evidence
from rhochain.verdicts.investigation import RANGE_RTOL, Investigation

__all__ = ["ScaleInvestigation"]


class ScaleInvestigation(Investigation):
    """An investigation of W for many factors, whose estimates share its clock."""

    def measure_scales(self, *, quick: bool) -> Evidence:
        """What is proportional to a factor on W, wherever 1 lies; `quick` leaves out R(W)."""
        if self._A.has_adjoint:
            self._structure()
            self._perron()
        self._radius()
        if self._A.has_adjoint:
            self._norm()
            if not (quick or self._evidence.linear):
                self._growth()
        return self._evidence

    def measure_scaling(self) -> Evidence:
        """With mu_D(W) beside it."""
        self._record(scaled_norm=self._estimate(scaled_norm, rtol=RANGE_RTOL))
        return self._evidence

    def growth_under(self, slopes: tuple[float, float], leak: float) -> WorstCaseGrowth | None:
        """R(W) for other slopes and a leak; None for a large W."""
        most = self._growth_products()
        if most == 0 and self._limits.max_matvecs is None:
            return None
        estimator = partial(worst_case_growth, slope_range=slopes, leak=leak)
        return self._estimate(estimator, rtol=RANGE_RTOL, most=most)

    def radius_under(self, gain: float, leak: float) -> Bracket:
        """rho((1 - a) I + a g W)."""
        limits = replace(self._limits, max_seconds=self._clock.next_share())
        return Bracket.from_core(_core.leaky_radius(self._A.operator, limits.core, leak=np.array([leak]), gain=gain))
