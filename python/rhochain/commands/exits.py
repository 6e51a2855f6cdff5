"""Exit codes of the command."""

__all__ = ["INTERRUPTED", "MISUSE", "OK", "PIPE_GONE", "UNWRITABLE"]

OK = 0
UNWRITABLE = 1
"""Output that cannot be written."""
MISUSE = 2
INTERRUPTED = 130
"""Ctrl-C, as a shell reports SIGINT."""
PIPE_GONE = 141
"""The reader of a pipe has gone, as a shell reports SIGPIPE."""
