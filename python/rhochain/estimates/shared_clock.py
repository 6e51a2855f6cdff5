"""A budget of seconds and a callback, shared by several quantities."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from rhochain.estimates.brackets import Progress
from rhochain.inputs.peers import Peers

__all__ = ["SharedClock"]


class SharedClock:
    """Shares a time budget among the quantities to come and remembers that the callback said stop.

    Where `peers` are several processes the clock is that of the first, and a callback of each can stop all.
    """

    def __init__(
        self,
        seconds: float | None,
        callback: Callable[[Progress], object] | None,
        quantities: int,
        peers: Peers | None = None,
    ) -> None:
        self._peers = Peers() if peers is None else peers
        self._end = None if seconds is None else self._now() + seconds
        self._callback = callback
        self._left = quantities
        self._stopped = False

    def next_share(self) -> float | None:
        left, self._left = self._left, max(1, self._left - 1)
        if self.has_stopped():
            return 0.0
        return None if self._end is None else max(0.0, self._end - self._now()) / left

    def has_stopped(self) -> bool:
        """Whether the callback said stop."""
        self._stopped = self._peers.any(self._stopped)
        return self._stopped

    @property
    def callback(self) -> Callable[[Progress], bool] | None:
        return None if self._callback is None else self._record

    def callback_about(self, quantity: str) -> Callable[[Progress], bool] | None:
        """The same; it tells the caller's callback that `quantity` is in work."""
        return None if self._callback is None else lambda progress: self._record(replace(progress, quantity=quantity))

    def _now(self) -> float:
        return self._peers.first(time.monotonic())

    def _record(self, progress: Progress) -> bool:
        self._stopped = self._stopped or (self._callback is not None and bool(self._callback(progress)))
        return self._stopped
