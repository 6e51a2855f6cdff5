"""Ctrl-C and SIGTERM in mid-run: what is known is printed, and the exit code says what happened."""

import json
import os
import signal
import time

import numpy as np
import pytest
from schemas import require_valid
from scipy import sparse

pytest.importorskip("pty")
from terminal import run_in_terminal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A random matrix that keeps every command busy for a minute at a small rtol."""
    n = 30_000
    rng = np.random.default_rng(8)
    entries = rng.standard_normal(20 * n), (rng.integers(0, n, 20 * n), rng.integers(0, n, 20 * n))
    file = tmp_path_factory.mktemp("large") / "W.npz"
    sparse.save_npz(file, sparse.coo_array(entries, shape=(n, n)).tocsr() / 4.5, compressed=False)
    return str(file)


def stopped(arguments, number, ready):
    """A command in a terminal that gets a signal once its progress shows `ready`."""
    sent = []

    def send(process, seen):
        if ready in seen and not sent:
            sent.append(time.monotonic())
            process.send_signal(number)

    code, lines = run_in_terminal(arguments, 120, during=send)
    assert sent, lines
    assert time.monotonic() - sent[0] < 20
    return code, lines


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_check_shows_the_report_so_far(large, number, code, word, tmp_path):
    report = tmp_path / "report.json"
    arguments = ["check", large, "--activation", "tanh", "--rtol", "1e-8", "--json", report]
    found, lines = stopped(arguments, number, b"rho(W)  [")
    assert found == code
    assert lines[-2:] == [f"rhochain: {word}", ""]
    text = "\n".join(lines)
    assert "How it was computed" in text
    plain = json.loads(report.read_text(encoding="utf-8"))
    require_valid("report", plain)
    assert plain["perron_radius"]["status"] == "converged"
    assert plain["spectral_radius"]["status"] == "budget_spent"
    assert plain["spectral_radius"]["upper"]["value"] < float("inf")


def test_a_bracket_so_far_is_shown_as_text(large):
    code, lines = stopped(["radius", large, "--rtol", "1e-9"], signal.SIGINT, b" products")
    assert code == 130
    assert any(line.startswith("at most     ") and "PROBABLE" in line for line in lines)
    assert any(line.startswith("status      ended early; the bounds hold") for line in lines)
    assert lines[-2:] == ["rhochain: interrupted", ""]


def test_nothing_is_written_by_a_rescaling_that_ends_early(large, tmp_path):
    out = tmp_path / "out.npz"
    arguments = ["rescale", large, out, "--radius", "0.9", "--rtol", "1e-9"]
    code, lines = stopped(arguments, signal.SIGTERM, b" products")
    assert code == 143
    assert not out.exists()
    assert "rhochain: terminated at Bracket(" in "\n".join(lines)


def test_a_chain_says_how_far_it_came(large):
    code, lines = stopped(["lyapunov", large, "--steps", "1000000"], signal.SIGINT, b"Lyapunov exponents  ")
    assert code == 130
    assert "exponents   none yet" in "\n".join(lines) or "lambda_1" in "\n".join(lines)
    assert lines[-2:] == ["rhochain: interrupted", ""]


def test_json_holds_the_bracket_so_far(large, tmp_path):
    answer = tmp_path / "norm.json"
    code, lines = stopped(["norm", large, "--rtol", "1e-13", "--json", answer], signal.SIGTERM, b" products")
    assert code == 143, lines
    plain = json.loads(answer.read_text(encoding="utf-8"))
    require_valid("bracket", plain)
    assert plain["status"] == "budget_spent"
