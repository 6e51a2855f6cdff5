"""Types in the signatures of `check`: what tells a model from a matrix, and the options of both."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol, TypedDict

import numpy.typing as npt

from rhochain.estimates.brackets import Progress

__all__ = ["CheckOptions", "Module"]


class Module(Protocol):
    """What a torch.nn.Module has and no array."""

    def named_modules(self) -> Any:
        """Of itself and all modules inside."""

    def state_dict(self) -> Any:
        """Its parameters by name."""


class CheckOptions(TypedDict, total=False):
    """The keyword arguments of `check`."""

    leak: float | npt.ArrayLike | None
    inputs: Any
    state: Any
    max_sequences: int | None
    quick: bool
    numerical_radius: bool
    vanish_level: float
    explode_level: float
    rtol: float
    delta: float
    seed: int
    threads: int | None
    max_matvecs: int | None
    max_seconds: float | None
    callback: Callable[[Progress], object] | None
    checkpoint: str | os.PathLike[str] | None
    checkpoint_seconds: float
