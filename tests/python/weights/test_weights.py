"""`Weights` keeps a matrix and what its source said, and every function takes it in place of the matrix."""

import pickle

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc

IDS = np.array([720575940596125868, 3, 720575940596125869])
DENSE = np.array([[0.0, 0.5, 0.0], [-0.25, 0.0, 2.0], [0.0, 0.0, 0.125]])


@pytest.mark.parametrize("matrix", [DENSE, sparse.csr_array(DENSE)], ids=["dense", "sparse"])
def test_it_is_its_matrix_to_numpy_scipy_and_every_estimate(matrix):
    W = rc.Weights(matrix, IDS, "target")
    np.testing.assert_array_equal(np.asarray(W), DENSE)
    np.testing.assert_array_equal(W.to_scipy().toarray(), DENSE)
    assert W.shape == (3, 3)
    for function in (rc.spectral_radius, rc.spectral_norm, rc.perron_radius, rc.numerical_radius):
        assert function(W).value == function(matrix).value


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"matrix": DENSE.tolist()}, "matrix must be an array or a sparse array of two dimensions; got list"),
        ({"matrix": DENSE[0]}, r"matrix must be an array .*; got \(3,\)"),
        ({"ids": ["a", "b"]}, "ids must name the 3 rows of the matrix; got 2"),
        ({"ids": ["a", "b", "a"]}, "ids: 1 of 3 ids come again, such as a; expected each once"),
        ({"ids": np.array(["a", 1, "a"], object)}, "ids: 1 of 3 ids come again; expected each once"),
        ({"ids": [7.2e17, 1.0, 2.0]}, "ids: 1 of 3 ids are floating-point numbers of 2"),
        ({"rows": "post"}, "rows must be 'target' or None; got 'post'"),
        ({"rows": "source"}, "got 'source'; of such a matrix its transpose has rows=\"target\""),
    ],
)
def test_what_names_no_neurons_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        rc.Weights(**{"matrix": DENSE, **arguments})


def test_ids_become_an_array_of_integers_or_text():
    assert rc.Weights(DENSE, ["b", "a", "c"]).ids.tolist() == ["b", "a", "c"]
    np.testing.assert_array_equal(rc.Weights(DENSE, IDS.astype(np.uint64)).ids, IDS)
    assert rc.Weights(DENSE, [5, 4, 2**62 + 1]).index(2**62 + 1) == 2


def test_a_pickle_keeps_ids_to_the_last_bit():
    W = pickle.loads(
        pickle.dumps(rc.Weights(sparse.csr_array(DENSE), IDS, "target", "edges", notes=("2 rows summed",)))
    )
    np.testing.assert_array_equal(W.ids, IDS)
    assert (W.rows, W.origin, W.notes) == ("target", "edges", ("2 rows summed",))


def test_a_matrix_of_them_remembers_them_and_a_plain_one_has_none():
    W = rc.Weights(DENSE, IDS)
    assert rc.Matrix(W).weights is W
    assert rc.Matrix(DENSE).weights is None
    assert not rc.Matrix(W).copied


def test_no_dense_array_of_a_sparse_one_without_a_copy():
    W = rc.Weights(sparse.csr_array(DENSE))
    with pytest.raises(ValueError, match="without a copy"):
        W.__array__(copy=False)


def test_the_place_of_a_neuron():
    W = rc.Weights(DENSE, IDS)
    assert [W.index(neuron) for neuron in IDS] == [0, 1, 2]
    assert W.index(np.uint64(720575940596125869)) == 2
    assert rc.Weights(DENSE, np.array(["a", "b", "c"])).index("b") == 1
    for wrong in (720575940596125870, -1, 2**70):
        with pytest.raises(ValueError, match=f"neuron must be one of the 3 ids of W; got {wrong}"):
            W.index(wrong)
    with pytest.raises(TypeError, match=r"neuron must be an integer, as the ids of W are; got 3\.0"):
        W.index(3.0)
    with pytest.raises(ValueError, match="W has no ids"):
        rc.Weights(DENSE).index(3)


def test_counts_in_words():
    assert str(rc.Counts(rows=12, neurons=4)) == "12 rows, 12 pairs of 4 neurons"
    counts = rc.Counts(rows=12_000, summed=2, dropped=1_000, unknown_sign=3)
    assert str(counts) == "12,000 rows, 10,998 pairs: 2 rows summed, 1,000 rows dropped, 3 neurons without a known sign"
