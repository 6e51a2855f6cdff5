"""Runs that a file keeps: the options, and how a command ends whose run goes on another time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from rhochain.commands.exits import OK, UNFINISHED
from rhochain.commands.output import require_writable, tell
from rhochain.commands.signals import signals

__all__ = ["Saving"]


@dataclass(frozen=True)
class Saving:
    """The arguments of an estimate about its file. None leaves the default to the Python function."""

    checkpoint: Annotated[
        str | None,
        typer.Option("--checkpoint", metavar="PATH", help="Keep the state of the run; the same command goes on."),
    ] = None
    checkpoint_seconds: Annotated[
        float | None, typer.Option(metavar="S", help="Least time between two saves (default 300).")
    ] = None

    def begin(self) -> None:
        """ValueError now rather than after hours; from here on a signal to end leaves a run that goes on."""
        if self.checkpoint is None:
            if self.checkpoint_seconds is not None:
                raise ValueError("--checkpoint-seconds goes with --checkpoint")
            return
        require_writable("--checkpoint", self.checkpoint)
        signals.checkpoint = self.checkpoint

    def end(self, stop: BaseException | None = None, *, out_of_time: bool, otherwise: int = OK) -> int:
        """The exit code after the answer was shown. Raises `stop`, what ended the run, as the command line expects it.

        Parameters
        ----------
        stop : exception, optional
        out_of_time : bool
            Whether the time budget ended the run.
        otherwise : int
            The code of a run that is done.
        """
        for failure in (stop, None if stop is None else stop.__cause__):
            if isinstance(failure, OSError):
                raise failure
        if stop is not None or signals.asked:
            raise KeyboardInterrupt from stop
        if self.checkpoint is None or not out_of_time:
            return otherwise
        tell(f"the time is spent{signals.how_to_go_on}")
        return UNFINISHED
