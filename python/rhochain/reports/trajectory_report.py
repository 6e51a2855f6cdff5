"""What happened to the gradients of one layer, or of a stack, along the sequences of a batch."""

from __future__ import annotations

import math
import statistics
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rhochain.estimates.brackets import Bracket, json_number
from rhochain.reports.chain_report import ChainReport
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


@dataclass(frozen=True, eq=False)
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

    sequences: tuple[SequenceRun, ...]
    given: int

    @classmethod
    def of(
        cls,
        sequences: Sequence[SequenceRun],
        given: int,
        shape: tuple[int, int],
        vanish_level: float,
        explode_level: float,
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
            sequences=tuple(sequences),
            given=given,
        )

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

    def __str__(self) -> str:
        labelled = (
            ("sequences", self.extent()),
            ("ln ||P||_2", f"{self.log_norm}, P {self.shape[0]:,} x {self.shape[1]:,}"),
            ("half-life", self.decay()),
            ("float32", self.underflow()),
            ("verdict", str(self.verdict)),
            ("", self.reason),
        )
        return "\n".join(
            textwrap.fill(text, 100, initial_indent=f"{label:<12}", subsequent_indent=" " * 12, break_on_hyphens=False)
            for label, text in labelled
        )

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
        return "none: the norm does not fall" if math.isinf(life.least) else f"{life} steps"

    def underflow(self) -> str:
        """Where float32 ends, in words."""
        step, measured = self.float32_underflow_step, self.float32_underflow_measured
        if math.isinf(step.least):
            return "no underflow at the rate of any sequence"
        words = f"gradients underflow after {step} steps at this rate"
        return words if measured is None else f"{words}; in these sequences first after {measured:,} (ESTIMATE)"


def _spread(numbers: Sequence[float]) -> Spread:
    return Spread(statistics.median(numbers), min(numbers), max(numbers))


def _together(sequences: Sequence[SequenceRun], largest: SequenceRun) -> Decision:
    """What the verdicts of all sequences say together."""
    if len(sequences) == 1:
        return Decision(largest.verdict, largest.reason)
    counts = {
        verdict: sum(run.verdict is verdict for run in sequences)
        for verdict in (Verdict.VANISHES_ON_TRAJECTORY, Verdict.EXPLODES_ON_TRAJECTORY, Verdict.UNDECIDED)
    }
    for verdict, word in (
        (Verdict.VANISHES_ON_TRAJECTORY, "vanish"),
        (Verdict.EXPLODES_ON_TRAJECTORY, "explode"),
    ):
        if counts[verdict] == len(sequences):
            extreme = (
                largest if verdict is Verdict.VANISHES_ON_TRAJECTORY else min(sequences, key=lambda r: r.norm.value)
            )
            nearest = "largest" if extreme is largest else "least"
            return Decision(
                verdict,
                f"gradients {word} in each of the {len(sequences)} sequences; the {nearest} norm: {extreme.reason}",
            )
    vanish, explode, open_ = counts.values()
    if open_ == len(sequences):
        return Decision(Verdict.UNDECIDED, f"open in each of the {open_} sequences; the largest norm: {largest.reason}")
    spread = _spread([run.norm.value for run in sequences])
    return Decision(
        Verdict.UNDECIDED,
        f"mixed: of {len(sequences)} sequences gradients vanish in {vanish}, explode in {explode}, and {open_} are "
        f"undecided; ln ||P||_2 is about {spread.least:.4g} to {spread.most:.4g}.",
    )
