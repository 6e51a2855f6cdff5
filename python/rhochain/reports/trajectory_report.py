"""What happened to the gradients of one layer, or of a stack, along the sequences of a batch."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rhochain.estimates.brackets import Bracket, json_number
from rhochain.markup.blocks import Block, Facts, Section, Table
from rhochain.reports.chain_report import ChainReport
from rhochain.reports.citations import sources
from rhochain.reports.computation import Computation
from rhochain.reports.figure import Bar
from rhochain.reports.methods import methods
from rhochain.reports.quantities import bar, ends
from rhochain.reports.shown_report import closing_sections
from rhochain.verdicts.conclusions import Decision, Verdict

__all__ = ["SequenceRun", "Spread", "TrajectoryReport"]

_FLOAT32_DEPTH = -math.log(float(np.finfo(np.float32).tiny))


class Spread(NamedTuple):
    """Of a number over the sequences of a batch."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        if self.least == self.most:
            return f"{self.median:.4g}"
        return f"{self.median:.4g} ({self.least:.4g} to {self.most:.4g})"

    @property
    def in_steps(self) -> str:
        """In words, of a number of steps."""
        return "1 step" if str(self) == "1" else f"{self} steps"


@dataclass(frozen=True, eq=False)
class SequenceRun:
    """One sequence: the product P of its Jacobians.

    Attributes
    ----------
    steps : int
    norm : Bracket
        Of ln ||P||_2.
    verdict : Verdict
        As of `check_chain`.
    reason : str
    float32_underflow_measured : int or None
        The number of last steps over which the norm of the product, as an ESTIMATE from random directions, falls below
        1.2e-38; None where it does not.
    """

    steps: int
    norm: Bracket
    verdict: Verdict
    reason: str
    float32_underflow_measured: int | None = None

    @property
    def half_life(self) -> float:
        """Steps in which ||P||_2 halves at its mean rate; inf where it does not fall."""
        return self._steps_to_fall(math.log(2.0))

    @property
    def float32_underflow_step(self) -> float:
        """Steps at that rate until a gradient of norm 1 is below 1.2e-38, float32's normal range; inf where never."""
        return self._steps_to_fall(_FLOAT32_DEPTH)

    def _steps_to_fall(self, depth: float) -> float:
        log_norm = self.norm.value
        return self.steps * depth / -log_norm if log_norm < 0.0 else math.inf

    def to_dict(self) -> dict[str, Any]:
        """The sequence in plain JSON types."""
        return {
            "steps": self.steps,
            "norm": self.norm.to_dict(history=False),
            "verdict": str(self.verdict),
            "reason": self.reason,
            "half_life": json_number(self.half_life),
            "float32_underflow_step": json_number(self.float32_underflow_step),
            "float32_underflow_measured": self.float32_underflow_measured,
        }


@dataclass(frozen=True, eq=False, repr=False)
class TrajectoryReport(ChainReport):
    """What `check` found along the sequences given as `inputs`, each of which has a product P of its own.

    `norm` and `steps` are those of the sequence with the largest ||P||_2. The verdict is the one that all sequences
    have, and UNDECIDED where they differ.

    Attributes
    ----------
    sequences : tuple of SequenceRun
        In the order of the batch.
    given : int
        How many sequences there were; more than those above where `max_sequences` left some out.
    """

    sequences: tuple[SequenceRun, ...] = ()
    given: int = 0

    @classmethod
    def of(
        cls,
        sequences: Sequence[SequenceRun],
        given: int,
        shape: tuple[int, int],
        vanish_level: float,
        explode_level: float,
        computed: Computation | None = None,
    ) -> TrajectoryReport:
        """The report of one sequence or more."""
        largest = max(sequences, key=lambda run: run.norm.value)
        decision = _together(sequences, largest)
        return cls(
            verdict=decision.verdict,
            reason=decision.reason,
            steps=largest.steps,
            shape=shape,
            norm=largest.norm,
            vanish_level=vanish_level,
            explode_level=explode_level,
            computed=computed,
            sequences=tuple(sequences),
            given=given,
        )

    def __repr__(self) -> str:
        return f"TrajectoryReport({self.verdict}, {self.extent()}: {self.headline})"

    @property
    def log_norm(self) -> Spread:
        """ln ||P||_2 over the sequences."""
        return _spread([run.norm.value for run in self.sequences])

    @property
    def half_life(self) -> Spread:
        """Steps in which ||P||_2 halves at its mean rate, over the sequences; inf where it does not fall."""
        return _spread([run.half_life for run in self.sequences])

    @property
    def float32_underflow_step(self) -> Spread:
        """Steps at that rate until a gradient of norm 1 leaves float32's normal range, over the sequences."""
        return _spread([run.float32_underflow_step for run in self.sequences])

    @property
    def float32_underflow_measured(self) -> int | None:
        """The least number of steps after which it did in one of the sequences; None where in none."""
        return min((k for run in self.sequences if (k := run.float32_underflow_measured) is not None), default=None)

    @property
    def headline(self) -> str:
        """The verdict in plain words, with the half-life."""
        life = self.half_life
        return self.outcome if math.isinf(life.most) else f"{self.outcome}: half-life {life.in_steps}"

    @property
    def outcome(self) -> str:
        """The verdict in plain words."""
        return _along(self.sequences, self.verdict)

    @property
    def title(self) -> str:
        return "rhochain: did the gradient survive these sequences?"

    def to_dict(self) -> dict[str, Any]:
        """The report in plain JSON types, always with the same keys in the same order."""
        spreads = {name: getattr(self, name) for name in ("log_norm", "half_life", "float32_underflow_step")}
        plain = super().to_dict()
        version = plain.pop("version")
        return plain | {
            "given": self.given,
            **{name: {key: json_number(x) for key, x in s._asdict().items()} for name, s in spreads.items()},
            "float32_underflow_measured": self.float32_underflow_measured,
            "sequences": [run.to_dict() for run in self.sequences],
            "version": version,
        }

    def methods(self) -> str:
        """A paragraph for the methods of a paper: what was run, the bounds with their grades, the sources."""
        rows, cols = self.shape
        which = "" if len(self.sequences) == 1 else ", here of the sequence with the largest norm"
        return methods(
            f"The product P of the Jacobians ({rows:,} x {cols:,}) along each of the sequences ({self.extent()})",
            [("ln ||P||_2", f"the logarithm of the norm of P{which}", self.norm)],
            self.computed,
            f"Gradients count as vanished where ||P||_2 is below {self.vanish_level:g} and as exploded where it is "
            f"above {self.explode_level:g}. The verdict is {self.verdict}: {self.reason}",
            self._sources(),
        )

    def blocks(self, *, paper: bool = True) -> Sequence[Block]:
        """The parts of the report, for a page of several reports too. `paper`: with the text for a paper."""
        facts = [
            ("sequences", self.extent()),
            ("half-life", self.decay()),
            ("float32", self.underflow()),
            ("chain", self._size()),
            ("levels", self._levels()),
        ]
        found: list[Block] = [
            self.answer(),
            self._picture(),
            Table(
                "ln ||P||_2: the logarithm of the norm of the product P of all Jacobians of a sequence",
                ("sequence", "steps", "ln ||P||_2", "lower bound", "upper bound", "half-life"),
                [
                    (str(b), f"{run.steps:,}", f"{run.norm.value:.7g}", *ends(run.norm), f"{run.half_life:.4g}")
                    for b, run in enumerate(self.sequences[:_SHOWN])
                ],
            ),
            Section("The sequences", [Facts(facts)]),
        ]
        found += closing_sections(self, self.computed, paper=paper)
        return found

    def extent(self) -> str:
        """How many sequences of how many steps, in words."""
        steps = sorted(run.steps for run in self.sequences)
        lengths = f"{steps[0]:,}" if steps[0] == steps[-1] else f"{steps[0]:,} to {steps[-1]:,}"
        count = len(self.sequences)
        of = f" of {self.given:,} given" if self.given > count else ""
        return f"{count:,}{of}, {lengths} {'step' if steps[-1] == 1 else 'steps'}{' each' if count > 1 else ''}"

    def decay(self) -> str:
        """The half-life in words."""
        life = self.half_life
        return "none: the norm does not fall" if math.isinf(life.least) else life.in_steps

    def underflow(self) -> str:
        """Where float32 ends, in words."""
        step, measured = self.float32_underflow_step, self.float32_underflow_measured
        if math.isinf(step.least):
            return "no underflow at the rate of any sequence"
        words = f"gradients underflow after {step.in_steps} at this rate"
        return words if measured is None else f"{words}; in these sequences first after {measured:,} (ESTIMATE)"

    def _sources(self) -> Sequence[str]:
        return sources(("ln ||P||_2", run.norm) for run in self.sequences)

    def _size(self) -> str:
        rows, cols = self.shape
        return f"{rows:,} x {cols:,} Jacobians"

    def _bars(self) -> list[Bar]:
        return [bar(f"sequence {b}", run.norm) for b, run in enumerate(self.sequences[:_SHOWN])]


_SHOWN = 32
"""Sequences in a picture and a table; all are in `to_dict`."""


def _along(sequences: Sequence[SequenceRun], verdict: Verdict) -> str:
    """What gradients did along the sequences."""
    count = len(sequences)
    all_of_them = "the sequence" if count == 1 else f"each of {count} sequences"
    if verdict is Verdict.VANISHES_ON_TRAJECTORY:
        return f"Gradients vanished along {all_of_them}"
    if verdict is Verdict.EXPLODES_ON_TRAJECTORY:
        return f"Gradients exploded along {all_of_them}"
    vanished, exploded, undecided = _counts(sequences)
    if undecided == count:
        return f"Not decided along {all_of_them}"
    found = ((vanished, "vanished"), (exploded, "exploded"), (undecided, "undecided"))
    counts = ", ".join(f"{words} along {some}" for some, words in found if some)
    return f"Gradients {counts} of {count} sequences"


def _counts(sequences: Sequence[SequenceRun]) -> tuple[int, int, int]:
    """Of sequences in which gradients vanished, exploded, and of all others."""
    verdicts = [run.verdict for run in sequences]
    vanished = verdicts.count(Verdict.VANISHES_ON_TRAJECTORY)
    exploded = verdicts.count(Verdict.EXPLODES_ON_TRAJECTORY)
    return vanished, exploded, len(verdicts) - vanished - exploded


def _spread(numbers: Sequence[float]) -> Spread:
    return Spread(statistics.median(numbers), min(numbers), max(numbers))


def _together(sequences: Sequence[SequenceRun], largest: SequenceRun) -> Decision:
    """What the verdicts of all sequences say together."""
    count = len(sequences)
    if count == 1:
        return Decision(largest.verdict, largest.reason)
    vanished, exploded, undecided = _counts(sequences)
    if vanished == count:
        reason = f"gradients vanished in each of the {count} sequences; the largest norm: {largest.reason}"
        return Decision(Verdict.VANISHES_ON_TRAJECTORY, reason)
    if exploded == count:
        least = min(sequences, key=lambda run: run.norm.value)
        reason = f"gradients exploded in each of the {count} sequences; the least norm: {least.reason}"
        return Decision(Verdict.EXPLODES_ON_TRAJECTORY, reason)
    if undecided == count:
        return Decision(Verdict.UNDECIDED, f"open in each of the {count} sequences; the largest norm: {largest.reason}")
    spread = _spread([run.norm.value for run in sequences])
    return Decision(
        Verdict.UNDECIDED,
        f"mixed: of {count} sequences gradients vanished in {vanished} and exploded in {exploded}, and {undecided} are "
        f"undecided; ln ||P||_2 is about {spread.least:.4g} to {spread.most:.4g}.",
    )
