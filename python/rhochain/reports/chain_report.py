"""The answer of `check_chain`: a verdict for one trajectory and the norm behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket
from rhochain.markup.blocks import Answer, Block, Facts, Picture, Section, Table
from rhochain.reports.answers import answer, headline
from rhochain.reports.citations import bibtex, sources
from rhochain.reports.computation import Computation
from rhochain.reports.figure import Bar, Mark, svg
from rhochain.reports.methods import methods
from rhochain.reports.quantities import bar, ends
from rhochain.reports.shown_report import ShownReport, closing_sections
from rhochain.verdicts.conclusions import Verdict

__all__ = ["ChainReport"]

_QUANTITY, _MEANING = "ln ||P||_2", "the logarithm of the norm of the product P of all Jacobians"


@dataclass(frozen=True, eq=False, repr=False)
class ChainReport(ShownReport):
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
    computed : Computation or None
        Seconds, products, threads and options.
    """

    verdict: Verdict
    reason: str
    steps: int
    shape: tuple[int, int]
    norm: Bracket
    vanish_level: float
    explode_level: float
    computed: Computation | None = None

    def __repr__(self) -> str:
        return f"ChainReport({self.verdict}, {self._size()}: {self.headline})"

    @property
    def headline(self) -> str:
        """The verdict in plain words."""
        return headline(self.verdict, "trajectory")

    @property
    def title(self) -> str:
        return "rhochain: did the gradient survive this trajectory?"

    def to_dict(self) -> dict[str, Any]:
        """The report in plain JSON types, always with the same keys in the same order."""
        return {
            "verdict": str(self.verdict),
            "headline": self.headline,
            "reason": self.reason,
            "steps": self.steps,
            "shape": list(self.shape),
            "norm": self.norm.to_dict(history=False),
            "vanish_level": self.vanish_level,
            "explode_level": self.explode_level,
            "computed": None if self.computed is None else self.computed.to_dict(),
            "version": _core.build_info()["version"],
        }

    def methods(self) -> str:
        """A paragraph for the methods of a paper: what was run, the bounds with their grades, the sources."""
        return methods(
            f"The product P of {self._size()} along one trajectory",
            [(_QUANTITY, _MEANING, self.norm)],
            self.computed,
            f"Gradients count as vanished where ||P||_2 is below {self.vanish_level:g} and as exploded where it is "
            f"above {self.explode_level:g}. The verdict is {self.verdict}: {self.reason}",
            self._sources(),
        )

    def citations(self) -> str:
        """The sources that `methods` cites, and the library, as BibTeX."""
        return bibtex(self._sources())

    def answer(self) -> Answer:
        """The verdict in words, with its reason."""
        return answer(self.verdict, self.reason, "trajectory", self.headline)

    def blocks(self, *, paper: bool = True) -> Sequence[Block]:
        """The parts of the report, for a page of several reports too. `paper`: with the text for a paper."""
        found: list[Block] = [
            self.answer(),
            self._picture(),
            Table(
                f"{_QUANTITY}: {_MEANING}",
                ("quantity", "value", "lower bound", "upper bound"),
                [(_QUANTITY, f"{self.norm.value:.7g}", *ends(self.norm))],
            ),
            Section("The trajectory", [Facts([("chain", self._size()), ("levels", self._levels())])]),
        ]
        found += closing_sections(self, self.computed, paper=paper)
        return found

    def _sources(self) -> Sequence[str]:
        return sources([(_QUANTITY, self.norm)])

    def _size(self) -> str:
        rows, cols = self.shape
        return f"{self.steps:,} Jacobians, {rows:,} x {cols:,}"

    def _levels(self) -> str:
        return f"vanished where ||P||_2 < {self.vanish_level:g}, exploded where ||P||_2 > {self.explode_level:g}"

    def _picture(self) -> Picture:
        low, high = math.log(self.vanish_level), math.log(self.explode_level)
        lines = [Mark(low, f"vanished: < {low:.4g}", "vanishes"), Mark(high, f"exploded: > {high:.4g}", "explodes")]
        return Picture(
            svg(self._bars(), lines, logarithmic=False),
            f"{_QUANTITY} between its bounds. Plain bars are PROVED, striped ones PROBABLE, finely striped ones "
            "ESTIMATEs; a short bar is drawn 8 pixels wide. Dashed: the levels.",
        )

    def _bars(self) -> list[Bar]:
        return [bar(_QUANTITY, self.norm)]
