"""A check of every recurrent layer of a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.chains.chain import Chain
from rhochain.chains.gated_chain import GatedChain
from rhochain.chains.jacobian import JacobianChain
from rhochain.checking.gated_checks import Estimation, check_gated
from rhochain.checking.layer_trajectories import given_runs, layer_trajectories
from rhochain.checking.trajectory_verdicts import with_trajectory
from rhochain.estimates.shared_clock import SharedClock
from rhochain.inputs.activations import ActivationLike
from rhochain.inputs.activations import activation as activation_named
from rhochain.inputs.arguments import whole_number
from rhochain.inputs.matrix import Matrix
from rhochain.objects.models import layers_of
from rhochain.objects.recurrent_layers import GATES, Layers, RecurrentLayer
from rhochain.objects.torch_modules import is_module
from rhochain.reports.gradient_report import GradientReport
from rhochain.reports.layer_report import LayerReport
from rhochain.reports.model_report import ModelReport

__all__ = ["check_model", "model_of"]


def model_of(W: Any, chain: Any) -> Layers | None:
    """The layers of a model, or of the stacked weights W beside a chain of gated cells; None for a matrix."""
    layers = layers_of(W)
    if layers is not None or not isinstance(chain, GatedChain):
        return layers
    shape = (W if isinstance(W, Matrix) else Matrix(W)).shape
    if shape[0] != GATES[chain.cell] * shape[1]:
        raise ValueError(
            f"W beside a {type(chain).__name__} must be its weights, the gates below each other, shape "
            f"({GATES[chain.cell]}n, n); got shape {shape}"
        )
    return Layers("weights of gated cells", found=(RecurrentLayer("W", chain.cell, W),))


def check_model(
    model: Any,
    layers: Layers,
    of_matrix: Callable[..., GradientReport],
    *,
    activation: ActivationLike | None,
    gain: float | npt.ArrayLike | None,
    leak: float | npt.ArrayLike,
    inputs: Any,
    state: Any,
    max_sequences: int | None,
    chain: Any,
    estimation: Estimation,
    **options: Any,
) -> ModelReport:
    """The reports of all layers; `of_matrix` is `check`, for layers of plain RNNs, and `options` are for it alone."""
    most = None if max_sequences is None else whole_number("max_sequences", max_sequences, 1, 2**62)
    _require_model_arguments(layers, gain, leak, chain)
    _require_run(model, layers, inputs, state, chain)
    known = _with_activation(layers.found, activation)
    runs = None if inputs is None else given_runs(model, replace(layers, found=known), inputs, state, most)
    quantities = len(known) + (0 if runs is None else runs.chains)
    clock = SharedClock(estimation.max_seconds, estimation.callback, quantities)
    reports: list[GradientReport | LayerReport] = []
    for layer in known:
        own = replace(estimation, max_seconds=clock.next_share(), callback=clock.callback)
        with _naming(layer):
            if layer.cell != "rnn":
                reports.append(check_gated(layer, chain, own))
                continue
            found = of_matrix(
                layer.recurrent, layer.activation, chain=chain, inputs=_reach(layer), **vars(own), **options
            )
            reports.append(replace(found, name=layer.name, notes=(*layer.notes, *found.notes)))
    if runs is None:
        return ModelReport(layers.origin, layers.source, tuple(reports), skipped=layers.skipped)
    trajectories = layer_trajectories(runs, estimation, clock)
    return ModelReport(
        layers.origin,
        layers.source,
        tuple(with_trajectory(report, trajectories.along.get(report.name or "")) for report in reports),
        stack=trajectories.stack,
        skipped=(*layers.skipped, *runs.skipped),
        notes=trajectories.notes,
    )


@contextmanager
def _naming(layer: RecurrentLayer) -> Iterator[None]:
    """Errors about W, such as an entry that is NaN, name the layer."""
    try:
        yield
    except (TypeError, ValueError) as error:
        if type(error) not in (TypeError, ValueError) or not str(error).startswith("W "):
            raise
        raise type(error)(f"layer {layer.name}: {error}") from None


def _reach(layer: RecurrentLayer) -> Any:
    """The input weights where the caller feeds them: a layer inside a model gets what the model computes."""
    return layer.incoming if not layer.module and layer.depth == 0 else None


def _require_model_arguments(layers: Layers, gain: Any, leak: Any, chain: Any) -> None:
    """Arguments that a matrix takes and a model does not."""
    if gain is not None:
        raise ValueError(
            f"gain is for a matrix, the slopes of a model are those of its cells; got gain for {layers.origin}"
        )
    if np.ndim(leak) > 0 or leak != 1.0:
        raise ValueError(f"leak is for a matrix, the cells of a model have none; got leak for {layers.origin}")
    if chain is None:
        return
    if len(layers.found) > 1:
        names = ", ".join(layer.name for layer in layers.found[:6])
        raise ValueError(
            f"chain must be None for a model with several layers ({names}): check(model, inputs=x) runs a chain for "
            f"each; got {type(chain).__name__}"
        )
    if layers.found[0].cell != "rnn":
        if not isinstance(chain, Chain):
            raise TypeError(f"chain must be a GRUChain or LSTMChain; got {type(chain).__name__}")
    elif isinstance(chain, GatedChain):
        raise ValueError(f"chain must be of plain cells, as {layers.found[0].name} has; got {type(chain).__name__}")
    elif isinstance(chain, JacobianChain) and chain.convention != "post":
        raise ValueError(
            "chain must have the convention of torch.nn.RNN, 'post' (h_k = sigma(W h_{k-1} + ..)), as "
            f"JacobianChain.from_torch gives it; got {chain.convention!r}"
        )


def _require_run(model: Any, layers: Layers, inputs: Any, state: Any, chain: Any) -> None:
    """What a run along inputs takes."""
    if inputs is None and state is not None:
        raise ValueError(f"state is the start of a run along inputs; got state without inputs for {layers.origin}")
    if inputs is not None and not is_module(model):
        raise ValueError(
            f"inputs need a torch.nn.Module, which runs on them; got {layers.origin}, of which the weights are known"
        )
    if inputs is not None and chain is not None:
        raise ValueError("inputs and chain exclude each other: inputs make the chain of each layer; got both")


def _with_activation(found: tuple[RecurrentLayer, ...], given: ActivationLike | None) -> tuple[RecurrentLayer, ...]:
    """The layers, those of plain RNNs with their activation, which a state dict does not hold."""
    plain = [layer for layer in found if layer.cell == "rnn"]
    if given is None:
        if unknown := [layer.name for layer in plain if layer.activation is None]:
            raise ValueError(
                f"activation must be given for {', '.join(unknown)}: a state dict does not say whether the RNN has "
                'activation="tanh", the default of torch.nn.RNN, or "relu"; got None'
            )
        return found
    if not plain:
        raise ValueError(f"activation is for plain RNNs: the model has gated cells alone; got {given!r}")
    sigma = activation_named(given)
    for layer in plain:
        if layer.activation is not None and activation_named(layer.activation) != sigma:
            raise ValueError(
                f"activation must be that of {layer.name}, {layer.activation!r}, or None; got {str(sigma)!r}"
            )
    return tuple(replace(layer, activation=str(sigma)) if layer.cell == "rnn" else layer for layer in found)
