"""What chains of both gated cells share: recorded gates behind the factors of a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import rhochain._core as _core
from rhochain.chains.chain import Chain
from rhochain.chains.gated_replay import GateReplay
from rhochain.chains.gated_runs import COLUMNS, CellArguments, CellRun, CellState
from rhochain.chains.product import Product
from rhochain.inputs.arrays import Floats
from rhochain.inputs.matrix import Matrix, require_one_process
from rhochain.inputs.resources import byte_count
from rhochain.inputs.rows import BLOCK_BYTES, row_source
from rhochain.runs.identity import rows_digest

__all__ = ["GatedChain", "stacked_weights"]


class GatedChain(Chain):
    """What chains of both cells share.

    Attributes
    ----------
    matrix : Matrix
        The weights, with the threads of the products.
    cell : {"gru", "lstm"}
    """

    matrix: Matrix
    _cell: str
    _state_blocks: int
    record: dict[str, Floats] | None = None
    _last: CellState | None = None
    _of_run: dict[str, Any] | None = None  # what tells the run behind the chain from another

    def __init__(self) -> None:
        raise TypeError(f"{type(self).__name__} is made by its from_gates, from_rollout or from_torch")

    @property
    def cell(self) -> str:
        return self._cell

    def _hold(self, U: Matrix, rows: Mapping[str, Any], memory: int) -> None:
        n = U.shape[1]
        names = COLUMNS[self._cell]
        share = memory // len(names)
        sources = [row_source(name, rows[name], n, f"n = {n}, the columns of U", share) for name in names]
        # A quarter of a column's share for rows as they are kept, and one for rows in float64.
        self._hold_sources(U, sources, min(BLOCK_BYTES, share // 4))

    def _hold_sources(self, U: Matrix, sources: Sequence[Any], block_bytes: int) -> None:
        self.matrix = U
        core = _core.GatedChain(U.operator, self._cell, sources, block_bytes)
        cell, width, of_run = self._cell, U.shape[1], self._of_run  # `factors` must not keep the chain alive

        def factors() -> dict[str, Any]:
            if of_run is not None:
                return {"cell": cell, **of_run}
            rows = [rows_digest(source, count, width) for source, count in sources]
            return {"cell": cell, **dict(zip(COLUMNS[cell], rows, strict=True))}

        self._product = Product(core, U, self._state_blocks * width, factors)

    def _hold_run(self, U: Any, given: CellArguments, memory: int | str, threads: int | None) -> None:
        matrix = stacked_weights(U, threads)
        limit = byte_count("memory", memory)
        run = CellRun(self._cell, matrix, given, limit)
        self._of_run = run.identity()
        if (5 * run.steps + 1) * run.n * 8 > limit:
            replay = GateReplay(run, limit)
            self._last = replay.last
            return self._hold_sources(matrix, replay.columns(), replay.block_bytes)
        arrays, self._last = run.record(0, run.steps, run.start)
        self.record = dict(zip(COLUMNS[self._cell], arrays, strict=True))
        states = {"h": self.record["h"][:-1]} if self._cell == "gru" else {}
        self._hold(matrix, self.record | states, limit)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.steps} steps, n = {self.matrix.shape[1]})"


def stacked_weights(U: Any, threads: int | None) -> Matrix:
    """U as a `Matrix` with these threads."""
    if isinstance(U, Matrix):
        require_one_process(U, "a chain of gated cells")
    return U if isinstance(U, Matrix) and threads is None else Matrix(U, threads=threads)
