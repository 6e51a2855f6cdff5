"""Which side of an entry receives is asked for where the answer counts, and nowhere else."""

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc

DENSE = np.random.default_rng(3).standard_normal((6, 6)) / 3
SLOPES, LEAKS, GAINS = np.ones((4, 6)), np.linspace(0.2, 1.0, 6), np.linspace(0.5, 1.5, 6)
ASKED = r"W must say which side of an entry receives, for {}; edges\.mtx does not: rc\.load\(path, rows=\"target\"\)"


def matrix_of(unknown):
    weights = unknown.weights if isinstance(unknown, rc.Matrix) else unknown
    return weights.matrix


@pytest.fixture(params=["dense", "sparse", "held"])
def unknown(request):
    matrix = DENSE if request.param == "dense" else sparse.csr_array(DENSE)
    W = rc.Weights(matrix, np.arange(6), None, "edges.mtx")
    return rc.Matrix(W) if request.param == "held" else W


@pytest.mark.parametrize(
    ("call", "purpose"),
    [
        (lambda W: rc.JacobianChain(W, SLOPES), "a chain"),
        (lambda W: rc.JacobianChain(DENSE, SLOPES, linear=W), "a chain"),
        (lambda W: rc.JacobianChain.from_states(W, SLOPES), "a chain"),
        (lambda W: rc.JacobianChain.from_rollout(W, np.ones(6), 3), "a chain"),
        (lambda W: rc.MatrixChain([DENSE, W]), "a chain"),
        (lambda W: rc.check(W, "tanh", leak=LEAKS), "leaks of neurons"),
        (lambda W: rc.LowRankUpdate(W, np.ones((6, 1)), np.ones((1, 6))), r"W \+ U V"),
        (lambda W: rc.worst_case_growth(W, "tanh", leak=LEAKS), "leaks of neurons"),
    ],
    ids=["slopes", "linear", "states", "rollout", "matrices", "check", "update", "growth"],
)
def test_it_is_asked_for(unknown, call, purpose):
    with pytest.raises(ValueError, match=ASKED.format(purpose)):
        call(unknown)


def test_gains_of_neurons_ask_too():
    with pytest.raises(ValueError, match=ASKED.format("gains of neurons")):
        rc.check(rc.Weights(DENSE, None, None, "edges.mtx"), gain=GAINS)


def test_a_file_without_an_orientation_asks(tmp_path):
    np.save(tmp_path / "W.npy", DENSE)
    with pytest.raises(ValueError, match=r"for a chain; .*W\.npy does not"):
        rc.JacobianChain(tmp_path / "W.npy", SLOPES)
    assert rc.JacobianChain(rc.load(tmp_path / "W.npy", rows="target"), SLOPES).steps == 4


def test_what_does_not_depend_on_it_goes_on(unknown):
    for options in ({}, {"leak": 0.5}, {"leak": LEAKS}):
        a, b = rc.spectral_radius(unknown, **options), rc.spectral_radius(DENSE.T.copy(), **options)
        assert a.value == pytest.approx(b.value, rel=1e-3)
    report = rc.check(unknown, "tanh")
    assert report.verdict == rc.check(DENSE.T.copy(), "tanh").verdict
    assert "as stored" in str(report)


@pytest.mark.parametrize(
    "estimate", [rc.spectral_radius, rc.spectral_norm, rc.perron_radius, rc.numerical_radius], ids=lambda f: f.__name__
)
def test_a_vector_that_may_be_of_the_transpose_is_left_out_with_the_reason(unknown, estimate):
    found, plain = estimate(unknown), estimate(matrix_of(unknown))
    assert plain.vector is not None
    assert found.vector is None
    assert "edges.mtx does not say which side of an entry receives: rc.load" in found.no_vector
    assert (found.value, found.lower, found.upper) == (plain.value, plain.lower, plain.upper)
    known = rc.Weights(matrix_of(unknown), None, "target", "edges.mtx")
    np.testing.assert_array_equal(estimate(known).vector, plain.vector)


def test_a_check_finds_as_much_without_it(unknown):
    for sigma in ("identity", "tanh"):
        plain = rc.check(3.0 * matrix_of(unknown), sigma).to_dict()
        asked = rc.check(rc.Weights(3.0 * matrix_of(unknown), None, None, "edges.mtx"), sigma).to_dict()
        assert plain["reason"] == asked["reason"]
        assert plain["notes"] == asked["notes"]


def test_gains_of_neurons_keep_the_names():
    W = rc.Weights(sparse.csr_array(DENSE), np.arange(10, 16), "target", "edges.mtx")
    assert "edges.mtx" in str(rc.check(W, gain=GAINS).to_dict())
    np.testing.assert_allclose(rc.check(W, gain=GAINS).spectral_norm.value, np.linalg.norm(DENSE * GAINS, 2), rtol=1e-3)


@pytest.mark.parametrize("make", [lambda W: W, sparse.csr_array, sparse.csc_array], ids=["dense", "csr", "csc"])
def test_rescale_returns_what_it_was_given_with_ids(make):
    W = rc.Weights(make(DENSE), np.array(list("abcdef")), "target", "edges.mtx", notes=("a note",))
    scaled, factor = rc.rescale(W, spectral_radius=0.9)
    assert isinstance(scaled, rc.Weights)
    np.testing.assert_allclose(np.asarray(scaled), factor * DENSE, rtol=1e-15)
    assert sparse.issparse(scaled.matrix) == sparse.issparse(W.matrix)
    assert (scaled.ids.tolist(), scaled.rows, scaled.notes) == (list("abcdef"), "target", ("a note",))
    assert 0.9 in rc.spectral_radius(scaled)
    zero, _ = rc.rescale(W, spectral_radius=0.0)
    assert not np.asarray(zero).any()
    leaky, _ = rc.rescale(W, spectral_radius=0.9, leak=0.5)
    assert 0.9 in rc.spectral_radius(leaky, leak=0.5)


def test_rescaled_files_and_graphs_are_weights(tmp_path):
    np.save(tmp_path / "W.npy", DENSE)
    scaled, factor = rc.rescale(tmp_path / "W.npy", spectral_norm=1.0)
    np.testing.assert_allclose(np.asarray(scaled), factor * DENSE)
    networkx = pytest.importorskip("networkx")
    scaled, factor = rc.rescale(networkx.DiGraph([("a", "b"), ("b", "a")]), spectral_radius=0.5)
    assert (scaled.ids.tolist(), factor) == (["a", "b"], pytest.approx(0.5))


def test_a_tracker_takes_them():
    W = rc.Weights(sparse.csr_array(DENSE), None, "target")
    tracker = rc.Tracker(W)
    tracker.update(rc.Weights(sparse.csr_array(DENSE * 1.001), None, "target"))
    assert np.linalg.norm(DENSE * 1.001, 2) in tracker.spectral_norm
    assert tracker.fresh_norms == 1
