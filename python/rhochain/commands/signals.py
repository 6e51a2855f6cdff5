"""Ctrl-C and SIGTERM while a command runs: it shows what is known by then, and ends."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from rhochain.commands.exits import INTERRUPTED, TERMINATED

__all__ = ["Signals", "signals"]

_PATIENCE = 2.0  # seconds in which a run that was asked to end may do so by itself


class Signals:
    """Both signals raise KeyboardInterrupt; within `deferred` the first one asks, and the second or time raises.

    Attributes
    ----------
    asked : bool
        Whether a signal within `deferred` asked the run to end.
    """

    def __init__(self) -> None:
        self.asked = False
        self._received: int = signal.SIGINT
        self._defers = False

    @property
    def exit_code(self) -> int:
        return TERMINATED if self._received == signal.SIGTERM else INTERRUPTED

    @property
    def word(self) -> str:
        """What happened, for a message."""
        return "terminated" if self._received == signal.SIGTERM else "interrupted"

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Handlers for both signals; a signal that the caller of the process ignores stays ignored."""
        self.asked, self._received = False, signal.SIGINT
        before = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    before[number] = signal.signal(number, self._handle)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """The first signal sets `asked`, which a callback passes on, so that a report of what is known can follow."""
        timed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGALRM, _raise) if timed else None
        self._defers = True
        try:
            yield
        finally:
            self._defers = False
            if timed:
                signal.setitimer(signal.ITIMER_REAL, 0.0)
                signal.signal(signal.SIGALRM, before)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._received = number
        if not self._defers or self.asked:
            raise KeyboardInterrupt
        self.asked = True
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE)


def _raise(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


signals = Signals()
"""Those of this process."""
