"""The answer of a check for one layer of gated cells: what W alone says of its gates, and what can decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket
from rhochain.markup.blocks import Answer, Block, Facts, Notes, Section, Table, Verbatim
from rhochain.reports.answers import answer, headline
from rhochain.reports.citations import bibtex, sources
from rhochain.reports.computation import Computation
from rhochain.reports.json_report import JsonReport
from rhochain.reports.methods import methods
from rhochain.reports.quantities import Quantity, ends
from rhochain.reports.shown_report import ShownReport, closing_sections
from rhochain.reports.trajectory_report import TrajectoryReport
from rhochain.verdicts.conclusions import Verdict

__all__ = ["GateReport", "LayerReport"]

_CAPTION = (
    "Of the recurrent block W_g of each gate g: rho: spectral radius; sigma_1: largest singular value; rho(|W_g|): "
    "Perron radius. None of them bounds a gradient of the cell"
)


@dataclass(frozen=True, eq=False)
class GateReport(JsonReport):
    """Quantities of the recurrent block of one gate, W_r for instance. None of them certifies anything of the cell.

    Attributes
    ----------
    name : str
        "r", "z", "n" of a GRU; "i", "f", "g", "o" of an LSTM.
    spectral_radius, spectral_norm, perron_radius : Bracket
    """

    name: str
    spectral_radius: Bracket
    spectral_norm: Bracket
    perron_radius: Bracket

    def to_dict(self) -> dict[str, Any]:
        """The gate in plain JSON types."""
        return {
            "name": self.name,
            "spectral_radius": self.spectral_radius.to_dict(history=False),
            "spectral_norm": self.spectral_norm.to_dict(history=False),
            "perron_radius": self.perron_radius.to_dict(history=False),
        }


@dataclass(frozen=True, eq=False, repr=False)
class LayerReport(ShownReport):
    """What `check` found of one layer and direction of a GRU or LSTM.

    Attributes
    ----------
    name : str
        Such as "encoder.gru.l0_reverse".
    cell : {"gru", "lstm"}
    shape : (int, int)
        Of the gates' weights below each other, (3n, n) or (4n, n).
    verdict : Verdict
        UNDECIDED without a trajectory: no property of the weights alone makes the gradients of a gated cell vanish.
    reason : str
    gates : tuple of GateReport
    chain_norm : Bracket or None
        Of ln ||P||_2, where a chain was given.
    along : TrajectoryReport or None
        What happened along the sequences given as `inputs`.
    notes : tuple of str
    computed : Computation or None
        Seconds, products, threads and options.
    """

    name: str
    cell: str
    shape: tuple[int, int]
    verdict: Verdict
    reason: str
    gates: tuple[GateReport, ...]
    chain_norm: Bracket | None = None
    along: TrajectoryReport | None = None
    notes: tuple[str, ...] = ()
    computed: Computation | None = None

    def __repr__(self) -> str:
        return f"LayerReport({self.name!r}, {self.verdict}, {self._size()}: {self.headline})"

    @property
    def n(self) -> int:
        """The number of units."""
        return self.shape[1]

    @property
    def headline(self) -> str:
        """The verdict in plain words."""
        return headline(self.verdict, "gated") if self.along is None else self.along.outcome

    @property
    def title(self) -> str:
        return f"rhochain: {self.name}"

    def to_dict(self) -> dict[str, Any]:
        """The layer in plain JSON types, always with the same keys in the same order."""
        return {
            "name": self.name,
            "cell": self.cell,
            "shape": list(self.shape),
            "verdict": str(self.verdict),
            "headline": self.headline,
            "reason": self.reason,
            "gates": [gate.to_dict() for gate in self.gates],
            "chain_norm": None if self.chain_norm is None else self.chain_norm.to_dict(history=False),
            "along": None if self.along is None else self.along.to_dict(),
            "notes": list(self.notes),
            "computed": None if self.computed is None else self.computed.to_dict(),
            "version": _core.build_info()["version"],
        }

    def methods(self) -> str:
        """A paragraph for the methods of a paper: what was run, the bounds with their grades, the sources."""
        return methods(
            f"The recurrent weight matrix of layer {self.name} ({self._size()})",
            [(q.name, q.meaning, q.bracket) for q in self._quantities() if q.bracket is not None],
            self.computed,
            f"The verdict is {self.verdict}: {self.reason}",
            self._sources(),
        )

    def citations(self) -> str:
        """The sources that `methods` cites, and the library, as BibTeX."""
        return bibtex(self._sources())

    def answer(self) -> Answer:
        """The verdict in words, with its reason."""
        return answer(self.verdict, self.reason, "gated", None if self.along is None else self.along.headline)

    def blocks(self, *, paper: bool = True) -> Sequence[Block]:
        """The parts of the report, for a page of several reports too. `paper`: with the text for a paper."""
        found: list[Block] = [self.answer()]
        rows = [(q.name, f"{b.value:.7g}", *ends(b)) for q in self._quantities() if (b := q.bracket) is not None]
        if rows:
            found.append(Table(_CAPTION, ("quantity", "value", "lower bound", "upper bound"), rows))
        found.append(Notes(self.notes))
        if self.along is not None:
            found.append(Section("Along the sequences given", self.along.blocks(paper=False)[1:]))
        found.append(Section("The layer", [Facts([("layer", Verbatim(self.name)), ("cells", self._size())])]))
        found += closing_sections(self, self.computed, paper=paper)
        return found

    def _size(self) -> str:
        return f"{self.cell.upper()}, {self.n:,} units, {self.shape[0]:,} x {self.n:,} weights"

    def _sources(self) -> Sequence[str]:
        return sources((q.name, q.bracket) for q in self._quantities() if q.bracket is not None)

    def _quantities(self) -> list[Quantity]:
        found = []
        for gate in self.gates:
            w = f"W_{gate.name}"
            found += [
                Quantity(f"rho({w})", "spectral radius", gate.spectral_radius),
                Quantity(f"sigma_1({w})", "largest singular value", gate.spectral_norm),
                Quantity(f"rho(|{w}|)", "Perron radius", gate.perron_radius),
            ]
        if self.chain_norm is not None:
            meaning = "of the product P of Jacobians along the trajectory"
            found.append(Quantity("ln ||P||_2", meaning, self.chain_norm))
        return found
