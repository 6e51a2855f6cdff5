"""The product of a chain as the core holds it, and what a checkpoint compares of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import rhochain._core as _core
from rhochain.inputs.matrix import Matrix
from rhochain.ranks.callers import Callers, callers_of
from rhochain.runs.checkpoints import SavedRun
from rhochain.runs.identity import matrix_digest

__all__ = ["Product"]


@dataclass(frozen=True, eq=False)
class Product:
    """P, a product of `steps` factors of shape (size, size).

    Attributes
    ----------
    core : _core.JacobianChain, _core.GatedChain, _core.MatrixChain or _core.StackChain
    matrix : Matrix
        The weights, or the first factor where the factors are matrices; with the threads of the products.
    size : int
        n, the length of the vectors of P.
    factors : callable
        What tells the factors from others beside `matrix`, in JSON values; called for a checkpoint only.
    """

    core: _core.JacobianChain | _core.GatedChain | _core.MatrixChain | _core.StackChain
    matrix: Matrix
    size: int
    factors: Callable[[], Mapping[str, Any]]

    @property
    def callers(self) -> Callers:
        """The ranks that make the calls."""
        return callers_of(self.matrix)

    @property
    def length(self) -> int:
        """The entries of such a vector that this process has: all, unless ranks share them."""
        return self.matrix.own_columns if self.matrix.on_ranks else self.size

    @property
    def steps(self) -> int:
        """The number of factors."""
        return self.core.steps

    def saved_run(
        self, path: str | os.PathLike[str] | None, seconds: float, run: Callable[[], Mapping[str, Any]]
    ) -> SavedRun:
        """A run on this product that a file may keep. run() tells it from other runs, in JSON values."""
        return SavedRun(path, seconds, lambda: self._identity(run()), self.callers)

    def _identity(self, run: Mapping[str, Any]) -> dict[str, Any]:
        A = self.matrix
        weights = {"matrix": matrix_digest(A), "shape": list(A.shape), "nnz": A.nnz}
        return {"version": _core.build_info()["version"], "steps": self.steps, **run, **weights, **self.factors()}
