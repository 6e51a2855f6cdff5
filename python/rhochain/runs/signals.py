"""Signals of a scheduler as a way to end a call with what it has."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Terminated", "signals"]


class Terminated(KeyboardInterrupt):
    """A signal within `signals`, outside the library's calls. `number` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def signals(*numbers: int) -> Iterator[None]:
    """Within this context, signals that ask a job to end do what Ctrl-C does.

    A call of the library ends with `Interrupted`, which has the bracket so far, after it has saved its checkpoint if it
    has one. Elsewhere the signal raises `Terminated`, a KeyboardInterrupt. The handlers of before return at the end.
    Outside this context the library takes no signal.

    Parameters
    ----------
    *numbers : int
        By default SIGTERM, and SIGUSR1 where there is one.

    Raises
    ------
    ValueError
        Not in the main thread, where Python has its handlers.

    Examples
    --------
    >>> import os, signal, numpy as np, rhochain as rc
    >>> try:
    ...     with rc.signals():
    ...         os.kill(os.getpid(), signal.SIGTERM)
    ... except rc.Terminated as stop:
    ...     print(stop)
    SIGTERM
    """
    if threading.current_thread() is not threading.main_thread():
        raise ValueError("signals must be used in the main thread, the only one in which Python handles signals")
    asked = numbers or tuple(getattr(signal, name) for name in ("SIGTERM", "SIGUSR1") if hasattr(signal, name))
    before = {}
    try:
        for number in dict.fromkeys(asked):
            before[number] = signal.signal(number, _raise)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _raise(number: int, _frame: FrameType | None) -> None:
    raise Terminated(number)
