"""Names of the activation functions that libraries have: `numpy.tanh`, `torch.nn.LeakyReLU(0.2)`, `jax.nn.gelu`.

A function is known where it is that object of its module, never by its `__name__`: a user's own `tanh` may be anything,
and values on a grid bound no slope between its points.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

__all__ = ["function_name", "named_function"]

_ALIKE = {
    name: name
    for names in (
        ("tanh", "relu", "softsign", "softplus", "logsigmoid", "tanhshrink", "sigmoid", "hardsigmoid", "hardtanh"),
        ("leaky_relu", "elu", "selu", "celu", "silu", "mish", "hardswish", "gelu"),
    )
    for name in names
}
_NUMPY = {"tanh": "tanh", "sin": "sin", "arctan": "arctan"}
# Of functions with parameters these are the defaults: jax.nn.gelu is the approximation by tanh, torch's is not.
_FUNCTIONS: dict[str, dict[str, str]] = {
    "numpy": _NUMPY,
    "cupy": _NUMPY,
    "jax.numpy": _NUMPY,
    "math": {"tanh": "tanh", "sin": "sin", "atan": "arctan", "erf": "erf"},
    "scipy.special": {"expit": "sigmoid", "erf": "erf", "log_expit": "logsigmoid", "softplus": "softplus"},
    "torch": {"tanh": "tanh", "sigmoid": "sigmoid", "relu": "relu", "selu": "selu", "erf": "erf", "sin": "sin"}
    | {"arctan": "arctan", "atan": "arctan"},
    "torch.special": {"expit": "sigmoid", "erf": "erf"},
    "torch.nn.functional": _ALIKE,
    "jax.lax": {"tanh": "tanh", "sin": "sin", "atan": "arctan", "logistic": "sigmoid", "erf": "erf"},
    "jax.scipy.special": {"expit": "sigmoid", "erf": "erf"},
    "jax.nn": {"relu": "relu", "sigmoid": "sigmoid", "softplus": "softplus", "soft_sign": "softsign", "silu": "silu"}
    | {"log_sigmoid": "logsigmoid", "leaky_relu": "leaky_relu", "elu": "elu", "celu": "celu", "selu": "selu"}
    | {"gelu": "gelu_tanh", "hard_tanh": "hardtanh", "hard_sigmoid": "hardsigmoid", "hard_silu": "hardswish"}
    | {"mish": "mish", "identity": "identity"},
    "reservoirpy.activationsfunc": {"tanh": "tanh", "sigmoid": "sigmoid", "relu": "relu", "identity": "identity"}
    | {"softplus": "softplus"},
    "reservoirpy.jax.activationsfunc": {"identity": "identity"},
}
# Keywords of `functools.partial`, and attributes of modules, that are the parameter of an activation.
_PARAMETERS = {"leaky_relu": "negative_slope", "elu": "alpha", "celu": "alpha"}
_MODULES = {
    "Tanh": "tanh",
    "ReLU": "relu",
    "Softsign": "softsign",
    "LogSigmoid": "logsigmoid",
    "Tanhshrink": "tanhshrink",
    "Sigmoid": "sigmoid",
    "Hardsigmoid": "hardsigmoid",
    "SELU": "selu",
    "SiLU": "silu",
    "Mish": "mish",
    "Hardswish": "hardswish",
    "Identity": "identity",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "CELU": "celu",
    "GELU": "gelu",
    "Softplus": "softplus",
    "Hardtanh": "hardtanh",
}


def named_function(given: Any) -> str | None:
    """The name that `rhochain.activation` takes, with its parameter, of a function or module; None if unknown.

    Examples
    --------
    >>> import numpy as np
    >>> named_function(np.tanh), named_function(lambda x: np.tanh(x))
    ('tanh', None)
    """
    if type(given) is functools.partial:
        return _of_partial(given)
    if type(given).__module__.partition(".")[0] == "torch" and not hasattr(given, "__name__"):
        return _of_module(given)
    found = _place(given)
    if found is None and type(given).__module__.partition(".")[0] in ("jaxlib", "jax"):
        return named_function(given.__wrapped__) if hasattr(given, "__wrapped__") else None
    return None if found is None else _FUNCTIONS[found[0]][found[1]]


def function_name(given: Any) -> str:
    """What a callable is called, for messages."""
    if isinstance(given, type):
        return f"the class {given.__module__}.{given.__qualname__}"
    name = getattr(given, "__qualname__", None) or getattr(given, "__name__", None)
    if name is None:
        return f"the {type(given).__module__}.{type(given).__qualname__} {given!r}"
    module = getattr(given, "__module__", None)
    return f"the function {name}" if module in (None, "builtins") else f"the function {module}.{name}"


def _place(given: Any) -> tuple[str, str] | None:
    """The module and the name there of an object that is a known function."""
    for module, functions in _FUNCTIONS.items():
        loaded = vars(sys.modules[module]) if module in sys.modules else {}
        for name in functions:
            if loaded.get(name) is given:
                return module, name
    return None


def _of_partial(given: Any) -> str | None:
    found = _place(given.func)
    keywords = {name: value for name, value in given.keywords.items() if (name, value) != ("inplace", False)}
    if found is None or given.args or len(keywords) > 1:
        return None
    name = _FUNCTIONS[found[0]][found[1]]
    if not keywords:
        return name
    ((keyword, value),) = keywords.items()
    if found[1] == "gelu" and keyword == "approximate":  # text in torch, a truth value in JAX
        return {"'none'": "gelu", "'tanh'": "gelu_tanh", "False": "gelu", "True": "gelu_tanh"}.get(repr(value))
    return _with_parameter(name, value) if _PARAMETERS.get(name) == keyword else None


def _of_module(given: Any) -> str | None:
    """Of an instance of a class of torch.nn itself: a subclass may compute anything."""
    library = sys.modules.get("torch.nn")
    kind = type(given).__name__
    if library is None or getattr(library, kind, None) is not type(given) or kind not in _MODULES:
        return None
    name = _MODULES[kind]
    if name in _PARAMETERS:
        return _with_parameter(name, getattr(given, _PARAMETERS[name]))
    if name == "gelu":
        return {"none": "gelu", "tanh": "gelu_tanh"}.get(given.approximate)
    usual = {"softplus": ("beta", "threshold"), "hardtanh": ("min_val", "max_val")}.get(name)
    values = () if usual is None else tuple(float(getattr(given, attribute)) for attribute in usual)
    return name if values in ((), (1.0, 20.0), (-1.0, 1.0)) else None


def _with_parameter(name: str, value: Any) -> str | None:
    try:
        return f"{name}:{float(value)!r}"
    except (TypeError, ValueError):
        return None
