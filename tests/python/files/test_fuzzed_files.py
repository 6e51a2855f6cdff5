"""No file ends the process: random edits of good files, read in child processes, give a matrix or one line."""

import re
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from container_mutations import CONTAINERS, KINDS, LIBRARIES

pytest.importorskip("resource")

CHILD = Path(__file__).parents[1] / "oracles/file_reading_child.py"
FILES = 400
SECONDS_A_FILE = 20  # of a busy machine, for files that take milliseconds


def read_in_a_child(kind, seed, *, reader="load", files=FILES, seconds=SECONDS_A_FILE):
    """The exit code, the number of the last file begun, the last line, and what went wrong."""
    command = [sys.executable, CHILD, reader, kind, seed, 0, files, seconds]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600)
    lines = done.stdout.splitlines()
    begun = [line for line in lines if line.isdigit()]
    return done.returncode, int(begun[-1]) if begun else None, lines[-1] if lines else "", done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_gives_a_matrix_or_one_line(kind):
    if kind in LIBRARIES:
        pytest.importorskip(LIBRARIES[kind])
    seed = secrets.randbits(32)
    code, last, summary, errors = read_in_a_child(kind, seed)
    repeat = f"mutated_file({kind!r}, {seed}, {last}): code {code}\n{errors}"
    assert code == 0, repeat
    loaded, refused = map(int, re.findall(r"(?:loaded|refused) (\d+)", summary))
    assert loaded + refused == FILES
    # The edits break most files of text and arrays, but not all. Much of a container is not read.
    assert loaded > 0, summary
    assert refused > (FILES // 20 if kind in CONTAINERS else FILES // 3), summary


@pytest.mark.parametrize(
    ("reader", "code", "complaint"),
    [
        ("abort", -signal.SIGABRT, ""),
        ("sleep", -signal.SIGALRM, ""),
        ("hoard", 1, "bytes"),
        ("accept all", 1, "isfinite"),
        ("refuse without place", 1, "AssertionError"),
        ("raise", 1, "KeyError"),
    ],
)
def test_a_reader_that_fails_is_found_with_the_file(reader, code, complaint):
    seconds = 1 if reader == "sleep" else SECONDS_A_FILE
    found, last, _, errors = read_in_a_child("text", 7, reader=reader, files=20, seconds=seconds)
    assert found == code
    assert last is not None
    assert complaint in errors
