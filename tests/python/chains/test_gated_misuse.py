"""What a gated chain is given: every layout that is right gives the same chain, every defect an error with its name."""

import numpy as np
import pytest
from gated_cells import large_weights, network
from scipy.sparse.linalg import LinearOperator

import rhochain as rc

NETS = {cell: network(cell, n=5, K=20) for cell in ("gru", "lstm")}
CHAINS = {"gru": rc.GRUChain, "lstm": rc.LSTMChain}
COLUMNS = [("gru", name) for name in "hrznq"] + [("lstm", name) for name in "ifgoc"]


class Rows:
    """What a chain asks of a data set: len() and slices of rows."""

    def __init__(self, array):
        self.array = array

    def __len__(self):
        return len(self.array)

    def __getitem__(self, rows):
        return self.array[rows]


def chain_with(cell, **changed):
    net = NETS[cell]
    return CHAINS[cell].from_gates(net.U, **(net.gates() | changed))


def bits(chain):
    v = np.random.default_rng(1).normal(size=(chain.shape[0], 2))
    return [result.log_norms.tobytes() for result in (chain.jvp(v), chain.vjp(v))]


@pytest.mark.parametrize(("cell", "name"), COLUMNS)
def test_rows_may_lie_anywhere(cell, name, tmp_path):
    rows = NETS[cell].gates()[name]
    expected = bits(chain_with(cell))
    wide = np.zeros((len(rows), 10))
    wide[:, ::2] = rows
    np.save(tmp_path / "rows.npy", rows)
    frozen = rows.copy()
    frozen.flags.writeable = False
    for source in (
        np.asfortranarray(rows),
        wide[:, ::2],
        np.hstack([rows, rows])[:, 5:],
        rows[::-1].copy()[::-1],
        frozen,
        np.load(tmp_path / "rows.npy", mmap_mode="r"),
        rows.astype(">f8"),
        Rows(rows),
        rows.tolist(),
    ):
        assert bits(chain_with(cell, **{name: source})) == expected


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_rows_fetched_in_blocks_are_the_same_chain(cell):
    n, K = 30_000, 80
    rng = np.random.default_rng(6)
    U = large_weights(cell, n, rng, degree=2)
    rows = {name: rng.random((K + (name == "c"), n)) for name in NETS[cell].gates()}
    fetched = {name: Rows(array) for name, array in rows.items()}
    assert bits(CHAINS[cell].from_gates(U, **rows)) == bits(CHAINS[cell].from_gates(U, **fetched))


@pytest.mark.parametrize(("cell", "name"), COLUMNS)
@pytest.mark.parametrize("defect", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_named(cell, name, defect):
    rows = NETS[cell].gates()[name].copy()
    for k in (0, 7, len(rows) - 1):
        rows_with = rows.copy()
        rows_with[k, 3] = defect
        chain = chain_with(cell, **{name: rows_with})
        for product in (chain.jvp, chain.vjp):
            with pytest.raises(ValueError, match=rf"^{name}: got -?(nan|inf) at row {k}, column 3, expected"):
                product(np.ones(chain.shape[0]))


@pytest.mark.parametrize(("cell", "name"), [pair for pair in COLUMNS if pair[1] not in "hqc"])
def test_gates_outside_their_range_are_named(cell, name):
    lowest = -1.0 if (cell, name) in (("gru", "n"), ("lstm", "g")) else 0.0
    for bad in (1.001, lowest - 0.001):
        rows = NETS[cell].gates()[name].copy()
        rows[4, 2] = bad
        with pytest.raises(ValueError, match=rf"^{name}: got .* at row 4, column 2, expected a \w+ gate from"):
            chain_with(cell, **{name: rows}).vjp(np.ones(10 if cell == "lstm" else 5))
    # What rounding to float32 may do is taken as the end of the range.
    for nearly, end in ((1.0 + 5e-7, 1.0), (lowest - 5e-7, lowest)):
        a, b = NETS[cell].gates()[name].copy(), NETS[cell].gates()[name].copy()
        a[4, 2], b[4, 2] = nearly, end
        assert bits(chain_with(cell, **{name: a})) == bits(chain_with(cell, **{name: b}))


@pytest.mark.parametrize(("cell", "name"), COLUMNS)
def test_shapes_and_types_are_named(cell, name):
    rows = NETS[cell].gates()[name]
    with pytest.raises(ValueError, match=rf"{name} must have shape \(K, 5\).*the columns of U; got"):
        chain_with(cell, **{name: rows[:, :4]})
    with pytest.raises(ValueError, match=rf"{name} must have shape"):
        chain_with(cell, **{name: rows[0]})
    with pytest.raises(ValueError, match=r"got \d+ rows of length 5, expected"):
        chain_with(cell, **{name: rows[:-1]})
    for wrong in (rows + 0j, rows.astype(object), rows.astype(str), np.longdouble(rows)):
        with pytest.raises(TypeError, match=f"{name} must hold real numbers"):
            chain_with(cell, **{name: wrong})
    with pytest.raises(TypeError, match=f"{name} must be an array"):
        chain_with(cell, **{name: None})


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_weights_of_the_wrong_shape_are_refused(cell):
    net = NETS[cell]
    for U in (net.U[:-5], net.U[:5], net.U.T, net.U[:-1]):
        with pytest.raises(ValueError, match=r"must have shape|U: got shape|got rows"):
            CHAINS[cell].from_gates(U, **net.gates())
    with pytest.raises(TypeError, match="from_gates, from_rollout or from_torch"):
        CHAINS[cell]()


def test_vectors_of_an_lstm_are_twice_as_long():
    chain = chain_with("lstm")
    with pytest.raises(ValueError, match=r"v must have shape \(10,\)"):
        chain.jvp(np.ones(5))
    with pytest.raises(ValueError, match=r"g must have shape \(10,\)"):
        chain.vjp(np.ones((5, 2)))
    with pytest.raises(ValueError, match="v: got nan"):
        chain.jvp(np.full(10, np.nan))


def test_an_operator_without_adjoint_gives_tangents_alone():
    net = NETS["gru"]
    U = LinearOperator(net.U.shape, matvec=lambda x: net.U @ x, dtype=np.float64)
    chain = rc.GRUChain.from_gates(U, **net.gates())
    np.testing.assert_allclose(chain.jvp(np.ones(5)).log_norms, chain_with("gru").jvp(np.ones(5)).log_norms, rtol=1e-12)
    with pytest.raises(ValueError, match="without rmatvec"):
        chain.vjp(np.ones(5))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_what_a_run_is_given_is_named(cell):
    net, make = NETS[cell], CHAINS[cell].from_rollout
    rows = len(net.U)
    with pytest.raises(ValueError, match=rf"inputs must have shape \(K, {rows}\), with {rows}, the rows of U"):
        make(net.U, net.inputs[:, 1:])
    with pytest.raises(ValueError, match=r"inputs must have shape \(K, 2\), with 2, the columns of W_in"):
        make(net.U, net.inputs, W_in=np.ones((rows, 2)))
    with pytest.raises(ValueError, match="W_in: got 3 rows"):
        make(net.U, net.inputs[:, :2], W_in=np.ones((3, 2)))
    for name, length in (("h0", 5), ("bias", rows), ("input_bias", rows)):
        with pytest.raises(ValueError, match=rf"{name} must have shape \({length},\)"):
            make(net.U, net.inputs, **{name: np.ones(length + 1)})
        with pytest.raises(TypeError, match=f"{name} must hold real numbers"):
            make(net.U, net.inputs, **{name: 1j * np.ones(length)})
        with pytest.raises(ValueError, match=f"{name}: got nan at position 0"):
            make(net.U, net.inputs, **{name: np.full(length, np.nan)})
    bad = net.inputs.copy()
    bad[6, 1] = np.nan
    with pytest.raises(ValueError, match=r"inputs\[6\]: got nan at position 1"):
        make(net.U, bad)
    with pytest.raises(OverflowError, match="step 0 of the rollout"):
        make(np.full(net.U.shape, 1e308), net.inputs, h0=np.full(5, 2.0))
    with pytest.raises(MemoryError, match=r"20 steps of 5 units takes [0-9]+ bytes at least"):
        make(net.U, net.inputs, memory=100)
    assert make(net.U, net.inputs, memory=4039).record is None
    assert make(net.U, net.inputs, memory=4040).steps == 20


def test_check_wants_the_chain_of_a_plain_network():
    with pytest.raises(ValueError, match=r"W beside a GRUChain must be its weights, .* got shape \(5, 5\)"):
        rc.check(np.eye(5), activation="tanh", chain=chain_with("gru"))
