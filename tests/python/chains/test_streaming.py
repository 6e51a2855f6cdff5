"""Memory maps larger than the memory given: the same bits, and resident memory within it, as the kernel counts it."""

import json
import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc
from rhochain.inputs.rows import row_source

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pages are given back on Linux")

MEASURED = """
import json, sys, threading, time
import numpy as np
from scipy import sparse
import rhochain as rc

path, dtype, kind, memory, n, steps = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), *map(int, sys.argv[5:7])
peak = {"VmRSS": 0, "RssAnon": 0, "RssFile": 0}

def status():
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    return {name: 1024 * int(lines[name].split()[0]) for name in (*peak, "VmHWM")}

def make(rows):
    W = sparse.eye_array(n, format="csr") * 1.5
    if kind == "gates":
        U = sparse.csr_array((3 * n, n))
        return rc.GRUChain.from_gates(U, h=rows, r=rows, z=rows, n=rows, q=rows, memory=memory, threads=1)
    if kind == "inputs":
        return rc.JacobianChain.from_rollout(0.5 * W, np.zeros(n), inputs=rows, memory=memory, threads=1)
    if kind == "slopes":
        return rc.JacobianChain(W, slopes=rows, memory=memory, threads=1)
    leak = 0.5 if kind == "leaky" else 1.0
    convention = "post" if kind == "leaky" else "pre"
    return rc.JacobianChain.from_states(W, rows, "tanh", convention, leak, threads=1, memory=memory)

g = np.ones(n)
make(np.zeros((3, n))).vjp(g)  # what any call takes is there before
mapped = np.memmap(path, dtype, "r", shape=(steps, n))
chain = make(mapped)
before, done = status(), threading.Event()
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")  # VmHWM begins anew

def watch():
    while not done.is_set():
        now = status()
        for name in peak:
            peak[name] = max(peak[name], now[name] - before[name])
        time.sleep(0.001)

watcher = threading.Thread(target=watch)
watcher.start()
result = getattr(chain, sys.argv[7])(g)
done.set()
watcher.join()
peak["VmHWM"] = status()["VmHWM"] - before["VmRSS"]
print(json.dumps({"peak": peak, "last": result.log_norms[-1].hex()}))
"""


def write_rows(path, dtype, steps, n):
    """Rows whose first entry differs, in a file that is not held in memory as a whole."""
    rows = np.memmap(path, dtype, "w+", shape=(steps, n))
    for begin in range(0, steps, 1000):
        rows[begin : begin + 1000] = 0.5
        rows[begin : begin + 1000, 0] = np.arange(begin, min(steps, begin + 1000)) / steps
        rows.flush()
    del rows


def measure(path, dtype, kind, memory, n, steps, direction="vjp"):
    command = [sys.executable, "-c", MEASURED, path, dtype, kind, memory, n, steps, direction]
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize(
    ("dtype", "kind", "direction"),
    [
        ("float64", "slopes", "vjp"),
        ("float32", "states", "jvp"),
        ("float64", "leaky", "vjp"),
        ("float32", "gates", "jvp"),
        ("float64", "inputs", "jvp"),
    ],
)
def test_resident_memory_stays_within_the_budget(tmp_path, dtype, kind, direction):
    n, memory = 4000, 12_000_000
    size = np.dtype(dtype).itemsize
    steps = 6 * memory // (n * size)
    path = tmp_path / "rows"
    write_rows(path, dtype, steps, n)
    assert path.stat().st_size >= 5.9 * memory
    streamed = measure(path, dtype, kind, memory, n, steps, direction)
    # Beside the rows: four vectors, log norms, and what malloc keeps.
    allowed = memory + 2_000_000
    assert streamed["peak"]["VmHWM"] <= allowed, streamed
    assert streamed["peak"]["VmRSS"] <= allowed, streamed
    assert streamed["peak"]["RssAnon"] <= allowed, streamed
    # The system maps up to a huge page more than was asked for at either end.
    assert streamed["peak"]["RssFile"] <= memory / 4 + 2 * 2**21, streamed
    # The measurement can fail: with memory for the whole file the file is resident.
    whole = measure(path, dtype, kind, 100 * memory, n, steps, direction)
    assert whole["peak"]["RssFile"] >= 4 * memory
    assert whole["last"] == streamed["last"]


@pytest.fixture
def mapped(tmp_path):
    """A writable map of (200, 50) numbers."""
    rows = np.memmap(tmp_path / "rows", np.float64, "w+", shape=(200, 50))
    rows[...] = np.random.default_rng(1).random((200, 50))
    return rows


def log_norms(rows, memory, n=50):
    W = sparse.random_array((n, n), density=0.2, rng=np.random.default_rng(2), format="csr")
    return rc.JacobianChain(W, slopes=rows, memory=memory).vjp(np.ones(n)).log_norms


def test_views_of_a_map_give_the_same_bits(mapped, tmp_path):
    swapped = np.memmap(tmp_path / "swapped", ">f8", "w+", shape=mapped.shape)
    swapped[...] = mapped
    views = [
        mapped,
        mapped[5:150:3],
        mapped[::-1],
        mapped[:, ::2],
        mapped[:, 10:40],
        mapped.T,
        np.asarray(mapped)[20:],
        swapped,
    ]
    for view in views:
        n = view.shape[1]
        expected = log_norms(np.array(view, dtype=np.float64), "2GB", n)
        for memory in (0, 64 * n, "10kB", "2GB"):
            np.testing.assert_array_equal(log_norms(view, memory, n), expected)


def test_what_was_written_to_a_map_is_kept(mapped, tmp_path):
    mapped[3] = 7.0
    expected = log_norms(np.array(mapped), "2GB")
    np.testing.assert_array_equal(log_norms(mapped, 1000), expected)
    assert (mapped[3] == 7.0).all()
    mapped.flush()
    private = np.memmap(tmp_path / "rows", np.float64, "c", shape=(200, 50))
    private[4] = 9.0  # in this process alone
    expected = log_norms(np.array(private), "2GB")
    np.testing.assert_array_equal(log_norms(private, 1000), expected)
    assert (private[4] == 9.0).all()


def test_maps_within_the_memory_and_broadcast_rows_of_one_are_borrowed(mapped):
    assert row_source("slopes", mapped, 50, memory=mapped.nbytes)[0] is mapped
    assert callable(row_source("slopes", mapped, 50, memory=mapped.nbytes - 1)[0])
    wide = np.broadcast_to(mapped[0], (10**6, 50))
    assert row_source("slopes", wide, 50, memory=1000)[0] is wide
    assert row_source("slopes", mapped, 50)[0] is mapped


class Counting:
    """Rows that note how many are asked for at a time."""

    def __init__(self, rows):
        self.rows, self.asked = rows, set()

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, part):
        self.asked.add(part.stop - part.start)
        return self.rows[part]


@pytest.mark.parametrize(("memory", "most"), [(0, 1), (64 * 50, 2), ("40kB", 25), ("1GB", 200)])
def test_no_source_is_asked_for_more_than_a_quarter(memory, most):
    rows = Counting(np.random.default_rng(1).random((200, 50)))
    log_norms(rows, memory)
    assert max(rows.asked) == most


@pytest.mark.parametrize("memory", [-1, "lots", 1.5, None])
def test_memory_that_is_none_is_told(memory):
    with pytest.raises((TypeError, ValueError), match="memory must be"):
        rc.JacobianChain(np.eye(2), slopes=np.ones((3, 2)), memory=memory)
