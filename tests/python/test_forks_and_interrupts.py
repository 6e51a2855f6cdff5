"""Processes forked off one that had threads, and Ctrl-C in products that Python computes."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator

import rhochain as rc

FORK = """
import os, sys
import numpy as np, rhochain as rc
W = np.random.default_rng(0).standard_normal((1500, 1500))
x = np.ones(1500)
A = rc.Matrix(W, threads=2)
expected = A @ x
child = os.fork()
if child == 0:
    same = np.array_equal(A @ x, expected) and np.array_equal(rc.Matrix(W, threads=2) @ x, expected)
    os._exit(0 if same else 3)
assert np.array_equal(A @ x, expected)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_process_forked_off_one_that_had_threads_works_alone_to_the_same_bits():
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], timeout=60, check=False).returncode == 0


class Interrupted(LinearOperator):
    """W, in the products `at` of which Ctrl-C arrives."""

    def __init__(self, W, at):
        self.W, self.at, self.calls = W, set(at), 0
        super().__init__(W.dtype, W.shape)

    def _count(self):
        self.calls += 1
        if self.calls in self.at:
            raise KeyboardInterrupt

    def _matmat(self, X):
        self._count()
        return self.W @ X

    def _rmatmat(self, X):
        self._count()
        return self.W.T @ X


def weights(n=60):
    return np.random.default_rng(3).standard_normal((n, n)) / np.sqrt(n)


def test_ctrl_c_in_a_product_of_an_operator_hands_over_the_bracket():
    W = weights()
    with pytest.raises(rc.Interrupted) as stopped:
        rc.spectral_radius(Interrupted(W, at=[40]), rtol=1e-12)
    assert stopped.value.bracket.matvecs >= 39
    assert rc.spectral_norm(W).value > 0  # nothing is left over for the next call


def test_ctrl_c_in_a_product_of_a_chain_hands_over_the_steps_done_and_saves_them(tmp_path):
    W, steps, v = weights(), 20_000, np.ones(60)
    slopes = np.full((steps, 60), 0.9)
    whole = rc.JacobianChain(Interrupted(W, at=[]), slopes=slopes).jvp(v)
    path = tmp_path / "state.npz"
    with pytest.raises(rc.ChainInterrupted) as stopped:
        rc.JacobianChain(Interrupted(W, at=[300]), slopes=slopes).jvp(v, checkpoint=path)
    done = stopped.value.result.done
    assert 290 <= done < steps
    np.testing.assert_array_equal(stopped.value.result.log_norms, whole.log_norms[: done + 1])
    resumed = rc.JacobianChain(Interrupted(W, at=[]), slopes=slopes).jvp(v, checkpoint=path)
    np.testing.assert_array_equal(resumed.log_norms, whole.log_norms)


def test_the_second_ctrl_c_in_one_product_ends_the_run_at_once():
    with pytest.raises(KeyboardInterrupt) as stopped:
        rc.spectral_radius(Interrupted(weights(), at=[40, 41]), rtol=1e-12)
    assert not isinstance(stopped.value, rc.Interrupted)


def test_ctrl_c_in_a_single_product_is_the_callers():
    with pytest.raises(KeyboardInterrupt):
        rc.Matrix(Interrupted(weights(), at=[1])) @ np.ones(60)
