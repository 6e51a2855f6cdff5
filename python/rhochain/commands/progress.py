"""One line on the terminal that follows a run: the bracket as it shrinks, products or steps, and the time left."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rhochain.chains.progress import ChainProgress
from rhochain.estimates.brackets import Progress

__all__ = ["SYMBOLS", "ProgressLine", "shown_progress", "wanted"]

SYMBOLS: Mapping[str, str] = {
    "spectral_radius": "rho(W)",
    "spectral_norm": "sigma_1(W)",
    "perron_radius": "rho(|W|)",
    "scaled_norm": "mu_D(W)",
    "numerical_radius": "w(W)",
    "worst_case_growth": "R(W)",
    "chain_norm": "ln ||P||_2",
}
"""How reports write the quantities."""

_REFRESHES = 8  # a second
_SILENT = ("NO_COLOR", "CI")


def wanted(quiet: bool, environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to show progress: on a terminal that moves its cursor, unless the caller or the environment objects.

    Examples
    --------
    >>> wanted(False, {"TERM": "xterm"}, terminal=True), wanted(False, {"CI": "true"}, terminal=True)
    (True, False)
    """
    silent = quiet or any(environment.get(name) for name in _SILENT) or environment.get("TERM") == "dumb"
    return terminal and not silent


class ProgressLine:
    """The line as it is now; `bracket` and `steps` are the callbacks of an estimate and of a chain."""

    def __init__(self, label: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.begin(label)

    def begin(self, label: str, max_seconds: float | None = None) -> None:
        """From here on the line is about `label`, which has so much time."""
        self._label, self._max_seconds, self._began = label, max_seconds, self._clock()
        self._record: Progress | ChainProgress | None = None

    def bracket(self, record: Progress) -> None:
        if record.quantity is not None:
            self._label = SYMBOLS.get(record.quantity, record.quantity)
        self._record = record

    def steps(self, record: ChainProgress) -> None:
        self._record = record

    def __str__(self) -> str:
        seconds = self._clock() - self._began
        left = math.inf if self._max_seconds is None else max(0.0, self._max_seconds - seconds)
        parts = [self._label]
        record = self._record
        if isinstance(record, Progress):
            parts.append(_bracket(record))
            parts.append(f"{record.matvecs:,} products")
        elif record is not None:
            left = min(left, record.remaining)
            parts.append(f"step {record.done:,} of {record.steps:,}")
        parts.append(_time(seconds))
        if left < math.inf:
            parts.append(f"{'at most ' if isinstance(record, Progress) else ''}{_time(left)} left")
        return "  ".join(part for part in parts if part)

    def __rich__(self) -> Any:
        from rich.text import Text

        return Text(str(self), no_wrap=True, overflow="ellipsis")


@contextmanager
def shown_progress(label: str, *, quiet: bool) -> Iterator[ProgressLine]:
    """A line that is on the terminal while the block runs, and gone after it."""
    line = ProgressLine(label)
    if not wanted(quiet, os.environ, terminal=sys.stderr.isatty()):
        yield line
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True)
    with Live(
        line,
        console=console,
        refresh_per_second=_REFRESHES,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield line


def _bracket(record: Progress) -> str:
    """The two ends and their distance; an end that is not known yet is a question mark."""
    low, high = (f"{end:.6g}" if math.isfinite(end) else "?" for end in (record.lower, record.upper))
    width = (record.upper - record.lower) / abs(record.value) if record.value else math.inf
    return f"[{low} .. {high}]" + (f"  {100 * width:.2g} %" if width < 1.0 else "")


def _time(seconds: float) -> str:
    """Seconds in one or two units.

    Examples
    --------
    >>> _time(7.4), _time(400.0), _time(9000.0)
    ('7 s', '6 min 40 s', '2 h 30 min')
    """
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
