"""The answer of `check_chain`: a verdict for one trajectory and the norm behind it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket
from rhochain.estimates.comparisons import outward
from rhochain.reports.json_report import JsonReport
from rhochain.verdicts.conclusions import Verdict

__all__ = ["ChainReport"]


@dataclass(frozen=True, eq=False)
class ChainReport(JsonReport):
    """What `check_chain` found. ``print(report)`` says it in words, `to_json` gives it to programs.

    Attributes
    ----------
    verdict : Verdict
        VANISHES_ON_TRAJECTORY, EXPLODES_ON_TRAJECTORY or UNDECIDED.
    reason : str
        A sentence with the numbers and grades that decided.
    steps : int
        Factors of P.
    shape : (int, int)
        Of P.
    norm : Bracket
        Of ln ||P||_2.
    vanish_level, explode_level : float
    """

    verdict: Verdict
    reason: str
    steps: int
    shape: tuple[int, int]
    norm: Bracket
    vanish_level: float
    explode_level: float

    def to_dict(self) -> dict[str, Any]:
        """The report in plain JSON types, always with the same keys in the same order."""
        return {
            "verdict": str(self.verdict),
            "reason": self.reason,
            "steps": self.steps,
            "shape": list(self.shape),
            "norm": self.norm.to_dict(history=False),
            "vanish_level": self.vanish_level,
            "explode_level": self.explode_level,
            "version": _core.build_info()["version"],
        }

    def __str__(self) -> str:
        lower, upper = self.norm.lower, self.norm.upper
        rows, cols = self.shape
        bounds = f"{outward(lower.value, up=False)} ({lower.label}) to {outward(upper.value, up=True)} ({upper.label})"
        labelled = (
            ("chain", f"{self.steps:,} Jacobians, {rows:,} x {cols:,}"),
            ("ln ||P||_2", f"{self.norm.value:.7g}, {bounds}"),
            ("verdict", str(self.verdict)),
            ("", self.reason),
        )
        return "\n".join(
            textwrap.fill(text, 100, initial_indent=f"{label:<12}", subsequent_indent=" " * 12, break_on_hyphens=False)
            for label, text in labelled
        )
