"""Runs of one recurrent layer of a model along one sequence, in float64: its chain, its gates and its outputs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rhochain.chains.chain import Chain
from rhochain.chains.gated import GRUChain, LSTMChain
from rhochain.chains.gated_chain import stacked_weights
from rhochain.chains.gated_runs import COLUMNS, CellArguments, CellRun
from rhochain.chains.jacobian import JacobianChain
from rhochain.chains.module_layers import one_bias, state_vector
from rhochain.inputs.arrays import Floats
from rhochain.inputs.coercion import plain_array
from rhochain.inputs.matrix import Matrix
from rhochain.objects.recurrent_layers import RecurrentLayer

__all__ = ["LayerRecord", "LayerStart", "layer_chain", "recorded_run"]


class LayerStart(NamedTuple):
    """The state of a layer before the first step; None for 0. c is that of an LSTM."""

    h: Any = None
    c: Any = None


class LayerRecord(NamedTuple):
    """What a run leaves: the rows by which the core knows the Jacobians of its steps, and h_1 .. h_K."""

    gates: dict[str, Floats]
    outputs: Floats


def layer_chain(
    layer: RecurrentLayer, inputs: Any, start: LayerStart | None = None, *, threads: int | None = None
) -> Chain:
    """The Jacobians of one layer along one sequence of shape (K, m), in the order in which the layer reads it.

    To the last bit the chain of `JacobianChain.from_torch`, `GRUChain.from_torch` or `LSTMChain.from_torch`.
    """
    start = start or LayerStart()
    sides = {"bias": layer.bias, "input_bias": layer.input_bias}
    if layer.cell == "gru":
        return GRUChain.from_rollout(layer.recurrent, inputs, start.h, W_in=layer.incoming, **sides, threads=threads)
    if layer.cell == "lstm":
        return LSTMChain.from_rollout(
            layer.recurrent, inputs, start.h, start.c, W_in=layer.incoming, **sides, threads=threads
        )
    return JacobianChain.from_rollout(
        layer.recurrent,
        state_vector("h0", start.h, layer.n),
        inputs=inputs,
        input_weights=layer.incoming,
        bias=one_bias(layer),
        activation=_activation_of(layer),
        convention="post",
        threads=threads,
    )


def recorded_run(
    layer: RecurrentLayer, inputs: Any, start: LayerStart | None = None, *, threads: int | None = None
) -> LayerRecord:
    """The run behind `layer_chain`. It takes 40 n bytes a step; an "rnn" leaves the gates of a GRU with r = 1, z = 0.

    Such a GRU is n = tanh(..) without a carried state, so that its Jacobian diag(1 - n^2) U_n is that of a tanh layer.
    A slope of 1 or 0, of a relu layer, is that of n = 0 or 1.
    """
    start = start or LayerStart()
    if layer.cell == "rnn":
        return _recorded_rnn(layer, inputs, start, threads)
    given = CellArguments(inputs, start.h, start.c, layer.incoming, layer.bias, layer.input_bias)
    run = CellRun(layer.cell, stacked_weights(layer.recurrent, threads), given)
    arrays, _ = run.record(0, run.steps, run.start)
    rows = dict(zip(COLUMNS[layer.cell], arrays, strict=True))
    if layer.cell == "gru":
        return LayerRecord(rows | {"h": rows["h"][:-1]}, rows["h"][1:])
    return LayerRecord(rows, rows["o"] * np.tanh(rows["c"][1:]))


def _recorded_rnn(layer: RecurrentLayer, inputs: Any, start: LayerStart, threads: int | None) -> LayerRecord:
    W = Matrix(layer.recurrent, threads=threads)
    x = np.asarray(plain_array("inputs", inputs), dtype=np.float64)
    driven = x if layer.incoming is None else (Matrix(layer.incoming, threads=threads) @ x.T.copy()).T
    driven = driven + one_bias(layer)
    relu = _activation_of(layer) == "relu"
    outputs = np.empty((len(x), layer.n))
    h = state_vector("h0", start.h, layer.n)
    for k, row in enumerate(driven):
        a = W @ h + row
        h = outputs[k] = np.maximum(a, 0.0) if relu else np.tanh(a)
    if not np.isfinite(outputs).all():
        raise OverflowError(f"the run of {layer.name} left the float64 range")
    plain = {"h": 0.0, "r": 1.0, "z": 0.0, "q": 0.0}
    gates = {name: np.broadcast_to(np.full(layer.n, value), outputs.shape) for name, value in plain.items()}
    gates["n"] = np.where(outputs > 0.0, 0.0, 1.0) if relu else outputs
    return LayerRecord(gates, outputs)


def _activation_of(layer: RecurrentLayer) -> str:
    if layer.activation not in ("tanh", "relu"):
        raise ValueError(f"{layer.name} must be a tanh or relu layer; got activation {layer.activation!r}")
    return layer.activation
