"""Sequences out of the calls of a recurrent PyTorch module: one array of inputs and the first states for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rhochain.objects.arrays import tensor_numbers
from rhochain.objects.torch_inputs import ModuleCall

__all__ = ["GivenSequence", "sequences_of_calls"]

_Array = npt.NDArray[Any]


class GivenSequence(NamedTuple):
    """What a module reads of one sequence: inputs of shape (K, m), and (h, c) of each layer and direction before it.

    States are in the order of PyTorch, layer by layer and forward before reverse; None for 0, c that of an LSTM.
    """

    inputs: _Array
    states: tuple[tuple[_Array | None, _Array | None], ...]


def sequences_of_calls(module: Any, calls: Sequence[ModuleCall]) -> tuple[tuple[GivenSequence, ...], str | None]:
    """The sequences that a module of torch.nn was called with, those of a batch in its order; or none, and why.

    A call that starts from the state that the one before it has left goes on with its sequences. Any other call of an
    nn.RNN, GRU or LSTM brings sequences of its own. A cell starts new ones from no state, from 0 or from the state of
    its first call; from any other state it has none, as its steps are then not all that moves its state.
    """
    if not calls:
        return (), "the model did not call it"
    runs = _runs_of_layers(module, calls) if hasattr(module, "num_layers") else _runs_of_cell(calls)
    if runs is None:
        return (), "between its calls the model changes its state, so that the cell alone is not what moves it"
    found = tuple(sequence for run in runs for sequence in run if len(sequence.inputs))
    return found, None if found else "its sequences have no step"


def _runs_of_layers(module: Any, calls: Sequence[ModuleCall]) -> list[list[GivenSequence]]:
    runs: list[list[GivenSequence]] = []
    before: ModuleCall | None = None
    for call in calls:
        now = _packed(module, call) if hasattr(call.inputs, "batch_sizes") else _padded(module, call)
        if before is not None and len(now) == len(runs[-1]) and _goes_on(module, before, call):
            joined = zip(runs[-1], now, strict=True)
            runs[-1] = [GivenSequence(np.concatenate([a.inputs, b.inputs]), a.states) for a, b in joined]
        else:
            runs.append(now)
        before = call
    return runs


def _goes_on(module: Any, before: ModuleCall, call: ModuleCall) -> bool:
    packed = hasattr(call.inputs, "batch_sizes") or hasattr(before.inputs, "batch_sizes")
    return not packed and not module.bidirectional and _same(before.final, call.state)


def _padded(module: Any, call: ModuleCall) -> list[GivenSequence]:
    x = tensor_numbers(call.inputs)
    if x.ndim == 2:
        return [GivenSequence(x, _states(module, call.state, None))]
    if module.batch_first:
        x = x.swapaxes(0, 1)
    return [GivenSequence(x[:, b], _states(module, call.state, b)) for b in range(x.shape[1])]


def _packed(module: Any, call: ModuleCall) -> list[GivenSequence]:
    data, sizes, _, unsorted = call.inputs
    rows, counts = tensor_numbers(data), tensor_numbers(sizes)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    order = range(int(counts[0])) if unsorted is None else tensor_numbers(unsorted)
    # States are given in the order of the batch, rows in the sorted one.
    return [
        GivenSequence(rows[first[: np.count_nonzero(counts > place)] + place], _states(module, call.state, b))
        for b, place in enumerate(order)
    ]


def _states(module: Any, state: Any, b: int | None) -> tuple[tuple[_Array | None, _Array | None], ...]:
    count = int(module.num_layers) * (2 if module.bidirectional else 1)
    if state is None:
        return ((None, None),) * count
    parts = [tensor_numbers(part) for part in _parts(state)]
    of_sequence = [part if b is None else part[:, b] for part in parts]
    return tuple((of_sequence[0][i], of_sequence[1][i] if len(parts) == 2 else None) for i in range(count))


def _runs_of_cell(calls: Sequence[ModuleCall]) -> list[list[GivenSequence]] | None:
    runs: list[list[ModuleCall]] = []
    for call in calls:
        if runs and call.state is not None and _same(runs[-1][-1].final, call.state):
            runs[-1].append(call)
        elif not runs or _is_start(call.state) or _same(calls[0].state, call.state):
            runs.append([call])
        else:
            return None
    return [_steps_of_cell(run) for run in runs]


def _steps_of_cell(run: Sequence[ModuleCall]) -> list[GivenSequence]:
    x = np.stack([tensor_numbers(call.inputs) for call in run])
    parts = [] if run[0].state is None else [tensor_numbers(part) for part in _parts(run[0].state)]
    if x.ndim == 2:
        return [GivenSequence(x, (_pair(parts),))]
    return [GivenSequence(x[:, b], (_pair([part[b] for part in parts]),)) for b in range(x.shape[1])]


def _pair(parts: Sequence[_Array]) -> tuple[_Array | None, _Array | None]:
    h, c, *_ = (*parts, None, None)
    return h, c


def _is_start(state: Any) -> bool:
    return state is None or not any(bool(part.any()) for part in _parts(state))


def _same(a: Any, b: Any) -> bool:
    """Whether both are states, of the same shape and bits."""
    if a is None or b is None:
        return False
    pairs = zip(_parts(a), _parts(b), strict=True)
    return all(x.shape == y.shape and bool((x == y).all()) for x, y in pairs)


def _parts(state: Any) -> tuple[Any, ...]:
    return state if isinstance(state, tuple) else (state,)
