"""Ctrl-C and SIGTERM while a command runs: it shows what is known by then, and ends."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rhochain.commands.exits import INTERRUPTED, TERMINATED

__all__ = ["Signals", "signals"]


class Signals:
    """Both signals raise KeyboardInterrupt, which estimates turn into `Interrupted` with the bracket so far."""

    def __init__(self) -> None:
        self._received: int | None = None

    @property
    def asked(self) -> bool:
        """Whether one of them came: the run is to end with what is known."""
        return self._received is not None

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
        self._received = None
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

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._received = number
        raise KeyboardInterrupt


signals = Signals()
"""Those of this process."""
