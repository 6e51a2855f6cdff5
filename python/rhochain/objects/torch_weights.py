"""The weight that the next forward of a PyTorch module uses, whatever stands behind it; its evaluation mode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["evaluating", "weight_used"]


def weight_used(module: Any, name: str) -> tuple[Any, tuple[str, ...]]:
    """The parameter, detached, or what pruning or a parametrization makes of it in evaluation mode; and a note on that.

    None for a parameter that the module does not have, such as the bias of one without.
    """
    buffers, parameters = module._buffers, module._parameters
    if f"{name}_mask" in buffers and f"{name}_orig" in parameters:
        pruned = (parameters[f"{name}_orig"] * buffers[f"{name}_mask"]).detach()
        return pruned, (f"{name} is pruned: {name}_orig times {name}_mask.",)
    parametrizations = module._modules.get("parametrizations")
    if parametrizations is not None and name in parametrizations:
        return _parametrized(module, name, parametrizations[name])
    for hook in module._forward_pre_hooks.values():
        kind = type(hook)
        if getattr(hook, "name", None) == name and kind.__module__.startswith("torch.nn.utils."):
            arguments = (False,) if kind.__name__ == "SpectralNorm" else ()  # no step of its power iteration
            used = hook.compute_weight(module, *arguments).detach()
            return used, (f"{name} is that of a {kind.__name__} at its parameters of now.",)
    weight = getattr(module, name, None)
    if weight is None:
        return None, ()
    fixed = name in parameters or name in buffers
    return weight.detach(), () if fixed else (f"{name} is no parameter: it is as the last forward left it.",)


@contextmanager
def evaluating(module: Any) -> Iterator[None]:
    """The module and all inside it in evaluation mode; afterwards each in its own mode again."""
    modes = [(part, part.training) for part in module.modules()]
    try:
        for part, _ in modes:
            part.training = False
        yield
    finally:
        for part, training in modes:
            part.training = training


def _parametrized(module: Any, name: str, chain: Any) -> tuple[Any, tuple[str, ...]]:
    """In training mode reading the weight may change buffers, as spectral_norm does."""
    with evaluating(chain):
        used = getattr(module, name).detach()
    kinds = ", ".join(type(part).__name__.lstrip("_") for part in chain)
    return used, (f"{name} is parametrized ({kinds}), taken as in evaluation mode.",)
