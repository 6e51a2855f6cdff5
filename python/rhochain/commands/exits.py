"""Exit codes of the command. 75 is kept for a run that saved a checkpoint."""

__all__ = ["INTERRUPTED", "MISUSE", "OK", "PIPE_GONE", "TERMINATED", "UNWRITABLE", "VERDICT"]

OK = 0
UNWRITABLE = 1
"""Output that cannot be written."""
MISUSE = 2
"""A wrong argument, or a file that cannot be read."""
VERDICT = 3
"""A verdict that ``--fail-on`` names."""
INTERRUPTED = 130
"""Ctrl-C, as a shell reports SIGINT."""
PIPE_GONE = 141
"""The reader of a pipe has gone, as a shell reports SIGPIPE."""
TERMINATED = 143
"""As a shell reports SIGTERM."""
