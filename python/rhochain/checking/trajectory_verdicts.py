"""The report of a layer with what happened along given sequences."""

from __future__ import annotations

from dataclasses import replace

from rhochain.checking.gated_checks import REASONS
from rhochain.reports.gradient_report import GradientReport
from rhochain.reports.layer_report import LayerReport
from rhochain.reports.trajectory_report import TrajectoryReport
from rhochain.verdicts.conclusions import Decision
from rhochain.verdicts.trajectories import decide_with

__all__ = ["with_trajectory"]


def with_trajectory(
    report: GradientReport | LayerReport, along: TrajectoryReport | None
) -> GradientReport | LayerReport:
    """The report, its verdict refined by that of the sequences: for a gated cell there is no other."""
    if along is None:
        return report
    if isinstance(report, LayerReport):
        notes = (f"for all inputs: {REASONS[report.cell]}", *report.notes)
        return replace(report, verdict=along.verdict, reason=along.reason, along=along, notes=notes)
    alone = Decision(report.verdict, report.reason, report.notes)
    decision = decide_with(alone, Decision(along.verdict, along.reason))
    if decision.verdict is alone.verdict:
        return replace(report, along=along)
    return replace(report, verdict=decision.verdict, reason=decision.reason, along=along, notes=decision.notes)
