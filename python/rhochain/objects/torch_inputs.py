"""A PyTorch model run on given inputs, and what its recurrent modules were called with on the way."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import numpy as np

from rhochain.objects.recurrent_layers import Layers
from rhochain.objects.torch_modules import unwrapped
from rhochain.objects.torch_weights import evaluating

__all__ = ["ModuleCall", "recorded_calls"]


class ModuleCall(NamedTuple):
    """One call of a recurrent module: its arguments, and the state that it returned; copies, all of them.

    `inputs` is a tensor or a PackedSequence, `state` a tensor, a pair of an LSTM or None.
    """

    inputs: Any
    state: Any
    final: Any


def recorded_calls(model: Any, layers: Layers, inputs: Any, state: Any = None) -> dict[str, list[ModuleCall]]:
    """The calls of each module of `layers.modules`, in their order, while the model runs once as it is.

    Parameters
    ----------
    model : torch.nn.Module
    layers : Layers
        Of this model.
    inputs : what the model takes
        One argument, a tuple or list of its arguments, or a dict of them by their names. A bare ``torch.nn.*Cell``
        also takes a tensor of shape (K, batch, m) or a list of K steps.
    state : what the model takes for a start, optional
        Passed behind `inputs`.

    Raises
    ------
    ValueError
        The model raised an exception.

    Notes
    -----
    In evaluation mode, without gradients and dropout. The modes of all modules, hooks and random generators are as
    before afterwards, after an exception too. What the model itself keeps, such as a state in an attribute, it changes
    as in any other call.
    """
    bare = unwrapped(model)
    calls: dict[str, list[ModuleCall]] = {path: [] for path in layers.modules}
    with _without_trace(bare), ExitStack() as hooks:
        for path, module in layers.modules.items():
            handle = module.register_forward_hook(_hook(calls[path]), with_kwargs=True)
            hooks.callback(handle.remove)
        _run(bare, inputs, state, is_cell="" in layers.modules and _is_cell(bare))
    return calls


def _run(model: Any, inputs: Any, state: Any, *, is_cell: bool) -> None:
    kind = type(model).__name__
    try:
        if is_cell and getattr(inputs, "ndim", None) == 3:
            for step in inputs:
                state = model(step, state)
            return
        positional, named = _arguments(inputs)
        if state is not None:
            positional = (*positional, state)
        model(*positional, **named)
    except Exception as error:
        came = f"{type(error).__name__}: {error}"
        came += " (a NumPy array: torch.from_numpy(inputs) is a tensor)" if isinstance(inputs, np.ndarray) else ""
        raise ValueError(
            f"inputs must be what the {kind} takes, as in model(inputs); its forward raised {came}"
        ) from error


def _arguments(inputs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if isinstance(inputs, Mapping):
        return (), dict(inputs)
    packed = hasattr(inputs, "batch_sizes")  # a PackedSequence is a tuple as well
    if isinstance(inputs, (tuple, list)) and not packed:
        return tuple(inputs), {}
    return (inputs,), {}


def _is_cell(module: Any) -> bool:
    return not hasattr(module, "num_layers")


def _hook(calls: list[ModuleCall]) -> Any:
    def record(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        given = args[0] if args else kwargs["input"]
        start = args[1] if len(args) > 1 else kwargs.get("hx")
        final = output if _is_cell(module) else output[1]
        calls.append(ModuleCall(_copied(given), _copied(start), _copied(final)))

    return record


def _copied(given: Any) -> Any:
    """Tensors, and what holds them, that later work on the originals does not change."""
    if given is None:
        return None
    if hasattr(given, "batch_sizes"):
        return type(given)(*(_copied(part) for part in given))
    if isinstance(given, (tuple, list)):
        return tuple(_copied(part) for part in given)
    return given.detach().clone()


@contextmanager
def _without_trace(model: Any) -> Iterator[None]:
    import torch

    generators = random.getstate(), np.random.get_state()  # noqa: NPY002
    cuda: Any = torch.cuda
    devices = list(range(cuda.device_count())) if cuda.is_initialized() else []
    with ExitStack() as stack:
        stack.callback(random.setstate, generators[0])
        stack.callback(np.random.set_state, generators[1])
        stack.enter_context(torch.random.fork_rng(devices=devices))
        stack.enter_context(torch.no_grad())
        if "torch._dynamo" in sys.modules and hasattr(torch.compiler, "set_stance"):
            stack.enter_context(torch.compiler.set_stance("force_eager"))  # compiled parts run without hooks
        stack.enter_context(evaluating(model))
        yield
