"""`ModelReport`: the answer of a check for every recurrent layer of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import rhochain._core as _core
from rhochain.objects.recurrent_layers import Skipped
from rhochain.reports.chain_report import ChainReport
from rhochain.reports.gradient_report import GradientReport
from rhochain.reports.json_report import JsonReport
from rhochain.reports.layer_report import LayerReport

__all__ = ["ModelReport"]


@dataclass(frozen=True, eq=False)
class ModelReport(JsonReport):
    """What `check` found of a model. ``print(report)`` shows a row a layer, `to_json` gives all of it to programs.

    Attributes
    ----------
    model : str
        The model in words: "GRU(64, 512, num_layers=2)".
    source : str
        Where its numbers are: "torch 2.13.0, float32, cpu", or a file.
    layers : tuple of GradientReport and LayerReport
        One for each recurrent layer and direction, with its `name`: a GradientReport of a plain RNN, a LayerReport of
        a GRU or LSTM.
    stack : ChainReport or None
        Of the Jacobians of the states of all layers together, along the sequences given as `inputs`.
    skipped : tuple of Skipped
        Parts of the model that were left out, with `name` and `reason`.
    notes : tuple of str
    """

    model: str
    source: str
    layers: tuple[GradientReport | LayerReport, ...]
    stack: ChainReport | None = None
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()

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
