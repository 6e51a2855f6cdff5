"""Threads, memory and instruction sets as callers state them; the layouts for products and what they cost."""

import gc
import multiprocessing
import os
import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc
from rhochain.inputs.resources import byte_count, thread_count


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("7", 7), ("3kB", 3000), ("1.5 MiB", 3 * 2**19), ("2 g", 2 * 10**9), (" 1TiB ", 2**40)],
)
def test_amounts(text, count):
    assert byte_count("memory", text) == count


@pytest.mark.parametrize(
    ("amount", "error"), [("two GB", ValueError), ("-1", ValueError), (-1, ValueError), (1.5, TypeError)]
)
def test_bad_amounts_name_the_argument(amount, error):
    with pytest.raises(error, match="memory must be"):
        rc.Matrix(np.eye(2), memory=amount)


def layout_bytes(rows: int, nnz: int, itemsize: int) -> int:
    """Entries and columns, 128 spare columns, row and length of 8 lanes, start and kind of each slice."""
    slices = -(-rows // 8)
    return nnz * (4 + itemsize) + 128 * 4 + slices * 8 * 8 + (slices + 1) * 8 + slices


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layouts_change_time_alone(dtype, index):
    W = sparse.random_array((500, 400), density=0.02, rng=np.random.default_rng(1), dtype=dtype, format="csr")
    W.indptr, W.indices = W.indptr.astype(index), W.indices.astype(index)
    plain, prepared = rc.Matrix(W, layout="csr"), rc.Matrix(W)
    a, b = rc.spectral_norm(plain), rc.spectral_norm(prepared)
    assert (a.lower, a.value, a.upper, a.matvecs) == (b.lower, b.value, b.upper, b.matvecs)
    assert plain.nbytes == 0
    itemsize = dtype().itemsize
    assert prepared.nbytes == layout_bytes(500, W.nnz, itemsize) + layout_bytes(400, W.nnz, itemsize)
    x = np.random.default_rng(2).standard_normal((500, 3))
    assert np.array_equal(plain.rmatmat(x), prepared.rmatmat(x))


def test_a_layout_is_made_for_the_second_product_on_its_side():
    W = sparse.random_array((300, 200), density=0.1, rng=np.random.default_rng(3), format="csr")
    A = rc.Matrix(W)
    x, y = np.ones(200), np.ones(300)
    first = A @ x, A.T @ y
    assert A.nbytes == 0
    assert np.array_equal(first[0], A @ x)
    assert A.nbytes == layout_bytes(300, W.nnz, 8)
    assert np.array_equal(first[1], A.T @ y)
    assert A.nbytes == layout_bytes(300, W.nnz, 8) + layout_bytes(200, W.nnz, 8)


@pytest.mark.parametrize("steps", [1, 2])
def test_a_gated_run_of_one_step_makes_no_layout(steps):
    U = rc.Matrix(sparse.random_array((300, 100), density=0.1, rng=np.random.default_rng(5), format="csr"))
    rc.GRUChain.from_rollout(U, np.zeros((steps, 300)))
    assert U.nbytes == (0 if steps == 1 else layout_bytes(300, U.nnz, 8))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_with_a_block_of_no_columns(dtype):
    W = sparse.random_array((300, 200), density=0.1, rng=np.random.default_rng(6), format="csr", dtype=dtype)
    A = rc.Matrix(W)
    for _ in range(3):
        assert (A @ np.ones((200, 0))).shape == (300, 0)
        assert (A.T @ np.ones((300, 0))).shape == (200, 0)


def test_a_budget_for_one_layout_goes_to_the_transpose():
    W = sparse.random_array((300, 300), density=0.1, rng=np.random.default_rng(1), format="csr")
    one = layout_bytes(300, W.nnz, 8)
    for memory, held in ((one - 1, 0), (one, one), (2 * one - 1, one), (2 * one, 2 * one)):
        A = rc.Matrix(W, memory=memory)
        rc.scaled_norm(A, max_matvecs=100)
        assert A.nbytes == held


def test_one_layout_serves_vectors_on_both_sides_and_blocks_need_one_of_the_transpose():
    W = sparse.random_array((60_000, 60_000), density=1e-5 * 16, rng=np.random.default_rng(4), format="csr")
    A, plain = rc.Matrix(W), rc.Matrix(W, layout="csr")
    x = np.random.default_rng(5).standard_normal(60_000)
    for _ in range(2):
        assert np.array_equal(A @ x, plain @ x)
    once = A.nbytes
    assert 1.0 <= once / (W.nnz * 12) <= 1.01
    for _ in range(2):
        assert np.array_equal(A.T @ x, plain.T @ x)
    rc.spectral_norm(A)
    assert A.nbytes == once
    X = np.stack([x, -x], axis=1)
    for _ in range(2):
        assert np.array_equal(A @ X, plain @ X)
    assert A.nbytes == once
    for _ in range(2):
        assert np.array_equal(A.T @ X, plain.T @ X)
    assert A.nbytes == once + layout_bytes(60_000, W.nnz, 8)


def test_rows_out_of_order_have_the_bits_of_their_own_order():
    W = sparse.random_array((60_000, 60_000), density=1e-5 * 16, rng=np.random.default_rng(6), format="csr")
    order = np.arange(W.nnz)
    longest = int(np.argmax(np.diff(W.indptr)))
    row = slice(W.indptr[longest], W.indptr[longest + 1])
    order[row] = order[row][::-1]
    V = sparse.csr_array((W.data[order], W.indices[order], W.indptr), shape=W.shape)
    x = np.random.default_rng(7).standard_normal(60_000)
    A, plain = rc.Matrix(V), rc.Matrix(V, layout="csr")
    for _ in range(2):
        assert np.array_equal(A @ x, plain @ x)
        assert np.array_equal(A.T @ x, plain.T @ x)
    assert A.nbytes == 2 * layout_bytes(60_000, W.nnz, 8)


def address(a):
    return a.__array_interface__["data"][0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_memory_of_a_result_serves_again_once_nobody_holds_it(dtype):
    W = sparse.random_array((40_000, 30_000), density=1e-4, rng=np.random.default_rng(8), dtype=dtype, format="csr")
    A, plain = rc.Matrix(W), rc.Matrix(W, layout="csr")
    X = np.random.default_rng(9).standard_normal((30_000, 4)).astype(dtype)
    expected = plain @ X
    assert plain.spare_bytes == A.spare_bytes == 0
    results = [A @ X for _ in range(3)]
    assert len({address(Y) for Y in results}) == 3
    assert all(np.array_equal(Y, expected) for Y in results)
    part = results.pop()[5:7]
    kept = address(results[1])
    del results[1]
    assert A.spare_bytes >= expected.nbytes
    again = A @ -X
    assert address(again) == kept
    assert np.array_equal(part, expected[5:7])
    assert np.array_equal(results[0], expected)
    assert np.array_equal(again, -expected)
    del A
    gc.collect()
    assert np.array_equal(again, -expected)


def test_spare_memory_stays_within_what_layouts_leave_of_the_budget():
    W = sparse.random_array((40_000, 40_000), density=1e-4, rng=np.random.default_rng(10), format="csr")
    X = np.random.default_rng(11).standard_normal((40_000, 4))
    layout = layout_bytes(40_000, W.nnz, 8)
    A = rc.Matrix(W, memory=layout + X.nbytes)
    for _ in range(2):
        A @ X, A @ X[:, :2]
        assert 0 < A.spare_bytes <= layout + X.nbytes
    first, second = A.T @ X, A.T @ X
    assert A.nbytes == layout
    del first, second
    assert A.spare_bytes <= X.nbytes
    B = rc.Matrix(W, memory=layout)
    B.T @ X, B.T @ X
    assert (B.nbytes, B.spare_bytes) == (layout, 0)


def test_blocks_off_the_cache_lines_have_the_bits_of_those_on_them():
    W = sparse.random_array((50_000, 50_000), density=1e-4, rng=np.random.default_rng(12), format="csr")
    A, plain = rc.Matrix(W), rc.Matrix(W, layout="csr")
    numbers = np.random.default_rng(13).standard_normal(50_000 * 8 + 8)
    for shift in range(8):
        X = numbers[shift : shift + 400_000].reshape(50_000, 8)
        for _ in range(2):
            assert np.array_equal(A @ X, W @ X)
            assert np.array_equal(A.T @ X, plain.T @ X)


def test_an_unknown_layout():
    with pytest.raises(ValueError, match='layout must be "auto", "csr" or "dense"; got \'sell\''):
        rc.Matrix(np.eye(2), layout="sell")


def bits_with(isa: str) -> subprocess.CompletedProcess[str]:
    program = """
import numpy as np, rhochain as rc
from scipy import sparse
W = sparse.random_array((700, 700), density=0.02, rng=np.random.default_rng(5), format="csr")
A = rc.Matrix(W)
X = np.random.default_rng(6).standard_normal((700, 11))
products = [(B @ X[:, :b]).tobytes() for B in (A, A.T) for b in (1, 2, 8, 11) for _ in range(2)]
norm = rc.spectral_norm(A)
import hashlib
print(hashlib.sha256(b"".join(products)).hexdigest(), norm.lower, norm.value, norm.upper)
"""
    environment = {**os.environ, "RHOCHAIN_ISA": isa}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)


def test_every_instruction_set_gives_the_same_bits():
    runs = {isa: bits_with(isa) for isa in ("baseline", "avx2", "avx512")}
    # A set that this processor lacks is refused, which the next test is about.
    outputs = {run.stdout for run in runs.values() if run.returncode == 0}
    assert runs["baseline"].returncode == 0
    assert len(outputs) == 1


def test_an_unknown_instruction_set_is_refused():
    run = bits_with("sse9")
    assert run.returncode != 0
    assert "RHOCHAIN_ISA: got sse9, expected one of" in run.stderr


@pytest.mark.parametrize("options", [{"layout": "csr"}, {"memory": "1GB"}])
def test_layouts_are_chosen_for_the_matrix_itself(options):
    A = rc.Matrix(np.eye(3))
    assert rc.Matrix(A, threads=1).operator is A.operator
    with pytest.raises(ValueError, match="memory and layout are chosen for the matrix itself"):
        rc.Matrix(A, **options)


@pytest.mark.parametrize("memory", [2**63, 2**70, "1e9 TB", "99999999999 TB"])
def test_more_memory_than_an_address_tells_is_refused_by_name(memory):
    with pytest.raises(ValueError, match="memory must be"):
        rc.Matrix(np.eye(3), memory=memory)


def test_vectors_that_do_not_lie_on_their_own_size_are_copied():
    raw = np.zeros(8 * 50 + 1, np.uint8)
    x = raw[1:].view(np.float64)
    x[:] = np.arange(50)
    assert not x.flags.aligned
    W = sparse.random_array((50, 50), density=0.2, format="csr", rng=np.random.default_rng(1))
    chain = rc.JacobianChain(W, slopes=np.ones((3, 50)))
    np.testing.assert_array_equal(rc.Matrix(W) @ x, rc.Matrix(W) @ x.copy())
    np.testing.assert_array_equal(chain.vjp(x).log_norms, chain.vjp(x.copy()).log_norms)


STARVED = """
import resource
import numpy as np, rhochain as rc
from scipy import sparse
n, degree = 200_000, 20
rng = np.random.default_rng(0)
columns = np.sort(rng.integers(0, n, (n, degree), dtype=np.int32), axis=1)
pointers = np.arange(0, n * degree + 1, degree)
W = sparse.csr_array((rng.standard_normal(n * degree), columns.reshape(-1), pointers), shape=(n, n))
W.sum_duplicates()
A, x = rc.Matrix(W), np.ones(n)
expected = A @ x
held = 1024 * next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmSize"))
resource.setrlimit(resource.RLIMIT_AS, (held + 2**24, -1))  # less than a layout takes
for _ in range(3):
    assert np.array_equal(A @ x, expected)
assert A.nbytes == 0
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="this system does not report the size of a process")
def test_a_layout_that_the_system_has_no_memory_for_is_done_without():
    run = subprocess.run([sys.executable, "-c", STARVED], timeout=120, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def default_threads(code: str = "", environment: dict[str, str] | None = None) -> int:
    """What `rhochain info` says of a fresh process that runs `code` first."""
    source = f"{code}\nimport rhochain._core as core\nprint(core.build_info()['threads'])"
    kept = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    environment = kept | (environment or {})
    ran = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=True)
    return int(ran.stdout)


def test_default_threads_are_those_of_the_environment_or_of_the_affinity():
    assert default_threads(environment={"OMP_NUM_THREADS": "7"}) == 7
    assert default_threads(environment={"OMP_NUM_THREADS": " 3,2"}) == 3
    if hasattr(os, "sched_setaffinity"):
        cores = len(os.sched_getaffinity(0))
        assert default_threads() <= cores
        one = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"
        assert default_threads(one) == 1
        # Whether before the library is loaded or after.
        assert default_threads(f"import rhochain\n{one}") == 1
        assert default_threads(one, {"OMP_NUM_THREADS": "3"}) == 3


def thread_count_here(_: int) -> int:
    return thread_count(None)


def test_workers_of_a_pool_use_one_thread_unless_the_environment_says_more(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert thread_count(None) == 0
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(thread_count_here, [0]) == [1]
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(thread_count_here, [0]) == [0]
