"""What is no matrix is refused by its kind, with what to give instead."""

import collections

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

EYE = np.eye(3)


def refused(given, words, call=rc.spectral_radius):
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        call(given)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("tanh", "got the activation 'tanh': W comes first"),
        ("leaky_relu:0.2", "got the activation 'leaky_relu:0.2': W comes first"),
        ("softsign", "got the activation 'softsign': W comes first"),
        ("logistic", "got the activation 'logistic': W comes first"),
        ("linear", "got the activation 'linear': W comes first"),
        (np.tanh, "got the activation 'tanh': W comes first"),
        (np.ndarray, r"got the class numpy\.ndarray: give an instance"),
        (rc.Matrix, r"got the class rhochain.*Matrix: give an instance"),
        ({}, "got an empty dict"),
        ({"a": 1.0}, "got a dict with keys such as 'a'"),
        ({"a": ["b"]}, "got a dict of neighbours: networkx"),
        (collections.OrderedDict({0: {1: {"weight": 2.0}}}), "got a dict of neighbours"),
        ([[0.0, "0.5"], [1.0, 2.0]], r"got '0\.0' at W\[0, 0\]"),
        ([["a", "b"], ["c", "d"]], r"real numbers as entries; got 'a' at W\[0, 0\]"),
        ([[0.0, None], [1.0, 2.0]], r"real numbers as entries; got None at W\[0, 1\]"),
        (np.array([[1, 2], [3, 4]], dtype=object), r"got dtype object: W\.astype\(float\) has them"),
        (3, "two dimensions"),
        (None, "got NoneType"),
        (object(), "got object"),
        ([[1.0, 2.0], [3.0]], "NumPy cannot read the list"),
    ],
)
def test_by_its_kind(given, words):
    refused(given, words)
    refused(given, words, lambda W: rc.JacobianChain(W, EYE))


def test_modules_estimators_and_reports():
    torch = pytest.importorskip("torch")
    refused(torch.nn.Linear, "the class torch.*Linear: give an instance")
    refused(torch.nn.Tanh(), "Tanh|activation")
    sklearn = pytest.importorskip("sklearn.linear_model")
    refused(sklearn.Ridge(), "got the estimator Ridge: give the array that it holds")
    refused(rc.check(EYE, "tanh"), "got a GradientReport: give the W that it is about")


def test_load_takes_objects_too():
    networkx = pytest.importorskip("networkx")
    graph = networkx.DiGraph([("a", "b")])
    W = rc.load(graph)
    assert (W.ids.tolist(), W.rows, W.to_scipy().toarray().tolist()) == (["a", "b"], "target", [[0.0, 0.0], [1.0, 0.0]])
    entries = np.array([[0.0, 2.0], [0.5, 0.0]])
    np.testing.assert_array_equal(rc.load(entries), entries)
    np.testing.assert_array_equal(rc.load(entries, rows="source"), entries.T)
    assert rc.load(entries, rows="target").rows == "target"
    for stored, count in ((entries, 4), (sparse.csr_array(entries), 2)):
        assert rc.load(stored, dry_run=True) == rc.Counts(rows=count)
    with pytest.raises(ValueError, match="nodes is for files; got nodes for a DiGraph"):
        rc.load(graph, nodes=["b", "a"])
    with pytest.raises(ValueError, match="unknown is for files; got unknown for a DiGraph"):
        rc.load(graph, unknown="drop")
    with pytest.raises(ValueError, match="rows must be 'target' or 'source'; got 'columns'"):
        rc.load(entries, rows="columns")
    with pytest.raises(ValueError, match="rows is known of a DiGraph"):
        rc.load(graph, rows="source")
    with pytest.raises(TypeError, match="got the operator"):
        rc.load(aslinearoperator(EYE))
    with pytest.raises(TypeError, match="W must be"):
        rc.load(None)


def test_a_file_that_is_called_like_an_activation_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tanh").write_bytes(b"")
    with pytest.raises(rc.FileError, match="tanh: unknown kind of file"):
        rc.spectral_radius("tanh")
