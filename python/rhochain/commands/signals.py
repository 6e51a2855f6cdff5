"""Signals that end a command, from a user, a scheduler or its own clock: it shows what is known by then."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from rhochain.commands.exits import ENDED, INTERRUPTED, OK, TERMINATED, UNFINISHED

__all__ = ["Signals", "signals"]

# Windows has the first two alone.
_CODES = {"SIGINT": INTERRUPTED, "SIGTERM": TERMINATED, "SIGUSR1": ENDED, "SIGALRM": OK}
_WORDS = {
    "SIGINT": "interrupted",
    "SIGTERM": "terminated",
    "SIGUSR1": "ended by SIGUSR1",
    "SIGALRM": "the time is spent",
}


class Signals:
    """Each raises KeyboardInterrupt, which estimates turn into `Interrupted` with the bracket so far.

    Attributes
    ----------
    checkpoint : str or None
        The file from which the same command goes on.
    """

    def __init__(self) -> None:
        self.checkpoint: str | None = None
        self._received: str | None = None
        self._abort: Callable[[int, str], None] | None = None
        self._polled = False

    @property
    def asked(self) -> bool:
        """Whether one of them came: the run is to end with what is known."""
        return self._received is not None

    @property
    def exit_code(self) -> int:
        """That of a run which another command takes up, or of the signal. Who types Ctrl-C wants no other command."""
        goes_on = self.checkpoint is not None and self._received not in (None, "SIGINT")
        return UNFINISHED if goes_on else _CODES.get(self._received or "", INTERRUPTED)

    @property
    def word(self) -> str:
        """What happened, for a message."""
        return _WORDS.get(self._received or "", "interrupted")

    @property
    def how_to_go_on(self) -> str:
        """The rest of that message: empty without a file."""
        if self.checkpoint is None:
            return ""
        if os.path.exists(self.checkpoint):
            return f"; the same command goes on from {self.checkpoint}"
        return "; nothing is saved yet: the same command begins anew"

    @contextmanager
    def caught(self, abort: Callable[[int, str], None] | None = None) -> Iterator[None]:
        """Handlers for those from outside; one that the caller of the process ignores stays ignored.

        `abort`, of a rank, ends all of them with a code and a message: no rank may leave the others by an exception.
        """
        self.checkpoint = self._received = None
        self._abort, self._polled = abort, False
        numbers = [getattr(signal, name) for name in _CODES if hasattr(signal, name) and name != "SIGALRM"]
        with self._handled(number for number in numbers if signal.getsignal(number) not in (signal.SIG_IGN, None)):
            yield

    @contextmanager
    def polled(self) -> Iterator[None]:
        """On ranks: callbacks alone learn of a signal, through `asked`, until one of them is in a hurry."""
        self._polled = True
        try:
            yield
        finally:
            self._polled = False

    def shared(self, first: Callable[[str | None], str | None]) -> None:
        """What one rank has received all have; `first` tells the name that the first rank of those has."""
        self._received = first(self._received)

    @contextmanager
    def time_limit(self, seconds: float | None) -> Iterator[None]:
        """For a run without a clock of its own: a signal after so many seconds."""
        if seconds is None:
            yield
            return
        if not hasattr(signal, "SIGALRM"):
            raise ValueError("--max-seconds needs a POSIX system for this run")
        if not seconds >= 0.0:
            raise ValueError(f"--max-seconds must be at least 0; got {seconds}")
        with self._handled([signal.SIGALRM]):
            try:
                signal.setitimer(signal.ITIMER_REAL, min(max(seconds, 1e-6), 1e9))
                yield
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0.0)

    @contextmanager
    def _handled(self, numbers: Iterable[int]) -> Iterator[None]:
        before = {}
        if threading.current_thread() is threading.main_thread():
            for number in numbers:
                before[number] = signal.signal(number, self._handle)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        # A scheduler repeats itself while the state is saved; who types Ctrl-C twice is in a hurry.
        if self._received is not None and number != signal.SIGINT:
            return
        again, self._received = self._received is not None, self._received or signal.Signals(number).name
        if self._abort is None:
            raise KeyboardInterrupt
        if again or not self._polled:
            self._abort(self.exit_code, self.word)


signals = Signals()
"""Those of this process."""
