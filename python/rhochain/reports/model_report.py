"""`ModelReport`: the answer of a check for every recurrent layer of a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import rhochain._core as _core
from rhochain.markup.blocks import Block, Facts, Notes, Quotation, Section, Table, Verbatim
from rhochain.objects.recurrent_layers import Skipped
from rhochain.reports.chain_report import ChainReport
from rhochain.reports.gradient_report import GradientReport
from rhochain.reports.layer_report import LayerReport
from rhochain.reports.layout import plain_text
from rhochain.reports.shown_report import ShownReport

__all__ = ["ModelReport"]

_CAPTION = (
    "rho: spectral radius; sigma_1: largest singular value; rho(|W|): Perron radius, of W or of each gate's block. "
    "The bounds around these values, with their grades, are in the report of each layer"
)
_MOST_NAMES = 6  # in one line


@dataclass(frozen=True, eq=False, repr=False)
class ModelReport(ShownReport):
    """What `check` found of a model. ``print(report)`` shows a row a layer, `to_json` gives all of it to programs.

    Attributes
    ----------
    model : str
        The model in words: "GRU(64, 512, num_layers=2)".
    source : str
        Where its numbers are: "torch 2.13.0, float32, cpu".
    layers : tuple of GradientReport and LayerReport
        One for each recurrent layer and direction, with its `name`: a GradientReport of a plain RNN, a LayerReport of
        a GRU or LSTM.
    stack : ChainReport or None
        Of the Jacobians of the states of all layers together, along the sequences given as `inputs`.
    skipped : tuple of (name, reason)
        Parts of the model that were left out.
    notes : tuple of str

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> report = rc.check({"weight_hh_l0": 0.5 * np.eye(3), "weight_ih_l0": np.ones((3, 2))}, activation="tanh")
    >>> [(layer.name, str(layer.verdict)) for layer in report.layers]
    [('l0', 'VANISHES')]
    """

    model: str
    source: str
    layers: tuple[GradientReport | LayerReport, ...]
    stack: ChainReport | None = None
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{layer.name}: {layer.verdict}" for layer in self.layers)
        return f"ModelReport({self.model}: {verdicts})"

    @property
    def title(self) -> str:
        return f"rhochain: {self.model}"

    def to_dict(self) -> dict[str, Any]:
        """The report in plain JSON types, always with the same keys in the same order."""
        return {
            "model": self.model,
            "source": self.source,
            "layers": [layer.to_dict() for layer in self.layers],
            "stack": None if self.stack is None else self.stack.to_dict(),
            "skipped": [{"name": part.name, "reason": part.reason} for part in self.skipped],
            "notes": list(self.notes),
            "version": _core.build_info()["version"],
        }

    def methods(self) -> str:
        """For the methods of a paper: a sentence on the model, and what was run for each layer."""
        names = ", ".join(f"{layer.name} ({_cell(layer)}, {layer.shape[1]:,} units)" for layer in self.layers)
        parts = [f"The recurrent layers of {self.model} are {names}. Numbers: {self.source}."]
        for layer in self.layers:
            parts += [layer.methods()] if layer.along is None else [layer.methods(), layer.along.methods()]
        return "\n\n".join(parts if self.stack is None else [*parts, self.stack.methods()])

    def citations(self) -> str:
        """The sources that `methods` cites, and the library, as BibTeX."""
        reports = self.layers if self.stack is None else (*self.layers, self.stack)
        return "\n\n".join(dict.fromkeys(entry for r in reports for entry in r.citations().split("\n\n")))

    def blocks(self, *, paper: bool = True) -> Sequence[Block]:
        """The summary, and a section for each layer. `paper`: with the text for a paper."""
        found = [*self._summary(with_reasons=False)]
        for layer in self.layers:
            about = f"{layer.name}: {_cell(layer)}, {layer.shape[1]:,} units"
            found.append(Section(Verbatim(about), layer.blocks(paper=False)))
        if self.stack is not None:
            found.append(Section("All layers together", self.stack.blocks(paper=False)))
        if paper:
            quoted = [*map(Quotation, self.methods().split("\n\n")), Quotation(self.citations(), code=True)]
            found.append(Section("Methods and citations, to copy into a paper", quoted, folded=True))
        return found

    def __str__(self) -> str:
        return plain_text(self._summary(with_reasons=True))

    def __rich_console__(self, console: Any, options: Any) -> Iterable[Any]:
        # Rich itself calls this, so it is there.
        from rhochain.reports.terminal import renderables

        return renderables(self._summary(with_reasons=True))

    def _summary(self, *, with_reasons: bool) -> list[Block]:
        facts = [("model", Verbatim(self.model)), ("numbers", Verbatim(self.source or "in memory")), *self._answers()]
        notes = [*(self._reasons() if with_reasons else []), *self.notes]
        if self.stack is not None:
            notes.append(f"all layers together: {self.stack.headline}: {self.stack.reason}")
        notes += [f"left out: {part.name}: {part.reason}" if part.name else part.reason for part in self.skipped]
        return [Facts(facts), self._table(), Notes(notes)]

    def _answers(self) -> list[tuple[str, str]]:
        """Each verdict in words, with the layers that have it."""
        layers: dict[str, list[str]] = {}
        for layer in self.layers:
            layers.setdefault(layer.headline, []).append(str(layer.name))
        answers: list[tuple[str, str]] = []
        for words, names in layers.items():
            more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
            answers.append(("answer", Verbatim(f"{words} ({', '.join(names[:_MOST_NAMES])}{more})")))
        return answers

    def _table(self) -> Table:
        """A row for each layer, followed by those of its gates."""
        measured = any(layer.along is not None for layer in self.layers)
        head = ("layer", "cell", "n", "rho", "sigma_1", "rho(|W|)", "answer", *(("along the inputs",) * measured))
        rows: list[tuple[str, ...]] = []
        for layer in self.layers:
            along = "" if layer.along is None else layer.along.brief
            rows += [(*row, *((along if row[1] else "",) * measured)) for row in _rows(layer)]
        return Table(_CAPTION, head, rows)

    def _reasons(self) -> list[str]:
        """Why each verdict, layers with one reason together, and the notes of gated layers."""
        layers: dict[str, list[str]] = {}
        for layer in self.layers:
            along = () if layer.along is None or layer.along.reason == layer.reason else (layer.along.reason,)
            for text in (layer.reason, *along, *(layer.notes if isinstance(layer, LayerReport) else ())):
                layers.setdefault(text, []).append(str(layer.name))
        return [f"{', '.join(names)}: {text}" for text, names in layers.items()]


def _cell(layer: GradientReport | LayerReport) -> str:
    return layer.cell.upper() if isinstance(layer, LayerReport) else f"RNN {layer.activation}"


def _rows(layer: GradientReport | LayerReport) -> list[tuple[str, ...]]:
    """The row of a layer; of a gated one those of its gates follow."""
    name, words = Verbatim(layer.name or ""), layer.headline.partition(":")[0]
    size = f"{layer.shape[1]:,}"
    if isinstance(layer, GradientReport):
        found = (layer.spectral_radius, layer.spectral_norm, layer.perron_radius)
        values = ("" if bracket is None else f"{bracket.value:.4g}" for bracket in found)
        return [(name, _cell(layer), size, *values, words)]
    gates = [
        (
            Verbatim(f"{layer.name}: {gate.name}"),
            "",
            "",
            *(f"{b.value:.4g}" for b in (gate.spectral_radius, gate.spectral_norm, gate.perron_radius)),
            "",
        )
        for gate in layer.gates
    ]
    return [(name, _cell(layer), size, "", "", "", words), *gates]
