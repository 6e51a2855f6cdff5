"""Chains of a model's layers and of its stack along given sequences, and what their norms say."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from rhochain.chains.chain import Chain
from rhochain.chains.layer_runs import LayerRecord, LayerStart, layer_chain, recorded_run
from rhochain.chains.stack_chain import StackChain
from rhochain.checking.gated_checks import Estimated, Estimation
from rhochain.estimates.shared_clock import SharedClock
from rhochain.objects.recurrent_layers import Layers, RecurrentLayer, Skipped
from rhochain.objects.torch_inputs import recorded_calls
from rhochain.objects.torch_sequences import GivenSequence, sequences_of_calls
from rhochain.reports.trajectory_report import SequenceRun, TrajectoryReport
from rhochain.verdicts.trajectories import decide_for_chain, levels

__all__ = ["GivenRuns", "LayerTrajectories", "given_runs", "layer_trajectories"]

_LEAST_RTOL = 0.1
"""ln ||P||_2 need not be known better for a rate a step."""

_DIRECTIONS = 8
_LOG_FLOAT32_TINY = math.log(float(np.finfo(np.float32).tiny))


class _ModuleRuns(NamedTuple):
    """The layers of a module from the lowest, each in its directions, forward first, and what the module read."""

    path: str
    levels: tuple[tuple[RecurrentLayer, ...], ...]
    sequences: tuple[GivenSequence, ...]
    given: int

    @property
    def stacked(self) -> bool:
        return len(self.levels) > 1 and all(len(level) == 1 for level in self.levels)

    @property
    def bidirectional(self) -> bool:
        return len(self.levels) > 1 and not self.stacked


@dataclass(frozen=True, eq=False)
class GivenRuns:
    """What each recurrent module of a model read while the model ran.

    Attributes
    ----------
    modules : tuple
    skipped : tuple of Skipped
        Layers without sequences.
    """

    modules: tuple[_ModuleRuns, ...]
    skipped: tuple[Skipped, ...]

    @property
    def chains(self) -> int:
        """How many there will be."""
        return sum(len(m.sequences) * (sum(map(len, m.levels)) + m.stacked) for m in self.modules)


@dataclass(frozen=True, eq=False)
class LayerTrajectories:
    """What happened along the sequences.

    Attributes
    ----------
    along : dict
        A `TrajectoryReport` for each layer that read sequences, by its name.
    stack : TrajectoryReport or None
    notes : tuple of str
    """

    along: dict[str, TrajectoryReport]
    stack: TrajectoryReport | None
    notes: tuple[str, ...]


def given_runs(model: Any, layers: Layers, inputs: Any, state: Any, max_sequences: int | None) -> GivenRuns:
    """Run the model once and take the first `max_sequences` sequences of each of its recurrent modules."""
    calls = recorded_calls(model, layers, inputs, state)
    modules: list[_ModuleRuns] = []
    skipped: list[Skipped] = []
    for path, module in layers.modules.items():
        own = [layer for layer in layers.found if layer.module == path]
        found, reason = sequences_of_calls(module, calls[path])
        if reason is None and len(own) != len(found[0].states):
            reason = "another layer of its module was left out"
        if reason is not None:
            skipped += [Skipped(layer.name, f"not along these inputs: {reason}") for layer in own]
        else:
            modules.append(_ModuleRuns(path, _levels(own), found[:max_sequences], len(found)))
    return GivenRuns(tuple(modules), tuple(skipped))


def layer_trajectories(given: GivenRuns, options: Estimation, clock: SharedClock) -> LayerTrajectories:
    """The chain of each layer along each sequence, and that of the stack where the model has one of one direction."""
    measured = _Measured(options, clock)
    deep = [module for module in given.modules if len(module.levels) > 1]
    for module in given.modules:
        # One stack is that of the model; of several none is.
        stacked = module.stacked and len(deep) == 1
        for sequence in module.sequences:
            _run(module.levels, sequence, measured, stacked=stacked)
    along = {
        layer.name: measured.report(layer.name, module.given)
        for module in given.modules
        for level in module.levels
        for layer in level
    }
    stack = measured.report(_STACK, deep[0].given) if len(deep) == 1 and deep[0].stacked else None
    return LayerTrajectories(along, stack, tuple(_notes(given.modules, deep)))


def _levels(own: Sequence[RecurrentLayer]) -> tuple[tuple[RecurrentLayer, ...], ...]:
    depths = sorted({layer.depth for layer in own})
    return tuple(tuple(sorted((x for x in own if x.depth == d), key=lambda x: x.reverse)) for d in depths)


_STACK = "/stack"
"""A key that no layer has as its name."""


def _run(
    levels: Sequence[Sequence[RecurrentLayer]], sequence: GivenSequence, measured: _Measured, *, stacked: bool
) -> None:
    """All chains of a module along one sequence. A layer reads what the run in the core of the one below has left."""
    read, threads = sequence.inputs, measured.threads
    states = iter(sequence.states)
    records: list[LayerRecord] = []
    for number, level in enumerate(levels):
        outputs = []
        for layer in level:
            start = LayerStart(*next(states))
            own = read[::-1] if layer.reverse else read
            measured.add(layer.name, layer_chain(layer, own, start, threads=threads))
            if stacked or number + 1 < len(levels):
                records.append(recorded_run(layer, own, start, threads=threads))
                outputs.append(records[-1].outputs[::-1] if layer.reverse else records[-1].outputs)
        if outputs:
            read = np.concatenate(outputs, axis=1)
    if stacked:
        measured.add(_STACK, StackChain.from_records([level[0] for level in levels], records, threads=threads))


class _Measured:
    """The runs of each layer so far."""

    def __init__(self, options: Estimation, clock: SharedClock) -> None:
        self.threads = options.threads
        self._options = replace(options, rtol=max(options.rtol, _LEAST_RTOL))
        self._levels = levels(options.vanish_level, options.explode_level)
        self._clock = clock
        self._runs: dict[str, list[SequenceRun]] = {}
        self._estimated: dict[str, list[Estimated]] = {}
        self._seconds: dict[str, float] = {}
        self._shapes: dict[str, tuple[int, int]] = {}

    def add(self, name: str, chain: Chain) -> None:
        began = time.perf_counter()
        estimated = self._options.estimate(chain.norm, "chain_norm", self._clock)
        norm = estimated.bracket
        decision = decide_for_chain(chain.steps, norm, *self._levels)
        last = _underflow_measured(chain, self._options.seed)
        self._runs.setdefault(name, []).append(SequenceRun(chain.steps, norm, decision.verdict, decision.reason, last))
        self._estimated.setdefault(name, []).append(estimated)
        self._shapes[name] = chain.shape
        self._seconds[name] = self._seconds.get(name, 0.0) + time.perf_counter() - began

    def report(self, name: str, given: int) -> TrajectoryReport:
        runs = self._runs[name]
        computed = self._options.computation(self._seconds[name], self._estimated[name])
        return TrajectoryReport.of(runs, given, self._shapes[name], *self._levels, computed)


def _underflow_measured(chain: Chain, seed: int) -> int | None:
    """The steps, counted from the end, after which ||P||_F of them, by random directions, is below float32's range."""
    directions = np.random.Generator(np.random.Philox(seed)).standard_normal((chain.shape[0], _DIRECTIONS))
    logs = chain.vjp(directions).log_norms
    largest = logs.max(axis=1)
    shift = np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(divide="ignore"):
        # E ||P^T g||^2 = ||P||_F^2 for Gaussian g.
        log_frobenius = shift + 0.5 * np.log(np.exp(2.0 * (logs - shift[:, None])).mean(axis=1))
    below = np.flatnonzero(log_frobenius < _LOG_FLOAT32_TINY)
    return int(below[0]) if below.size else None


def _notes(modules: Sequence[_ModuleRuns], deep: Sequence[_ModuleRuns]) -> list[str]:
    notes = []
    cut = next((module for module in modules if module.given > len(module.sequences)), None)
    if cut is not None:
        notes.append(f"along the first {len(cut.sequences)} of {cut.given} sequences: max_sequences= takes more.")
    if len(deep) > 1:
        names = ", ".join(module.path for module in deep)
        notes.append(f"no stack: {names} have several layers each. A check of each of them has its stack.")
    elif deep and deep[0].bidirectional:
        notes.append("no stack: in a bidirectional one the states of a step do not lead to those of the next alone.")
    return notes
