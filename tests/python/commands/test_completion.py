"""Completion: what bash gets, and that its script works in a shell."""

import os
import shutil
import subprocess
import sys

import pytest

BASH = shutil.which("bash")


def completed(*words):
    """What the shell offers in place of the last word."""
    line = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1), "_RHOCHAIN_COMPLETE": "complete_bash"}
    done = subprocess.run(
        [sys.executable, "-m", "rhochain"], env=os.environ | line, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["rhochain", "ch"], ["check", "chain"]),
        (["rhochain", "check", "W.npy", "--activation", "tan"], ["tanh", "tanhshrink"]),
        (["rhochain", "check", "W.npy", "--fail-on", "VAN"], ["VANISHES", "VANISHES_ON_TRAJECTORY"]),
    ],
)
def test_words_are_completed(words, expected):
    assert completed(*words) == expected


@pytest.mark.skipif(BASH is None, reason="needs bash")
def test_the_script_completes_in_bash(tmp_path):
    program = tmp_path / "rhochain"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m rhochain "$@"\n')
    program.chmod(0o755)
    script = """
        script=$(rhochain --show-completion) || exit 1
        eval "$script"
        COMP_WORDS=(rhochain radi) COMP_CWORD=1
        $(complete -p rhochain | sed 's/.*-F \\([^ ]*\\) .*/\\1/') rhochain radi rhochain
        echo "${COMPREPLY[@]}"
    """
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [BASH, "-c", script], env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.strip()) == (0, "radius"), done.stderr
