"""The answer of a check for one layer of gated cells: what W alone says of its gates, and what can decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rhochain.estimates.brackets import Bracket
from rhochain.reports.json_report import JsonReport
from rhochain.verdicts.conclusions import Verdict

__all__ = ["GateReport", "LayerReport"]


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

    def quantities(self) -> tuple[tuple[str, Bracket], ...]:
        """The brackets with their names in a report."""
        return (
            (f"rho(W_{self.name})", self.spectral_radius),
            (f"sigma_1(W_{self.name})", self.spectral_norm),
            (f"rho(|W_{self.name}|)", self.perron_radius),
        )

    def to_dict(self) -> dict[str, Any]:
        """The gate in plain JSON types."""
        return {
            "name": self.name,
            "spectral_radius": self.spectral_radius.to_dict(history=False),
            "spectral_norm": self.spectral_norm.to_dict(history=False),
            "perron_radius": self.perron_radius.to_dict(history=False),
        }


@dataclass(frozen=True, eq=False)
class LayerReport(JsonReport):
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
    along : JsonReport or None
        What happened along the sequences given as `inputs`.
    notes : tuple of str
    """

    name: str
    cell: str
    shape: tuple[int, int]
    verdict: Verdict
    reason: str
    gates: tuple[GateReport, ...]
    chain_norm: Bracket | None = None
    along: JsonReport | None = None
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """The number of units."""
        return self.shape[1]

    def to_dict(self) -> dict[str, Any]:
        """The layer in plain JSON types, always with the same keys in the same order."""
        return {
            "name": self.name,
            "cell": self.cell,
            "shape": list(self.shape),
            "verdict": str(self.verdict),
            "reason": self.reason,
            "gates": [gate.to_dict() for gate in self.gates],
            "chain_norm": None if self.chain_norm is None else self.chain_norm.to_dict(history=False),
            "along": None if self.along is None else self.along.to_dict(),
            "notes": list(self.notes),
        }
