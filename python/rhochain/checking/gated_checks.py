"""A check of one layer of gated cells: quantities of its gates, and the verdict of a chain where one is given."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rhochain.chains.chain import Chain
from rhochain.chains.gated_chain import GatedChain
from rhochain.checking.same_matrices import same_matrix
from rhochain.estimates.brackets import Bracket, Progress
from rhochain.estimates.shared_clock import SharedClock
from rhochain.estimates.spectra import perron_radius, spectral_norm, spectral_radius
from rhochain.inputs.arguments import not_negative
from rhochain.inputs.coercion import numbers
from rhochain.inputs.matrix import Matrix
from rhochain.inputs.resources import granted_threads, thread_count
from rhochain.objects.recurrent_layers import GATE_NAMES, RecurrentLayer
from rhochain.reports.computation import Computation
from rhochain.reports.layer_report import GateReport, LayerReport
from rhochain.verdicts.conclusions import Decision, Verdict
from rhochain.verdicts.trajectories import decide_on_trajectory, levels

__all__ = ["REASONS", "Estimation", "check_gated"]

_QUANTITIES = 3  # of a gate
REASONS = {
    "gru": "W alone decides nothing for a GRU: inputs and biases set its gates, and with an update gate near 1 the "
    "Jacobian is near I, whatever W is.",
    "lstm": "W alone decides nothing for an LSTM: inputs and biases set its gates, and with a forget gate near 1 the "
    "cell state passes a step nearly unchanged, whatever W is.",
}
_WHAT_DECIDES = "What can decide: check(model, inputs=x), along the sequences x."


@dataclass(frozen=True)
class Estimation:
    """The options of `check` that hold for gated cells as well."""

    rtol: float
    delta: float
    seed: int
    threads: int | None
    max_matvecs: int | None
    max_seconds: float | None
    callback: Callable[[Progress], object] | None
    vanish_level: float
    explode_level: float

    def __post_init__(self) -> None:
        """Misuse of what is shared raises here, by name."""
        if self.max_seconds is not None:
            not_negative("max_seconds", self.max_seconds)
        if self.callback is not None and not callable(self.callback):
            raise TypeError(f"callback must be callable or None; got {type(self.callback).__name__}")

    def computation(self, seconds: float, products: int) -> Computation:
        """What a report says of a run with these options."""
        return Computation(
            seconds=seconds,
            products=products,
            threads=thread_count(self.threads) or granted_threads(),
            rtol=self.rtol,
            delta=self.delta,
            seed=self.seed,
            max_matvecs=self.max_matvecs,
            max_seconds=self.max_seconds,
        )

    def limits(self, clock: SharedClock) -> dict[str, Any]:
        """What the next estimate takes."""
        return {
            "rtol": self.rtol,
            "delta": self.delta,
            "seed": self.seed,
            "max_matvecs": self.max_matvecs,
            "max_seconds": clock.next_share(),
            "callback": clock.callback,
        }


def check_gated(layer: RecurrentLayer, chain: Chain | None, options: Estimation) -> LayerReport:
    """The report of a layer; the gates' quantities share the seconds with the norm of the chain."""
    began = time.perf_counter()
    low, high = levels(options.vanish_level, options.explode_level)
    entries, n, names = numbers(layer.recurrent), layer.n, GATE_NAMES[layer.cell]
    quantities = _QUANTITIES * len(names) + (chain is not None)
    clock = SharedClock(options.max_seconds, options.callback, quantities)
    notes: tuple[str, ...] = layer.notes
    gates: list[GateReport] = []
    if entries is None:
        notes += ("the quantities of single gates were left out: the weights are known by their products alone.",)
    else:
        blocks = (Matrix(entries[k * n : (k + 1) * n], threads=options.threads) for k in range(len(names)))
        gates = [_gate(name, block, clock, options) for name, block in zip(names, blocks, strict=True)]
    decision = Decision(Verdict.UNDECIDED, f"{REASONS[layer.cell]} {_WHAT_DECIDES}", notes)
    log_norm = None
    if chain is not None:
        _require_own_chain(layer, chain)
        log_norm = chain.norm(**options.limits(clock))
        decision = decide_on_trajectory(decision, chain.steps, log_norm, low, high)
    products = sum(bracket.matvecs for bracket in _brackets(gates, log_norm))
    return LayerReport(
        layer.name,
        layer.cell,
        (len(names) * n, n),
        decision.verdict,
        decision.reason,
        tuple(gates),
        chain_norm=log_norm,
        notes=decision.notes,
        computed=options.computation(time.perf_counter() - began, products),
    )


def _brackets(gates: list[GateReport], log_norm: Bracket | None) -> list[Bracket]:
    of_gates = [bracket for gate in gates for bracket in (gate.spectral_radius, gate.spectral_norm, gate.perron_radius)]
    return of_gates if log_norm is None else [*of_gates, log_norm]


def _gate(name: str, block: Matrix, clock: SharedClock, options: Estimation) -> GateReport:
    radius, norm, perron = (
        estimate(block, **options.limits(clock)) for estimate in (spectral_radius, spectral_norm, perron_radius)
    )
    return GateReport(name, radius, norm, perron)


def _require_own_chain(layer: RecurrentLayer, chain: Chain) -> None:
    """ValueError unless the chain runs the cell of the layer with its weights."""
    own = type(chain).__name__
    if not isinstance(chain, GatedChain) or chain.cell != layer.cell:
        raise ValueError(f"chain must be of {layer.cell.upper()} cells, as {layer.name} has; got {own}")
    held = Matrix(layer.recurrent)
    if chain.matrix.shape != held.shape or not same_matrix(chain.matrix, held):
        raise ValueError(
            f"chain must be of the weights of {layer.name}, shape {held.shape}; got a {own} of another matrix, of "
            f"shape {chain.matrix.shape}"
        )
