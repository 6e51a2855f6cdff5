"""A command in a pseudo-terminal of a given width: what its user sees."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

_CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]")
_QUIET = {"NO_COLOR", "CI", "COLUMNS", "LINES"}


def environment(**more):
    """That of the tests, as a person's shell has it."""
    return {name: value for name, value in os.environ.items() if name not in _QUIET} | {"TERM": "xterm-256color"} | more


def run_in_terminal(arguments, columns, *, during=None, **more):
    """The exit code of ``rhochain ARGUMENTS`` and its lines, without control sequences.

    `during` is called with the process and what the terminal got so far, again and again while the command runs.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    command = [sys.executable, "-m", "rhochain", *map(str, arguments)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**more))
    os.close(theirs)
    os.set_blocking(ours, False)
    seen, ended, end = b"", False, time.monotonic() + 60
    while time.monotonic() < end:
        ended = process.poll() is not None
        try:
            while block := os.read(ours, 1 << 16):
                seen += block
        except (BlockingIOError, OSError):  # nothing now, or the other end is closed
            pass
        if ended:
            break
        if during is not None:
            during(process, seen)
        time.sleep(0.02)
    os.close(ours)
    if not ended:
        process.kill()
        raise TimeoutError(f"still running after a minute; got {seen!r}")
    return process.wait(), _CONTROL.sub(b"", seen).decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
