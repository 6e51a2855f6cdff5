"""What a person sees in a terminal of 80 and 120 columns, and that pipes see none of the progress."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from rhochain.chains.progress import ChainProgress
from rhochain.commands.progress import ProgressLine, wanted
from rhochain.estimates.brackets import Progress

pytest.importorskip("pty")
from terminal import environment, run_all_in_terminal, run_in_terminal

CELEGANS = Path(__file__).parents[3] / "examples/data/celegans_chemical.mtx"
COMMANDS = {
    "radius": ["radius", CELEGANS],
    "norm": ["norm", CELEGANS, "--vector", "OUT.npy"],
    "scale": ["scale", CELEGANS],
    "chain": ["chain", CELEGANS, "--steps", "50"],
    "lyapunov": ["lyapunov", CELEGANS, "--steps", "200"],
    "rescale": ["rescale", CELEGANS, "OUT.npz", "--radius", "0.9"],
    "convert": ["convert", CELEGANS, "OUT.npz"],
    "compare": ["compare", CELEGANS, CELEGANS],
    "check": ["check", CELEGANS, CELEGANS, "--activation", "tanh", "--quick"],
    "report": ["check", CELEGANS, "--activation", "tanh"],
    "info": ["info"],
    "help": ["rescale", "--help"],
}


@pytest.fixture(scope="module", params=[80, 120])
def shown(request, tmp_path_factory):
    """Width, exit code and lines of each command in a terminal."""
    folder = tmp_path_factory.mktemp("written")

    def word(given):
        return os.path.relpath(CELEGANS) if given == CELEGANS else str(given).replace("OUT", str(folder / "w"))

    commands = [[word(each) for each in command] for command in COMMANDS.values()]
    found = run_all_in_terminal(commands, request.param)
    return {name: (request.param, str(folder), *each) for name, each in zip(COMMANDS, found, strict=True)}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_line_fits(command, shown):
    columns, folder, code, lines = shown[command]
    assert code == 0, lines
    assert max(len(line) for line in lines if folder not in line) <= columns  # a path is not broken
    assert not any("Traceback" in line or "\x1b" in line for line in lines)
    assert any(line.strip() for line in lines)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A random matrix whose radius takes some seconds at a small rtol."""
    n = 120_000
    rng = np.random.default_rng(3)
    entries = rng.standard_normal(10 * n), (rng.integers(0, n, 10 * n), rng.integers(0, n, 10 * n))
    file = tmp_path_factory.mktemp("large") / "W.npz"
    sparse.save_npz(file, sparse.coo_array(entries, shape=(n, n)).tocsr(), compressed=False)
    return file


@pytest.mark.parametrize("columns", [80, 120])
def test_the_bracket_shrinks_on_the_terminal_and_is_gone_in_the_end(large, columns):
    code, lines = run_in_terminal(["radius", large, "--rtol", "1e-9", "--max-seconds", "1.5"], columns)
    assert code == 0
    seen = [line for line in lines if line.startswith("rho(W)  [")]
    assert max(map(len, lines)) <= columns or str(large) in max(lines, key=len)
    assert all("products" in line and "left" in line for line in seen)
    widths = [float(line.split(" .. ")[1].split("]")[0]) for line in seen if "?" not in line]
    assert len(set(widths)) > 1
    assert widths == sorted(widths, reverse=True)
    assert any(line.startswith("status      ended early") for line in lines[-3:])


@pytest.mark.parametrize(
    ("more", "options"), [({"NO_COLOR": "1"}, []), ({"CI": "true"}, []), ({}, ["--quiet"]), ({"TERM": "dumb"}, [])]
)
def test_progress_can_be_turned_off(large, more, options):
    code, lines = run_in_terminal(["radius", large, "--max-seconds", "0.3", *options], 80, **more)
    assert code == 0
    assert lines[0].startswith("file ")


def test_a_pipe_sees_no_progress(large):
    command = [sys.executable, "-m", "rhochain", "radius", str(large), "--max-seconds", "0.3"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout


def test_the_line_says_what_is_known():
    now = [100.0]
    line = ProgressLine("reading W.npz", clock=lambda: now[0])
    assert str(line) == "reading W.npz  0 s"
    line.begin("rho(W)", max_seconds=60.0)
    now[0] += 3.0
    line.bracket(Progress(412, 3.0, 35.81, 36.0, 36.26))
    assert str(line) == "rho(W)  [35.81 .. 36.26]  1.2 %  412 products  3 s  at most 57 s left"
    line.bracket(Progress(1412, 3.0, 0.0, 36.0, np.inf, "scaled_norm"))
    assert str(line) == "mu_D(W)  [0 .. ?]  1,412 products  3 s  at most 57 s left"
    line.begin("gradient")
    line.steps(ChainProgress(250, 1000, 100.0))
    now[0] += 100.0
    assert str(line) == "gradient  step 250 of 1,000  1 min 40 s  5 min 0 s left"


@pytest.mark.parametrize(
    ("quiet", "environment", "terminal", "expected"),
    [
        (False, {}, True, True),
        (False, {"CI": ""}, True, True),
        (True, {}, True, False),
        (False, {}, False, False),
        (False, {"NO_COLOR": "1"}, True, False),
        (False, {"TERM": "dumb"}, True, False),
    ],
)
def test_when_progress_is_wanted(quiet, environment, terminal, expected):
    assert wanted(quiet, environment, terminal=terminal) is expected
