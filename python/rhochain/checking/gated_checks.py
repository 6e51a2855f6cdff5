"""A check of one layer of gated cells: quantities of its gates, and the verdict of a chain where one is given."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

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

__all__ = ["REASONS", "Estimated", "Estimation", "check_gated"]

_ESTIMATORS = (spectral_radius, spectral_norm, perron_radius)  # of a gate
REASONS = {
    "gru": "W alone decides nothing for a GRU: inputs and biases set its gates, and with an update gate near 1 the "
    "Jacobian is near I, whatever W is.",
    "lstm": "W alone decides nothing for an LSTM: inputs and biases set its gates, and with a forget gate near 1 the "
    "cell state passes a step nearly unchanged, whatever W is.",
}
_WHAT_DECIDES = "What can decide: check(model, inputs=x), along the sequences x."


class Estimated(NamedTuple):
    """A bracket, and the seconds that it had."""

    bracket: Bracket
    seconds: float | None


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

    def computation(self, seconds: float, estimated: Sequence[Estimated]) -> Computation:
        """What a report says of a run with these options."""
        return Computation(
            seconds=seconds,
            products=sum(bracket.matvecs for bracket, _ in estimated),
            threads=thread_count(self.threads) or granted_threads(),
            rtol=self.rtol,
            delta=self.delta,
            seed=self.seed,
            max_matvecs=self.max_matvecs,
            max_seconds=self.max_seconds,
            out_of_time=self.max_seconds is not None and any(b.out_of_time(share) for b, share in estimated),
        )

    def estimate(self, estimator: Callable[..., Bracket], quantity: str, clock: SharedClock) -> Estimated:
        """The next quantity, within its share of the clock."""
        share = clock.next_share()
        found = estimator(
            rtol=self.rtol,
            delta=self.delta,
            seed=self.seed,
            max_matvecs=self.max_matvecs,
            max_seconds=share,
            callback=clock.callback_about(quantity),
        )
        return Estimated(found, share)


def check_gated(layer: RecurrentLayer, chain: Chain | None, options: Estimation) -> LayerReport:
    """The report of a layer; the gates' quantities share the seconds with the norm of the chain."""
    began = time.perf_counter()
    low, high = levels(options.vanish_level, options.explode_level)
    entries, n, names = numbers(layer.recurrent), layer.n, GATE_NAMES[layer.cell]
    quantities = len(_ESTIMATORS) * len(names) + (chain is not None)
    clock = SharedClock(options.max_seconds, options.callback, quantities)
    notes: tuple[str, ...] = layer.notes
    gates: list[GateReport] = []
    estimated: list[Estimated] = []
    if entries is None:
        notes += ("the quantities of single gates were left out: the weights are known by their products alone.",)
    else:
        blocks = (Matrix(entries[k * n : (k + 1) * n], threads=options.threads) for k in range(len(names)))
        for name, block in zip(names, blocks, strict=True):
            own = [options.estimate(partial(f, block), f.__name__, clock) for f in _ESTIMATORS]
            gates.append(GateReport(name, *(bracket for bracket, _ in own)))
            estimated += own
    decision = Decision(Verdict.UNDECIDED, f"{REASONS[layer.cell]} {_WHAT_DECIDES}", notes)
    log_norm = None
    if chain is not None:
        _require_own_chain(layer, chain)
        estimated.append(options.estimate(chain.norm, "chain_norm", clock))
        log_norm = estimated[-1].bracket
        decision = decide_on_trajectory(decision, chain.steps, log_norm, low, high)
    return LayerReport(
        layer.name,
        layer.cell,
        (len(names) * n, n),
        decision.verdict,
        decision.reason,
        tuple(gates),
        chain_norm=log_norm,
        notes=decision.notes,
        computed=options.computation(time.perf_counter() - began, estimated),
    )


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
