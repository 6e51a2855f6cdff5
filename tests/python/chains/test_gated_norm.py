"""ln ||P||_2 of GRU and LSTM chains: dense products in long double, closed forms, grades, budgets, misuse."""

import mpmath
import numpy as np
import pytest
from gated_cells import large_weights, network
from scipy.sparse.linalg import LinearOperator, aslinearoperator

import rhochain as rc

CELLS = ("gru", "lstm")
CHAINS = {"gru": rc.GRUChain, "lstm": rc.LSTMChain}


def from_gates(net, **options):
    return CHAINS[net.cell].from_gates(net.U, **net.gates(), **options)


def log_norm(P):
    """Of a matrix in long double, whatever the size of its entries."""
    shift = int(np.frexp(np.abs(P).max())[1])
    return float(np.log(np.linalg.norm(np.float64(np.ldexp(P, -shift)), 2)) + shift * np.log(2.0))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("K", [1, 4, 40, 300])
@pytest.mark.parametrize("seed", range(5))
def test_the_bracket_holds_the_norm_of_the_dense_product(cell, K, seed):
    net = network(cell, n=5, K=K, gain=(0.3, 1.5, 4.0)[seed % 3], seed=seed)
    truth = log_norm(net.jacobian())
    b = from_gates(net).norm(seed=seed)
    # The gates are rounded to float64, which moves the norm of the product itself.
    slack = 1e-12 * K * (1.0 + abs(truth))
    assert b.lower.value - slack <= truth <= b.upper.value + slack
    assert b.value == pytest.approx(truth, abs=1e-3)
    assert b.status is rc.Status.CONVERGED
    assert b.upper.grade in (rc.Grade.PROVED, rc.Grade.PROBABLE)
    assert K > 4 or b.lower.grade is rc.Grade.PROVED


@pytest.mark.parametrize("cell", CELLS)
def test_an_upper_bound_fails_no_more_often_than_it_says(cell):
    net = network(cell, n=6, K=6, seed=11)
    truth, chain, delta = log_norm(net.jacobian()), from_gates(net), 0.2
    # Cut short, so that the bound is that of a single random vector.
    brackets = [chain.norm(seed=seed, delta=delta, max_matvecs=40) for seed in range(150)]
    assert any(b.upper.grade is rc.Grade.PROBABLE for b in brackets)
    failed = sum(b.upper.value < truth - 1e-9 for b in brackets)
    assert failed <= 150 * delta + 3 * np.sqrt(150 * delta * (1 - delta))
    assert all(b.lower.value <= truth + 1e-9 for b in brackets)


def test_without_weights_the_gates_that_carry_are_the_product():
    rng = np.random.default_rng(6)
    K, n = 60, 4
    gates = {name: rng.uniform(0.1, 0.9, (K, n)) for name in "rznqh"}
    b = rc.GRUChain.from_gates(np.zeros((3 * n, n)), **gates).norm()
    truth = np.log(gates["z"]).sum(axis=0).max()
    assert b.value == pytest.approx(truth, abs=1e-3)
    assert truth <= b.upper.value <= truth + 1e-11
    assert (b.lower.grade, b.upper.grade) == (rc.Grade.PROVED, rc.Grade.PROVED)


@pytest.mark.parametrize("cell", CELLS)
def test_a_product_that_is_zero_by_its_structure_is_exactly_so(cell):
    n, K = 4, 10
    rng = np.random.default_rng(2)
    names = {"gru": "rznqh", "lstm": "ifgo"}[cell]
    gates = {name: rng.uniform(0.1, 0.9, (K, n)) for name in names}
    # Nothing is carried, and no walk along the weights is longer than n - 1.
    gates["z" if cell == "gru" else "f"][:] = 0.0
    if cell == "lstm":
        gates["c"] = rng.standard_normal((K + 1, n))
    strict = np.tril(rng.standard_normal((n, n)), -1)
    b = CHAINS[cell].from_gates(np.vstack([strict] * {"gru": 3, "lstm": 4}[cell]), **gates).norm()
    assert b.value == b.upper.value == -np.inf
    assert b.upper.grade is rc.Grade.PROVED


@pytest.mark.parametrize("cell", CELLS)
def test_gates_that_are_nearly_shut(cell):
    rng = np.random.default_rng(8)
    net = network(cell, n=4, K=12, seed=3)
    gates = net.gates()
    shut = rng.choice([0.0, 5e-324, 1e-300, 1e-30, 1.0 - 2**-53, 1.0], size=gates["r" if cell == "gru" else "i"].shape)
    for name in ("r", "z") if cell == "gru" else ("i", "f", "o"):
        gates[name] = np.where(rng.random(shut.shape) < 0.5, shut, gates[name])
    chain = CHAINS[cell].from_gates(net.U, **gates)
    columns = chain.jvp(np.eye(chain.shape[0])).vectors
    P = np.ldexp(np.longdouble(columns[0]), columns[1])
    truth = log_norm(P)
    b = chain.norm()
    assert b.lower.value - 1e-10 <= truth <= b.upper.value + 1e-10


@pytest.mark.parametrize("cell", CELLS)
def test_same_bits_for_any_threads_and_dtype_of_the_same_numbers(cell):
    n = 6000
    U = large_weights(cell, n, np.random.default_rng(3)).astype(np.float32)
    inputs = np.random.default_rng(4).normal(size=(9, U.shape[0]))
    found = []
    for weights, threads in ((U, 1), (U, 2), (U.astype(np.float64), 2)):
        b = CHAINS[cell].from_rollout(weights, inputs, threads=threads).norm(seed=5)
        found.append((b.lower.value, b.value, b.upper.value, b.matvecs, b.vector.tobytes()))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("cell", CELLS)
def test_a_long_chain_neither_underflows_nor_converges_to_less(cell):
    net = network(cell, n=3, K=3, gain=0.2, seed=4)
    short = net.gates()
    K = 20_000
    gates = {name: np.broadcast_to(rows[0], (K + (name == "c"), 3)) for name, rows in short.items()}
    b = CHAINS[cell].from_gates(net.U, **gates).norm()
    one = CHAINS[cell].from_gates(net.U, **{name: rows[: 1 + (name == "c")] for name, rows in gates.items()})
    mantissa, exponent = one.jvp(np.eye(one.shape[0])).vectors
    rho = np.abs(np.linalg.eigvals(np.ldexp(mantissa, exponent))).max()
    assert b.value < -2000
    # ||J^K||^(1/K) tends to rho(J).
    assert b.value / K == pytest.approx(np.log(rho), abs=1e-3)


@pytest.mark.parametrize("cell", CELLS)
def test_products_alone_carry_no_grade(cell):
    net = network(cell, n=4, K=5)
    graded = from_gates(net).norm()
    plain = CHAINS[cell].from_gates(aslinearoperator(net.U), **net.gates()).norm()
    assert plain.value == pytest.approx(graded.value, abs=1e-3)
    assert plain.upper.grade is plain.lower.grade is rc.Grade.ESTIMATE


def test_a_transpose_that_is_not_one_is_refused():
    net = network("gru", n=4, K=5)
    wrong = LinearOperator(net.U.shape, matvec=lambda x: net.U @ x, rmatvec=lambda y: 2.0 * net.U.T @ y, dtype=float)
    with pytest.raises(ValueError, match="not the adjoint of matvec"):
        rc.GRUChain.from_gates(wrong, **net.gates()).norm()


def test_budgets_progress_and_a_start():
    net = network("lstm", n=4, K=30)
    chain = from_gates(net)
    full = chain.norm()
    cut = chain.norm(max_matvecs=35)
    assert cut.status is rc.Status.BUDGET_SPENT
    assert cut.lower.value <= full.upper.value
    assert full.lower.value <= cut.upper.value
    seen = []
    chain.norm(callback=seen.append)
    assert seen
    warm = chain.norm(start=full.vector)
    assert warm.value == pytest.approx(full.value, abs=1e-3)
    with pytest.raises(ValueError, match=r"start must have shape \(8,\); got \(4,\)"):
        chain.norm(start=np.ones(4))


@pytest.mark.parametrize("cell", CELLS)
def test_no_steps(cell):
    n = 3
    names = {"gru": "rznqh", "lstm": "ifgo"}[cell]
    gates = {name: np.empty((0, n)) for name in names} | ({"c": np.zeros((1, n))} if cell == "lstm" else {})
    b = CHAINS[cell].from_gates(np.zeros(({"gru": 3, "lstm": 4}[cell] * n, n)), **gates).norm()
    assert (b.lower.value, b.value, b.upper.value) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("magnitude", [1e70, 1.0, 1e-70])
@pytest.mark.parametrize("gate", [1.0, 5e-324])
def test_an_lstm_and_its_mirror_image_have_the_same_norm(magnitude, gate):
    # c and g of the other sign: J of the other sign in the rows and columns of c.
    def chain(sign, K=3):
        rows = {"i": gate, "f": 0.0, "g": sign, "o": 0.5}
        gates = {name: np.full((K, 1), value) for name, value in rows.items()}
        return rc.LSTMChain.from_gates(np.full((4, 1), magnitude), c=sign * np.ones((K + 1, 1)), **gates)

    one, other = chain(1.0), chain(-1.0)
    np.testing.assert_array_equal(one.jvp([1.0, 0.0]).log_norms, other.jvp([1.0, 0.0]).log_norms)
    assert one.norm().value == other.norm().value


@pytest.mark.parametrize("z", [1e-300, 1e-310, 1e-315, 1e-318, 1.5e-322])
@pytest.mark.parametrize("seed", range(5))
def test_bounds_hold_where_a_step_leaves_the_normal_range_beside_gates_that_do_nothing(z, seed):
    def one(x):
        return np.full((2, 1), x)

    U = np.array([[0.0], [1.7], [0.0]])
    b = rc.GRUChain.from_gates(U, h=one(1.0), r=one(0.5), z=one(z), n=one(0.0), q=one(0.0)).norm(seed=seed)
    # J = z + (h - n) z (1 - z) W_z
    truth = 2 * float(mpmath.log(mpmath.mpf(z) * (1 + (1 - mpmath.mpf(z)) * mpmath.mpf(1.7))))
    assert b.lower.value <= truth + 1e-9 * abs(truth)
    assert truth - 1e-9 * abs(truth) <= b.upper.value
