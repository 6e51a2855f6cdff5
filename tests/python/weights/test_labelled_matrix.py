"""A matrix with labels, matched by label, against a dictionary of its entries."""

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc
from rhochain.weights.labelled_matrix import labelled_matrix


def entries(matrix, rows, columns):
    return {(r, c): matrix[i, j] for i, r in enumerate(rows) for j, c in enumerate(columns) if matrix[i, j]}


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array, sparse.csc_array])
@pytest.mark.parametrize("rows", ["target", "source", None])
@pytest.mark.parametrize("seed", range(3))
def test_columns_in_another_order(kind, rows, seed):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(9) + 720575940596125868
    columns = rng.permutation(labels)
    dense = rng.normal(size=(9, 9)) * (rng.random((9, 9)) < 0.4)
    W = labelled_matrix(kind(dense), labels, columns, rows, origin="a frame")
    np.testing.assert_array_equal(W.ids, labels)
    expected = entries(dense, labels, columns)
    if rows == "source":
        expected = {(c, r): w for (r, c), w in expected.items()}
    assert entries(np.asarray(W), W.ids, W.ids) == expected
    assert W.rows == (rows and "target")
    assert "columns were in another order than rows: matched by label" in W.notes
    assert W.counts.neurons == 9


def test_the_same_order_has_no_note():
    W = labelled_matrix(np.eye(2), ["a", "b"], ["a", "b"], "target")
    assert W.notes == ()
    assert isinstance(W, rc.Weights)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_labels_of_one_side_alone(kind):
    dense = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    with pytest.raises(ValueError, match="1 labels of rows alone and 2 of columns alone; expected the same labels"):
        labelled_matrix(kind(dense), [7, 8], [9, 8, 1], "target")
    W = labelled_matrix(kind(dense), [7, 8], [9, 8, 1], "target", union=True)
    assert W.ids.tolist() == [7, 8, 9, 1]
    assert entries(np.asarray(W), W.ids, W.ids) == entries(dense, [7, 8], [9, 8, 1])
    assert W.notes == ("1 labels of rows alone and 2 of columns alone: W has the neurons of both",)


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        ([1, 1], [1, 2], "labels of rows: 1 ids come again"),
        ([1, 2], ["1", "2"], "int64 of rows and <U1 of columns"),
        ([1, 2, 3], [1, 2], r"3 labels of rows and 2 of columns for shape \(2, 2\)"),
        ([1.5, 2], [1, 2], "no whole numbers"),
    ],
)
def test_refused(rows, columns, words):
    with pytest.raises(ValueError, match=words):
        labelled_matrix(np.eye(2), rows, columns, "target")
