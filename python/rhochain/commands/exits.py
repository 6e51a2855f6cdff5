"""Exit codes of the command."""

__all__ = ["ENDED", "INTERRUPTED", "MISUSE", "OK", "PIPE_GONE", "TERMINATED", "UNFINISHED", "UNWRITABLE", "VERDICT"]

OK = 0
UNWRITABLE = 1
"""Output that cannot be written."""
MISUSE = 2
"""A wrong argument, or a file that cannot be read."""
VERDICT = 3
"""A verdict that ``--fail-on`` names."""
UNFINISHED = 75
"""The same command goes on from the checkpoint: EX_TEMPFAIL of sysexits.h."""
INTERRUPTED = 130
"""Ctrl-C, as a shell reports SIGINT."""
ENDED = 138
"""As a shell reports SIGUSR1."""
PIPE_GONE = 141
"""The reader of a pipe has gone, as a shell reports SIGPIPE."""
TERMINATED = 143
"""As a shell reports SIGTERM."""
