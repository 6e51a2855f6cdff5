"""Commands in a pseudo-terminal of a given width: what their user sees."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

_CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]")
_UNUSUAL = {"NO_COLOR", "CI", "COLUMNS", "LINES"}
_END = "end of command: "
# Several commands in one process, each as a process of its own would run it.
_MANY = f"""
import json, sys
from rhochain.cli import main
for arguments in json.loads(sys.argv[1]):
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    print("{_END}", code, sep="", flush=True)
"""


def environment(**more):
    """That of the tests, as a person's shell has it."""
    usual = {name: value for name, value in os.environ.items() if name not in _UNUSUAL}
    return usual | {"TERM": "xterm-256color"} | more


def run_in_terminal(arguments, columns, *, during=None, **more):
    """The exit code of ``rhochain ARGUMENTS`` and its lines, without control sequences.

    `during` is called with the process and what the terminal got so far, again and again while the command runs.
    """
    return _run(["-m", "rhochain", *map(str, arguments)], columns, during, more)


def run_all_in_terminal(commands, columns):
    """The same of several commands, one after the other in one terminal: a list of exit codes and lines."""
    code, lines = _run(["-c", _MANY, json.dumps([[*map(str, each)] for each in commands])], columns, None, {})
    if code != 0:
        raise RuntimeError("\n".join(lines))
    found, begin = [], 0
    for place, line in enumerate(lines):
        if line.startswith(_END):
            found.append((int(line.removeprefix(_END)), lines[begin:place]))
            begin = place + 1
    return found


def _run(arguments, columns, during, more):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**more))
    os.close(theirs)
    os.set_blocking(ours, False)
    seen, ended, end = b"", False, time.monotonic() + 60
    while time.monotonic() < end and not ended:
        ended = process.poll() is not None
        seen += _read(ours)
        if during is not None and not ended:
            during(process, seen)
        time.sleep(0.02)
    os.close(ours)
    if not ended:
        process.kill()
        process.wait()
        raise TimeoutError(f"still running after a minute; got {seen!r}")
    text = _CONTROL.sub(b"", seen).decode()
    return process.returncode, text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _read(terminal):
    """What it has now; a terminal whose other end is closed raises an error on Linux."""
    seen = b""
    try:
        while block := os.read(terminal, 1 << 16):
            seen += block
    except OSError:
        pass
    return seen
