"""How far a run of a chain is, as a callback hears of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["ChainProgress", "reporter"]


@dataclass(frozen=True)
class ChainProgress:
    """What a chain's callback receives, a few times a second."""

    done: int
    """Steps done."""
    steps: int
    seconds: float
    """Since the call."""
    begun: int = 0
    """Steps that were done before the call, by the run that left a checkpoint."""

    @property
    def rate(self) -> float:
        """Steps a second in this call; 0 at the start."""
        return (self.done - self.begun) / self.seconds if self.seconds > 0.0 else 0.0

    @property
    def remaining(self) -> float:
        """Seconds still to go at the present rate; inf at the start."""
        return (self.steps - self.done) / self.rate if self.rate > 0.0 else math.inf


def reporter(
    callback: Callable[[ChainProgress], object] | None, begun: int = 0
) -> Callable[[int, int, float], bool] | None:
    """The caller's callback as the core calls it."""
    if callback is None:
        return None
    if not callable(callback):
        raise TypeError(f"callback must be callable or None; got {type(callback).__name__}")
    return lambda done, steps, seconds: bool(callback(ChainProgress(done, steps, seconds, begun)))
