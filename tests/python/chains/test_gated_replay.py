"""Runs of gated cells that memory does not hold: the bits of those that keep everything, within the memory given."""

import math
import subprocess
import sys

import numpy as np
import pytest
from gated_cells import network

import rhochain as rc
from rhochain.chains.gated_replay import GateReplay
from rhochain.chains.gated_runs import CellArguments, CellRun

CHAINS = {"gru": rc.GRUChain, "lstm": rc.LSTMChain}
CELLS = list(CHAINS)


def chain_of(cell, net, inputs=None, **options):
    start = dict(zip(("h0", "c0"), net.state, strict=False))
    given = net.inputs if inputs is None else inputs
    return CHAINS[cell].from_rollout(net.U, given, **start, bias=net.bias, **options)


class Rows:
    """Inputs as a data set gives them."""

    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, at):
        return self.rows[at]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("memory", [1300, 2500, 4000, 9000])
def test_the_bits_are_those_of_a_run_that_keeps_everything(cell, memory):
    net = network(cell, n=3, K=79, gain=1.2, seed=2)
    whole, replayed = chain_of(cell, net), chain_of(cell, net, memory=max(memory, 1900) if cell == "lstm" else memory)
    assert whole.record is not None
    assert replayed.record is None
    assert replayed.steps == 79
    g = np.random.default_rng(3).standard_normal((whole.shape[0], 2))
    for name in ("vjp", "jvp"):
        a, b = getattr(whole, name)(g), getattr(replayed, name)(g)
        for x, y in zip(a.vectors, b.vectors, strict=True):
            np.testing.assert_array_equal(x, y)
        np.testing.assert_array_equal(a.log_norms, b.log_norms)
    assert whole.norm().value == replayed.norm().value
    np.testing.assert_array_equal(whole.lyapunov(2).exponents, replayed.lyapunov(2).exponents)
    np.testing.assert_array_equal(np.ravel(whole.final_state), np.ravel(replayed.final_state))


@pytest.mark.parametrize("cell", CELLS)
def test_inputs_that_are_fetched(cell):
    net = network(cell, n=4, K=60, gain=1.0, seed=5)
    whole, replayed = chain_of(cell, net), chain_of(cell, net, Rows(net.inputs), memory=4000)
    g = np.ones(whole.shape[0])
    np.testing.assert_array_equal(whole.vjp(g).vectors[0], replayed.vjp(g).vectors[0])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("steps", [1, 2, 7, 100, 1000])
def test_what_is_kept_stays_within_memory(cell, steps):
    n = 5
    net = network(cell, n=n, K=steps, gain=0.5, seed=1)
    vectors = 2 if cell == "lstm" else 1
    with pytest.raises(MemoryError, match=r"takes (\d+) bytes at least") as refused:
        chain_of(cell, net, memory=1)
    least = int(str(refused.value).split(" takes ")[1].split()[0])
    assert least <= 8 * n * (2 * math.sqrt(5 * vectors * steps) + 30)
    held = []

    class Counted(GateReplay):
        def _gates(self, piece):
            gates = super()._gates(piece)
            states = sum(a.nbytes for s in self._states for a in (s if cell == "lstm" else s[:1]))
            held.append(states + sum(a.nbytes for a in gates) + 5 * self.block_bytes)
            return gates

    h0, c0 = (*net.state, None)[:2]
    counted = Counted(CellRun(cell, rc.Matrix(net.U), CellArguments(net.inputs, h0, c0, bias=net.bias)), least)
    out = np.empty((1, n))
    for fetch, _ in counted.columns():
        for k in range(steps):
            fetch(k, k + 1, out)
    assert max(held) <= least


class Interrupting(Rows):
    """Ctrl-C while blocks of rows before `end` are read, once armed."""

    end = 0

    def __getitem__(self, at):
        if at.start < self.end and at.stop - at.start > 1:
            raise KeyboardInterrupt
        return super().__getitem__(at)


@pytest.mark.parametrize("cell", CELLS)
def test_ctrl_c_while_gates_are_computed_again_leaves_a_checkpoint(cell, tmp_path):
    net = network(cell, n=300, K=3000, gain=1.0, seed=4)
    path, inputs = tmp_path / "chain.npz", Interrupting(net.inputs)
    chain = chain_of(cell, net, inputs, memory="2MB")
    g = np.ones(chain.shape[0])
    expected = chain.vjp(g)
    inputs.end = 1000
    with pytest.raises(rc.ChainInterrupted) as stop:
        chain.vjp(g, checkpoint=path)
    inputs.end = 0
    assert 1000 <= stop.value.result.done < 3000
    # Another memory, all of it kept: the same chain all the same.
    resumed = chain_of(cell, net).vjp(g, checkpoint=path)
    np.testing.assert_array_equal(resumed.vectors[0], expected.vectors[0])
    np.testing.assert_array_equal(resumed.log_norms, expected.log_norms)
    inputs.end = 1000
    path.unlink()
    with pytest.raises(rc.ChainInterrupted):
        chain.vjp(g, checkpoint=path)
    with pytest.raises(ValueError, match="is of another run"):
        chain_of(cell, network(cell, n=300, K=3000, gain=1.0, seed=5), memory="2MB").vjp(g, checkpoint=path)


def test_a_step_beyond_float64_is_named_by_its_number():
    inputs = np.zeros((50, 6))
    inputs[37] = 1.7e308
    with pytest.raises(OverflowError, match="step 37"):
        rc.GRUChain.from_rollout(np.zeros((6, 2)), inputs, input_bias=np.full(6, 1.7e308), memory=1000)


RESIDENT = """
import numpy as np, rhochain as rc
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
n, K = 4000, 2000
rng = np.random.default_rng(0)
U = rc.Matrix(__import__("scipy.sparse", fromlist=["x"]).random_array((3 * n, n), density=1e-3, rng=rng, format="csr"))
inputs = np.broadcast_to(rng.standard_normal(3 * n), (K, 3 * n))
g = np.ones(n)
rc.GRUChain.from_rollout(U, inputs[:40]).vjp(g)
before = peak()
chain = rc.GRUChain.from_rollout(U, inputs, memory="16MB")
chain.vjp(g)
print((peak() - before) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_resident_memory_of_a_long_run():
    # The whole record would take 320 MB.
    grown = int(subprocess.run([sys.executable, "-c", RESIDENT], capture_output=True, text=True, check=True).stdout)
    assert grown <= 16e6
