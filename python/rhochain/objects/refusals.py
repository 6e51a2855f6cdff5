"""What to give instead of an object that is no matrix, by its kind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from scipy.sparse import issparse

import rhochain._core as _core
from rhochain.objects.functions import named_function

__all__ = ["refuse_no_matrix"]


def refuse_no_matrix(given: Any) -> None:
    """TypeError for what is often given in place of W and holds none; anything else passes."""
    hint = _hint(given)
    if hint is not None:
        raise TypeError(f"W must be a matrix, or an object that has one; got {hint}")


def _hint(given: Any) -> str | None:
    if isinstance(given, (str, os.PathLike)):
        word = os.fspath(given)
        is_activation = isinstance(word, str) and _is_activation(word.partition(":")[0]) and not os.path.exists(word)
        return f"the activation {word!r}: W comes first" if is_activation else None
    if isinstance(given, type):
        return f"the class {given.__module__}.{given.__qualname__}: give an instance"
    if callable(given) and (activation := named_function(given)) is not None:
        return f"the activation {activation!r}: W comes first"
    if isinstance(given, Mapping) and not issparse(given):  # SciPy's dictionary of keys is a dict
        return _hint_of_mapping(given)
    if any(base.__module__ == "sklearn.base" and base.__name__ == "BaseEstimator" for base in type(given).__mro__):
        return f"the estimator {type(given).__name__}: give the array that it holds"
    if hasattr(given, "verdict") and hasattr(given, "to_html"):
        return f"a {type(given).__name__}: give the W that it is about"
    return None


def _hint_of_mapping(given: Mapping[Any, Any]) -> str:
    if not given:
        return "an empty dict"
    name, value = next(iter(given.items()))
    if isinstance(value, (Mapping, list, set, tuple)):
        return "a dict of neighbours: networkx.DiGraph(that) is a graph, which serves as W"
    if hasattr(value, "shape"):
        return f"a dict of arrays, such as a state dict: give the one that is W, that[{name!r}] for instance"
    return f"a dict with keys such as {name!r}"


def _is_activation(word: str) -> bool:
    try:
        _core.activation_gain(word, None)
    except ValueError:
        return False
    return True
