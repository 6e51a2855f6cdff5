"""Gates of a run that memory does not hold: states are kept, and the gates between two of them computed again."""

from __future__ import annotations

import math
from collections.abc import Callable

from rhochain.chains.gated_runs import CellRun, CellState
from rhochain.inputs.arrays import Floats

__all__ = ["GateReplay"]

_COLUMNS = 5
_MOST_READ = 2**23
"""Bytes of a column of gates that the core reads at a time where memory allows; more would not make it faster."""


class GateReplay:
    """The gates of a run, within `memory` bytes: those of one piece of it and the states before all pieces.

    A walk over the chain, in either direction, computes every piece once again: two passes in all with the run itself.
    The bits are those of a run that keeps everything. Pieces of B steps take ``(5 B + s K / B) n`` numbers, s the
    vectors of a state, least for ``B = sqrt(s K / 5)``.
    """

    def __init__(self, run: CellRun, memory: int) -> None:
        self._run = run
        self._read, self._piece = _plan(run, memory)
        self.block_bytes = 8 * run.n * self._read
        self._states: list[CellState] = []
        state = run.start
        for begin in range(0, run.steps, self._piece):
            self._states.append(state)
            # The gates of a piece are gone before those of the next one come.
            state = run.record(begin, min(run.steps, begin + self._piece), state)[1]
        self.last = state
        self._held: tuple[int, list[Floats]] = (-1, [])

    def columns(self) -> list[tuple[Callable[[int, int, Floats], None], int]]:
        """What is recorded, as the core fetches it, in the order of the core."""
        longer = _COLUMNS - 1 if self._run.cell == "lstm" else _COLUMNS
        return [(self._fetch(s), self._run.steps + (s == longer)) for s in range(_COLUMNS)]

    def _fetch(self, column: int) -> Callable[[int, int, Floats], None]:
        def fetch(begin: int, end: int, out: Floats) -> None:
            piece = begin // self._piece
            first = piece * self._piece
            out[...] = self._gates(piece)[column][begin - first : end - first]

        return fetch

    def _gates(self, piece: int) -> list[Floats]:
        held, gates = self._held
        if held != piece:
            self._held = (-1, [])  # gives its memory back before the next piece takes it
            begin = piece * self._piece
            end = min(self._run.steps, begin + self._piece)
            gates, _ = self._run.record(begin, end, self._states[piece])
            self._held = (piece, gates)
        return gates


def _plan(run: CellRun, memory: int) -> tuple[int, int]:
    """Rows read at a time and steps of a piece, a multiple of them."""
    read = max(1, min(_MOST_READ, memory // (8 * _COLUMNS)) // (8 * run.n))
    while read > 1 and _bytes(run, read, _best_piece(run, read)) > memory:
        read = (read + 1) // 2
    piece = _best_piece(run, read)
    needed = _bytes(run, read, piece)
    if needed > memory:
        raise MemoryError(
            f"a chain of {run.steps} steps of {run.n} units takes {needed} bytes at least, with gates computed again "
            f"where they are not kept; got memory = {memory}"
        )
    return read, piece


def _best_piece(run: CellRun, read: int) -> int:
    wanted = math.sqrt(_state_vectors(run) * run.steps / _COLUMNS)
    return read * max(1, math.floor(wanted / read + 0.5))


def _bytes(run: CellRun, read: int, piece: int) -> int:
    """Rows read, gates of a piece with the state after it, and states."""
    states = _state_vectors(run) * math.ceil(run.steps / piece)
    return 8 * run.n * (_COLUMNS * (read + piece) + 2 + states)


def _state_vectors(run: CellRun) -> int:
    return 2 if run.cell == "lstm" else 1
