"""Chains of a model's layers and of its stack along given sequences, and what their norms say."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rhochain.chains.chain import Chain
from rhochain.chains.layer_runs import LayerRecord, LayerStart, layer_chain, recorded_run
from rhochain.chains.stack_chain import StackChain
from rhochain.estimates.brackets import Progress
from rhochain.objects.recurrent_layers import Layers, RecurrentLayer, Skipped
from rhochain.objects.torch_inputs import recorded_calls
from rhochain.objects.torch_sequences import GivenSequence, sequences_of_calls
from rhochain.reports.trajectory_report import SequenceRun, TrajectoryReport
from rhochain.verdicts.trajectories import decide_for_chain

__all__ = ["ModelTrajectories", "TrajectoryOptions", "model_trajectories"]

_LEAST_RTOL = 0.1
"""The norm of a product that spans many powers of ten need not be known better for a rate a step."""

_DIRECTIONS = 8
_LOG_FLOAT32_TINY = math.log(float(np.finfo(np.float32).tiny))


@dataclass(frozen=True)
class TrajectoryOptions:
    """Of the norms of all chains of a check; `rtol` is at least 0.1 there."""

    vanish_level: float = 1e-3
    explode_level: float = 1e3
    rtol: float = 1e-3
    delta: float = 1e-9
    seed: int = 0
    threads: int | None = None
    max_matvecs: int | None = None
    max_seconds: float | None = None
    callback: Callable[[Progress], object] | None = None


@dataclass(frozen=True, eq=False)
class ModelTrajectories:
    """What happened along the sequences.

    Attributes
    ----------
    along : dict
        A `TrajectoryReport` for each layer that read sequences, by its name.
    stack : TrajectoryReport or None
    skipped : tuple of Skipped
        Layers without sequences.
    notes : tuple of str
    """

    along: dict[str, TrajectoryReport]
    stack: TrajectoryReport | None
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]


def model_trajectories(
    model: Any, layers: Layers, inputs: Any, state: Any, max_sequences: int | None, options: TrajectoryOptions
) -> ModelTrajectories:
    """Run the model on `inputs` and measure the chain of each layer along each sequence, and that of its stack."""
    calls = recorded_calls(model, layers, inputs, state)
    measured = _Measured(options)
    skipped: list[Skipped] = []
    stacks: list[str] = []
    for path, module in layers.modules.items():
        own = _of_module(layers, path)
        given = sequences_of_calls(module, calls[path])
        if given.reason is not None:
            skipped += [Skipped(layer.name, f"not along these inputs: {given.reason}") for layer in own]
            continue
        if len(own) != len(given.sequences[0].states):
            skipped += [Skipped(layer.name, "not along these inputs: a layer of its module was left out") for layer in own]
            continue
        levels = _levels(own)
        used = given.sequences[:max_sequences]
        with_stack = len(levels) > 1 and all(len(level) == 1 for level in levels)
        stacks += [path] if len(levels) > 1 else []
        for sequence in used:
            _run(levels, sequence, measured, path if with_stack else None)
        measured.given |= {layer.name: len(given.sequences) for layer in own} | {_stack_of(path): len(given.sequences)}
    along = {layer.name: measured.report(layer.name) for layer in layers.found if layer.name in measured.runs}
    stack = measured.report(_stack_of(stacks[0])) if len(stacks) == 1 and _stack_of(stacks[0]) in measured.runs else None
    return ModelTrajectories(along, stack, tuple(skipped), tuple(_notes(layers, stacks, stack, measured)))


def _of_module(layers: Layers, path: str) -> list[RecurrentLayer]:
    return [layer for layer in layers.found if layer.module == path]


def _levels(own: Sequence[RecurrentLayer]) -> list[list[RecurrentLayer]]:
    """The layers of a module from the lowest, each in its directions, forward first."""
    depths = sorted({layer.depth for layer in own})
    return [sorted((x for x in own if x.depth == depth), key=lambda x: x.reverse) for depth in depths]


def _stack_of(path: str) -> str:
    """A key that no layer has as its name."""
    return f"{path}/stack"


def _run(
    levels: Sequence[Sequence[RecurrentLayer]], sequence: GivenSequence, measured: _Measured, stack: str | None
) -> None:
    """All chains of a module along one sequence. A layer reads what the run in the core of the one below has left."""
    given, threads = sequence.inputs, measured.options.threads
    states = iter(sequence.states)
    records: list[LayerRecord] = []
    for number, level in enumerate(levels):
        outputs = []
        for layer in level:
            start = LayerStart(*next(states))
            read = given[::-1] if layer.reverse else given
            measured.add(layer.name, layer_chain(layer, read, start, threads=threads))
            if stack is not None or number + 1 < len(levels):
                records.append(recorded_run(layer, read, start, threads=threads))
                outputs.append(records[-1].outputs[::-1] if layer.reverse else records[-1].outputs)
        if outputs:
            given = np.concatenate(outputs, axis=1)
    if stack is not None:
        flat = [level[0] for level in levels]
        measured.add(_stack_of(stack), StackChain.from_records(flat, records, threads=threads))


class _Measured:
    """The runs of each layer so far, within the time of all."""

    def __init__(self, options: TrajectoryOptions) -> None:
        self.options = options
        self.runs: dict[str, list[SequenceRun]] = {}
        self.given: dict[str, int] = {}
        self._shapes: dict[str, tuple[int, int]] = {}
        self._end = None if options.max_seconds is None else time.monotonic() + options.max_seconds

    def add(self, name: str, chain: Chain) -> None:
        o = self.options
        norm = chain.norm(
            rtol=max(o.rtol, _LEAST_RTOL),
            delta=o.delta,
            seed=o.seed,
            max_matvecs=o.max_matvecs,
            max_seconds=None if self._end is None else max(1e-3, self._end - time.monotonic()),
            callback=o.callback,
        )
        decision = decide_for_chain(chain.steps, norm, o.vanish_level, o.explode_level)
        run = SequenceRun(chain.steps, norm, decision.verdict, decision.reason, _underflow_measured(chain, o.seed))
        self.runs.setdefault(name, []).append(run)
        self._shapes[name] = chain.shape

    def report(self, name: str) -> TrajectoryReport:
        o = self.options
        return TrajectoryReport.of(
            self.runs[name], self.given[name], self._shapes[name], o.vanish_level, o.explode_level
        )


def _underflow_measured(chain: Chain, seed: int) -> int | None:
    """The steps, counted from the end, after which ||P||_F of them, by random directions, is below float32's range."""
    directions = np.random.Generator(np.random.Philox(seed)).standard_normal((chain.shape[0], _DIRECTIONS))
    logs = chain.vjp(directions).log_norms
    with np.errstate(under="ignore"):
        largest = logs.max(axis=1)
        finite = np.isfinite(largest)
        shifted = np.where(finite[:, None], logs - np.where(finite, largest, 0.0)[:, None], -np.inf)
        # E ||P^T g||^2 = ||P||_F^2 for Gaussian g.
        log_frobenius = np.where(finite, largest + 0.5 * np.log(np.exp(2.0 * shifted).mean(axis=1)), -np.inf)
    below = np.flatnonzero(log_frobenius < _LOG_FLOAT32_TINY)
    return int(below[0]) if below.size else None


def _notes(layers: Layers, stacks: Sequence[str], stack: TrajectoryReport | None, measured: _Measured) -> list[str]:
    notes = []
    left_out = [name for name, runs in measured.runs.items() if measured.given[name] > len(runs)]
    if left_out:
        name = left_out[0]
        notes.append(
            f"along the first {len(measured.runs[name])} of {measured.given[name]} sequences: max_sequences= takes more."
        )
    if stacks and stack is None:
        if len(stacks) > 1:
            notes.append(
                f"no stack: {', '.join(stacks)} have several layers each; check them one by one for the Jacobian of "
                "the states of all their layers."
            )
        elif any(layer.reverse for layer in layers.found if layer.module == stacks[0]):
            notes.append("no stack: in a bidirectional one a step has no state of all layers, as each reads all steps.")
    return notes
