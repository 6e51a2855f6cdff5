"""The neurons of a report by name: hubs against NumPy's eigenvectors, components, orientation, the reader's counts."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc
from rhochain.weights.weights import Counts


def network(seed, n=60):
    """Irreducible, with both signs."""
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((n, n)) * (rng.random((n, n)) < 0.2)
    W[np.arange(n), np.roll(np.arange(n), 1)] = rng.uniform(0.5, 1.0, n)
    return W * np.exp(rng.normal(0.0, 1.0, n))


def perron(M):
    """The eigenvector of the largest eigenvalue of a nonnegative matrix, with sum 1."""
    values, vectors = np.linalg.eig(M)
    v = np.abs(vectors[:, np.argmax(np.abs(values))])
    return v / v.sum()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, sparse.csc_array, np.asfortranarray])
def test_hubs_are_the_largest_entries_of_the_perron_vectors(seed, form):
    W = network(seed)
    ids = np.random.default_rng(seed).permutation(2**60 + np.arange(60, dtype=np.uint64))
    matrix = form(W)
    report = rc.check(rc.Weights(matrix, ids, "target"), activation="tanh", rtol=1e-6)
    for hubs, vector in ((report.hubs(5).driving, perron(np.abs(W).T)), (report.hubs(5).receiving, perron(np.abs(W)))):
        order = np.argsort(-vector)[:5]
        assert [hub.index for hub in hubs] == order.tolist()
        assert [hub.id for hub in hubs] == ids[order].tolist()
        assert all(isinstance(hub.id, int) for hub in hubs)
        assert [hub.share for hub in hubs] == pytest.approx(vector[order].tolist(), rel=1e-3)


def test_the_hub_that_drives_is_the_one_that_the_others_read():
    """Everybody reads neuron 2, which reads neuron 0: rows receive."""
    W = np.array([[0.0, 0.1, 1.0], [0.1, 0.0, 1.0], [0.5, 0.0, 0.0]])
    hubs = rc.check(W, activation="tanh").hubs(1, W)
    assert hubs.driving[0].index == 2
    turned = rc.check(W.T, activation="tanh").hubs(1, W.T)
    assert (turned.driving[0].index, turned.receiving[0].index) == (hubs.receiving[0].index, 2)


def test_hubs_without_names_are_indices_and_the_left_vector_needs_w():
    W = network(9)
    report = rc.check(W, activation="tanh")
    assert report.hubs(3).driving is None
    assert [hub.id for hub in report.hubs(3).receiving] == [hub.index for hub in report.hubs(3).receiving]
    both = report.hubs(3, W)
    assert both.receiving == report.hubs(3).receiving
    assert len(both.driving) == 3
    quick = rc.check(W / 100, activation="tanh", quick=True)
    assert quick.perron_radius is not None or quick.hubs().receiving is None
    assert np.array_equal(report.ids, np.arange(60))


def test_hubs_where_there_are_none():
    nilpotent = rc.check(np.eye(3, k=1), activation="tanh")
    assert nilpotent.hubs(2).receiving is None or sum(h.share for h in nilpotent.hubs(3).receiving) <= 1.0 + 1e-12
    operator = aslinearoperator(np.diag([0.5, 0.2]))
    hubs = rc.check(operator, activation="tanh").hubs()
    assert (hubs.driving, hubs.receiving) == (None, None)
    assert str(hubs) == "no hubs: no Perron vector of |W| is known"


@pytest.mark.parametrize("k", [0, -1, 2.5])
def test_misuse_of_hubs(k):
    report = rc.check(np.eye(2), activation="tanh")
    with pytest.raises((TypeError, ValueError), match="k must be an integer"):
        report.hubs(k)
    with pytest.raises(ValueError, match=r"W must be that of the check, of shape \(2, 2\); got \(3, 3\)"):
        report.hubs(1, np.eye(3))


def said(report):
    return " ".join(str(report).split())


def test_orientation_and_counts_are_in_every_report():
    W = network(1)
    names = np.array([f"n{k}" for k in range(60)])
    labelled = rc.Weights(W, names, "target", "edges.csv", Counts(900, 40, 7, 2), ("Weights are counts.",))
    report = rc.check(labelled, activation="tanh")
    assert "source edges.csv" in said(report)
    assert "rows receive: W[i, j] acts from neuron j on neuron i" in said(report)
    assert "reading 900 rows, 853 pairs: 40 rows summed, 7 rows dropped, 2 neurons without a known sign" in said(report)
    assert "Weights are counts." in said(report)
    assert np.array_equal(report.ids, names)
    plain = report.to_dict()["neurons"]
    assert (plain["rows"], plain["counts"]["summed"], plain["notes"]) == ("target", 40, ["Weights are counts."])
    for other in (W, sparse.csr_array(W), aslinearoperator(W), rc.Matrix(W)):
        assert "rows as stored, taken to receive" in said(rc.check(other, activation="tanh", quick=True))


def test_the_vector_that_drives_has_its_part_in_products_and_stops_with_the_rest():
    matrix = network(4)
    W = rc.Weights(matrix, np.arange(len(matrix)), "target")
    plain, named = rc.check(matrix, activation="tanh"), rc.check(W, activation="tanh")
    left = rc.perron_radius(matrix.T)
    assert named.computed.products == plain.computed.products + left.matvecs
    heard = []
    stopped = rc.check(W, activation="tanh", callback=lambda progress: heard.append(progress) or True)
    assert len(heard) == 1
    assert stopped.computed.products < plain.computed.products


def test_names_survive_a_matrix_gains_per_neuron_and_quick():
    labelled = rc.Weights(network(2), np.arange(60) + 100, "target", "edges.csv")
    for report in (
        rc.check(rc.Matrix(labelled), activation="tanh"),
        rc.check(labelled, gain=np.full(60, 0.5)),
        rc.check(labelled, activation="tanh", quick=True),
    ):
        assert report.ids[0] == 100
        assert report.source == "edges.csv"
    assert rc.check(labelled, activation="tanh", max_seconds=0.0).ids[0] == 100


def test_components_are_named_by_size():
    W = np.zeros((7, 7))
    for block in ([0, 3, 5], [1, 2]):
        W[block, np.roll(block, 1)] = 2.0
    report = rc.check(rc.Weights(W, np.array(list("abcdefg")), "target"), activation="tanh")
    lines = [line.split() for line in str(report).splitlines()]
    assert ["1", "3", "a,", "d,", "f"] in lines
    assert ["2", "2", "b,", "c"] in lines


def test_a_report_keeps_no_matrix():
    import pickle

    W = rc.Weights(network(3, 400), np.arange(400), "target")
    report = rc.check(W, activation="tanh")
    assert len(pickle.dumps(report)) < 0.2 * W.matrix.nbytes
    assert pickle.loads(pickle.dumps(report)).hubs().driving == report.hubs().driving


def test_names_without_an_orientation_give_no_hubs():
    W = network(4)
    report = rc.check(rc.Weights(W, np.arange(60)), activation="tanh")
    for hubs in (report.hubs(), report.hubs(3, W)):
        assert (hubs.driving, hubs.receiving) == (None, None)
        assert "does not say which side of an entry receives" in str(hubs)
    assert "Hubs" not in str(report)
