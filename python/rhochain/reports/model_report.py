"""`ModelReport`: the answer of a check for every recurrent layer of a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import rhochain._core as _core
from rhochain.markup.blocks import Answer, Block, Facts, Notes, Section, Table, Verbatim, printable
from rhochain.objects.recurrent_layers import Skipped
from rhochain.reports.chain_report import ChainReport
from rhochain.reports.gradient_report import GradientReport
from rhochain.reports.layer_report import LayerReport
from rhochain.reports.layout import plain_text
from rhochain.reports.shown_report import ShownReport, closing_sections

__all__ = ["ModelReport"]

_CAPTION = (
    "rho: spectral radius; sigma_1: largest singular value; rho(|W|): Perron radius, of W or of each gate's block. "
    "The report of each layer has their bounds and grades"
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
        return printable(f"ModelReport({self.model}: {verdicts})")

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
        found: list[Block] = [*self._answers(), Facts(self._about()), self._layers(), Notes(self.notes)]
        for layer in self.layers:
            about = f"{layer.name}: {_cell(layer)}, {layer.shape[1]:,} units"
            found.append(Section(Verbatim(about), layer.blocks(paper=False)))
        if self.stack is not None:
            found.append(Section("All layers together", self.stack.blocks(paper=False)))
        return [*found, *closing_sections(self, None, paper=paper)]

    def __str__(self) -> str:
        return plain_text(self._summary())

    def __rich_console__(self, console: Any, options: Any) -> Iterable[Any]:
        # Rich itself calls this, so it is there.
        from rhochain.reports.terminal import renderables

        return renderables(self._summary())

    def _summary(self) -> list[Block]:
        """In short, for text: without the bounds of each layer."""
        answers = [("answer", Verbatim(f"{said.headline} ({said.reason})")) for said in self._answers()]
        why = [("reason", text) for text in self._reasons()]
        if self.stack is not None:
            why.append(("together", f"{self.stack.headline}. {self.stack.answer().reason}"))
        return [Facts([*answers, *self._about()]), self._layers(), self._numbers(), Facts(why), Notes(self.notes)]

    def _about(self) -> list[tuple[str, str]]:
        """The model, and what of it was left out."""
        left_out = [("left out", Verbatim(f"{part.name}: {part.reason}".removeprefix(": "))) for part in self.skipped]
        numbers = [] if self.source == self.model else [("numbers", Verbatim(self.source or "in memory"))]
        return [("model", Verbatim(self.model)), *numbers, *left_out]

    def _answers(self) -> list[Answer]:
        """Each verdict in words, with the layers that have it."""
        answers: dict[str, Answer] = {}
        layers: dict[str, list[str]] = {}
        for layer in self.layers:
            layers.setdefault(layer.headline, []).append(str(layer.name))
            answers.setdefault(layer.headline, layer.answer())
        found: list[Answer] = []
        for words, names in layers.items():
            more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
            named = Verbatim(f"{', '.join(names[:_MOST_NAMES])}{more}")
            found.append(replace(answers[words], headline=words.removesuffix(": here they are"), reason=named))
        return found

    def _layers(self) -> Table:
        """A row for each layer, with its answer."""
        measured = any(layer.along is not None for layer in self.layers)
        head = ("layer", "gradients", *(("half-life in steps",) * measured), "cell", "units")
        rows: list[tuple[str, ...]] = []
        for layer in self.layers:
            decay = "" if layer.along is None else layer.along.half_life
            rows.append(
                (
                    Verbatim(layer.name or ""),
                    _in_a_cell(layer.headline),
                    *((str(decay),) * measured),
                    _cell(layer),
                    f"{layer.shape[1]:,}",
                )
            )
        return Table("The recurrent layers", head, rows)

    def _numbers(self) -> Table:
        """A row for each matrix."""
        head = ("matrix", "rho", "sigma_1", "rho(|W|)")
        return Table(_CAPTION, head, [row for layer in self.layers for row in _rows(layer)])

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


def _in_a_cell(headline: str) -> str:
    """Below the head "gradients"."""
    words = headline.partition(":")[0].removeprefix("Gradients ")
    return words[:1].lower() + words[1:]


def _rows(layer: GradientReport | LayerReport) -> list[tuple[str, ...]]:
    """The matrix of a plain layer, or a row for each gate."""
    if isinstance(layer, GradientReport):
        found = (layer.spectral_radius, layer.spectral_norm, layer.perron_radius)
        return [(Verbatim(layer.name or ""), *("-" if b is None else f"{b.value:.4g}" for b in found))]
    return [
        (
            Verbatim(f"{layer.name}: {gate.name}"),
            *(f"{b.value:.4g}" for b in (gate.spectral_radius, gate.spectral_norm, gate.perron_radius)),
        )
        for gate in layer.gates
    ]
