"""The answer of a check: a verdict, its reason, and every number behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket, json_number
from rhochain.estimates.comparisons import outward
from rhochain.estimates.scaling import ScaledNorm
from rhochain.estimates.spectra import Components
from rhochain.estimates.worst_case import WorstCaseGrowth
from rhochain.reports.figure import Bar, Mark, draw, svg
from rhochain.reports.json_report import JsonReport
from rhochain.reports.layout import labelled, table
from rhochain.reports.matrix_size import size_in_words
from rhochain.reports.page import page
from rhochain.verdicts.conclusions import Condition, Verdict
from rhochain.verdicts.critical_gain import CriticalGain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["GradientReport"]

_WORDS = {True: "holds", False: "does not hold", None: "open"}


@dataclass(frozen=True, eq=False)
class GradientReport(JsonReport):
    """What `check` found. ``print(report)`` shows a table, `to_json` gives all of it to programs.

    Attributes
    ----------
    verdict : Verdict
    reason : str
        A sentence with the numbers and grades that decided.
    gain : float
        gamma, the largest slope of the activation; 1 where gains per neuron were given.
    local_gains : bool
        Whether they were: then every quantity here is one of W diag(gains).
    activation : str or None
    leak : float or ndarray of shape (n,)
        Of a leaky integrator; 1 for none. An array where the leaks of neurons differ.
    shape : (int, int)
    nnz : int or None
        None for an operator; of a `LowRankUpdate` that of its W.
    update_rank : int or None
        The columns of U where W is a `LowRankUpdate`.
    has_adjoint : bool
        False for an operator without ``rmatvec``, of which rho(W) alone is known: the notes say what was left out.
    spectral_radius, spectral_norm, perron_radius : Bracket or None
        None where the verdict was settled first (`quick`); rho(|W|) also for an operator, whose entries are unknown.
    scaled_norm : ScaledNorm or None
        Of mu_D(W), stopped at 1 / gain; None where the verdict did not need it.
    worst_case_growth : WorstCaseGrowth or None
        Of R(W), the growth rate a step under the worst slopes, gamma and leak included. None where `quick` settled the
        verdict first, and for a linear network, where R = rho(W): with a leak, or where rho(W) has no graded lower
        bound, it is the bracket of the spectral radius of (1 - a) I + a W.
    numerical_radius : Bracket or None
        Of w(W); None where it was not asked for and is not cheap.
    dale : bool or None
        Whether W = S1 |W| S2 with diagonal signs, as where every neuron excites or inhibits all its targets; None for
        an operator.
    critical_gain : CriticalGain
        Factors on W below which every gradient vanishes and above which some explode.
    conditions : tuple of Condition
    components : Components or None
    chain_norm : Bracket or None
        Of ln ||P||_2, where a chain was given.
    notes : tuple of str
    source : str or None
        The file, where W came from one.
    name : str or None
        Of a layer of a model, such as "encoder.rnn.l0_reverse".
    along : JsonReport or None
        Of a layer of a model: what happened along the sequences given as `inputs`.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> report = rc.check(0.5 * np.eye(3), activation="tanh")
    >>> str(report.verdict), report.gain
    ('VANISHES', 1.0)
    """

    verdict: Verdict
    reason: str
    gain: float
    activation: str | None
    leak: float | npt.NDArray[np.float64]
    shape: tuple[int, int]
    nnz: int | None
    spectral_radius: Bracket | None
    spectral_norm: Bracket | None
    perron_radius: Bracket | None
    conditions: tuple[Condition, ...]
    components: Components | None = None
    chain_norm: Bracket | None = None
    scaled_norm: ScaledNorm | None = None
    worst_case_growth: WorstCaseGrowth | None = None
    numerical_radius: Bracket | None = None
    critical_gain: CriticalGain | None = None
    dale: bool | None = None
    local_gains: bool = False
    notes: tuple[str, ...] = ()
    source: str | None = None
    update_rank: int | None = None
    has_adjoint: bool = True
    name: str | None = None
    along: JsonReport | None = None

    def to_dict(self) -> dict[str, Any]:
        """The report in plain JSON types, always with the same keys in the same order."""

        def plain(bracket: Bracket | None) -> dict[str, Any] | None:
            return None if bracket is None else bracket.to_dict(history=False)

        return {
            "name": self.name,
            "verdict": str(self.verdict),
            "reason": self.reason,
            "gain": self.gain,
            "local_gains": self.local_gains,
            "activation": self.activation,
            "leak": np.asarray(self.leak).tolist(),
            "source": self.source,
            "shape": list(self.shape),
            "nnz": self.nnz,
            "update_rank": self.update_rank,
            "has_adjoint": self.has_adjoint,
            "spectral_radius": plain(self.spectral_radius),
            "spectral_norm": plain(self.spectral_norm),
            "perron_radius": plain(self.perron_radius),
            "scaled_norm": self._scaled_plain(),
            "numerical_radius": plain(self.numerical_radius),
            "worst_case_growth": plain(self.worst_case_growth),
            "critical_gain": None if self.critical_gain is None else self.critical_gain.to_dict(),
            "dale": self.dale,
            "conditions": [condition.to_dict() for condition in self.conditions],
            "components": None if self.components is None else self.components.to_dict(),
            "chain_norm": plain(self.chain_norm),
            "along": None if self.along is None else self.along.to_dict(),
            "notes": list(self.notes),
            "version": _core.build_info()["version"],
        }

    def _scaled_plain(self) -> dict[str, Any] | None:
        scaled = self.scaled_norm
        if scaled is None:
            return None
        burn_in = json_number(scaled.burn_in(self.gain, leak=self.leak))
        extra = {"attained": scaled.attained.to_dict(), "log_kappa": scaled.log_kappa, "burn_in": burn_in}
        return {**scaled.to_dict(history=False), **extra}

    @property
    def _leaky(self) -> bool:
        return bool(np.any(np.asarray(self.leak) != 1.0))

    def plot(self) -> Figure:
        """The brackets as bars beside 1 / gain and the critical gains: ``report.plot().savefig("report.png")``.

        A `matplotlib.figure.Figure`.

        Raises ImportError, naming the command that installs it, where matplotlib is missing.
        """
        return draw(self._bars(), self._marks())

    def to_html(self) -> str:
        """The whole report as one HTML page with a picture, which needs nothing beside it."""
        conditions = [("condition", "source", "statement", "")]
        conditions += [(c.name, c.equation, c.statement, _WORDS[c.holds]) for c in self.conditions]
        return page(
            title=f"rhochain: {self.source or 'will the gradient survive?'}",
            verdict=str(self.verdict),
            reason=self.reason,
            facts=[*self._facts(), *([] if self.critical_gain is None else [("gain", str(self.critical_gain))])],
            picture=svg(self._bars(), self._marks()),
            tables=(self._rows(), conditions),
            notes=(*self.notes, *self._four_quantities()),
        )

    def _marks(self) -> list[Mark]:
        """1 / gamma, and where it would lie for W times a critical factor."""
        threshold = 1.0 / self.gain
        marks = [Mark(threshold, f"1 / gamma = {threshold:.7g}", "network")]
        critical = self.critical_gain
        for bound, words, role in (
            (None if critical is None else critical.vanishes_below, "vanishes below g =", "vanishes"),
            (None if critical is None else critical.explodes_above, "explodes above g =", "explodes"),
        ):
            if bound is not None and 0.0 < threshold / bound.value < math.inf:
                marks.append(Mark(threshold / bound.value, f"{words} {bound.value:.4g}", role))
        return marks

    def _quantities(self) -> tuple[tuple[str, Bracket | None], ...]:
        return (
            ("rho(W)", self.spectral_radius),
            ("sigma_1(W)", self.spectral_norm),
            ("rho(|W|)", self.perron_radius),
            ("mu_D(W)", self.scaled_norm),
            ("w(W)", self.numerical_radius),
        )

    def _bars(self) -> list[Bar]:
        shown = [(name, b, 1.0) for name, b in self._quantities() if b is not None]
        if self.worst_case_growth is not None and not self._leaky:
            shown.append(("R(W) / gamma", self.worst_case_growth, 1.0 / self.gain))
        return [
            Bar(name, s * b.lower.value, s * b.value, s * b.upper.value, str(b.lower.grade), str(b.upper.grade))
            for name, b, s in shown
        ]

    def __str__(self) -> str:
        blocks = [self._header(), table(self._rows()), self._gain(), self._conditions(), self._verdict()]
        return "\n\n".join("\n".join(block) for block in blocks if block)

    def _facts(self) -> list[tuple[str, str]]:
        network = f"gain gamma = {self.gain:.7g}"
        if self.activation is not None:
            network += f" ({self.activation})"
        if self.local_gains:
            network = "gains per neuron: every W below stands for W diag(gains)"
        if self._leaky:
            least, most = np.min(self.leak), np.max(self.leak)
            network += f", leak {least:.7g}" if least == most else f", leaks from {least:.7g} to {most:.7g}"
        facts = [("matrix", size_in_words(self.shape, self.nnz, self.update_rank)), ("network", network)]
        if self.components is not None:
            found = self.components
            cyclic = f"{found.cyclic:,} with a cycle" if found.cyclic else "none with a cycle"
            facts.append(("structure", f"{found.count:,} strongly connected components, {cyclic}"))
        return facts

    def _header(self) -> list[str]:
        lines = [] if self.source is None else [f"{'file':<10}{self.source}"]
        for label, fact in self._facts():
            lines += labelled(label, fact)
        return lines

    def _rows(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = [
            ("", "value", "lower bound", "upper bound", "lower grade", "upper grade", "gamma x value")
        ]
        for name, bracket in self._quantities():
            if bracket is None and name == "rho(|W|)" and self.nnz is None:
                rows.append((name, "unknown: W is known by its products alone", *[""] * 5))
            elif bracket is None and name == "sigma_1(W)" and not self.has_adjoint:
                rows.append((name, "unknown: W has no rmatvec, the product with W^T", *[""] * 5))
            elif bracket is not None:
                rows.append((name, *_cells(bracket), f"{self.gain * bracket.value:.7g}"))
        growth = self.worst_case_growth
        if growth is not None:
            rows.append(("R(W)", *_cells(growth), f"{growth.value:.7g}"))
        if self.chain_norm is not None:
            rows.append(("ln ||P||_2", *_cells(self.chain_norm), ""))
        return rows

    def _gain(self) -> list[str]:
        lines = []
        if self.worst_case_growth is not None:
            lo, hi = self.worst_case_growth.slope_range
            rate = (
                f"R(W) is the growth a step under the worst slopes in [{lo:.7g}, {hi:.7g}]"
                f"{', leak included' if self._leaky else ''}: below 1 gradients vanish, above 1 some slopes make "
                "them explode."
            )
            if lo == hi:
                rate = "R(W) is the spectral radius of the linear Jacobian, leak included."
            lines += labelled("growth", rate)
        if self.critical_gain is not None:
            lines += labelled("gain", str(self.critical_gain))
        return lines

    def _conditions(self) -> list[str]:
        lines = ["Conditions of Pascanu, Mikolov & Bengio (2013)"]
        for condition in self.conditions:
            where = f"{condition.name} ({condition.equation})"
            lines.append(f"  {where:<44}{condition.statement:<37}{_WORDS[condition.holds]}")
        return lines

    def _verdict(self) -> list[str]:
        lines = [f"{'verdict':<10}{self.verdict}", *labelled("", self.reason)]
        for note in (*self.notes, *self._four_quantities()):
            lines += labelled("note", note)
        return lines

    def _four_quantities(self) -> tuple[str, ...]:
        """Where rho(W) and sigma_1(W) are not the same number, a warning not to take one for the other."""
        if self.spectral_radius is None or self.spectral_norm is None:
            return ()
        rho, sigma = self.spectral_radius, self.spectral_norm
        if not rho.upper.value < sigma.lower.value:
            return ()
        proved = ", so W is not normal" if rho.upper.graded and sigma.lower.graded else ""
        shown, square = f"{sigma.value:.7g}", f"{sigma.value * sigma.value:.7g}"
        neither = square not in (f"{rho.value:.7g}", shown, "0", "inf")
        power = f"; power iteration on W^T W returns sigma_1 squared = {square}, which is neither" if neither else ""
        return (f"rho(W) = {rho.value:.7g} and sigma_1(W) = {shown} differ{proved} (rho <= sigma_1){power}.",)


def _cells(bracket: Bracket) -> tuple[str, str, str, str, str]:
    lower, upper = bracket.lower, bracket.upper
    return (
        f"{bracket.value:.7g}",
        outward(lower.value, up=False),
        outward(upper.value, up=True),
        lower.label,
        upper.label,
    )
