"""W of pairs, against networkx, SciPy and plain loops."""

import math
from collections import defaultdict

import numpy as np
import pytest
from scipy import sparse

from rhochain.weights.pairs import weights_of_pairs

BIG = 720575940596125868


def pairs(seed, n=17, rows=120):
    rng = np.random.default_rng(seed)
    ids = rng.permutation(np.array([BIG + k for k in range(n)]))
    return ids, ids[rng.integers(0, n, rows)], ids[rng.integers(0, n, rows)], rng.normal(size=rows)


def by_loops(source, target, weight):
    terms = defaultdict(list)
    for s, t, w in zip(source.tolist(), target.tolist(), weight.tolist(), strict=True):
        terms[t, s].append(w)
    return {pair: math.fsum(ws) for pair, ws in terms.items()}


@pytest.mark.parametrize("seed", range(5))
def test_an_entry_acts_from_its_column_on_its_row(seed):
    _, source, target, weight = pairs(seed)
    W = weights_of_pairs(source, target, weight)
    assert W.rows == "target"
    np.testing.assert_array_equal(W.ids, np.unique([source, target]))
    expected = by_loops(source, target, weight)
    assert W.matrix.nnz == len(expected) == W.counts.pairs
    assert (W.counts.rows, W.counts.summed) == (len(weight), len(weight) - len(expected))
    for (t, s), w in expected.items():
        assert W.matrix[W.index(t), W.index(s)] == pytest.approx(w, rel=1e-15, abs=1e-15)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_transposed_matrix_of_networkx(seed):
    networkx = pytest.importorskip("networkx")
    _, source, target, weight = pairs(seed)
    graph = networkx.DiGraph()
    for s, t, w in zip(source.tolist(), target.tolist(), weight.tolist(), strict=True):
        graph.add_edge(s, t, weight=w)  # of a pair that comes again networkx keeps the last
    last = {(s, t): w for s, t, w in zip(source.tolist(), target.tolist(), weight.tolist(), strict=True)}
    W = weights_of_pairs([s for s, _ in last], [t for _, t in last], list(last.values()))
    expected = networkx.to_scipy_sparse_array(graph, nodelist=W.ids.tolist()).T
    np.testing.assert_array_equal(W.to_scipy().toarray(), expected.toarray())


@pytest.mark.parametrize("seed", range(3))
def test_nodes_give_the_order_and_isolated_neurons_stay(seed):
    ids, source, target, weight = pairs(seed)
    nodes = np.concatenate([ids, [5, BIG + 1000]])
    W = weights_of_pairs(source, target, weight, nodes=nodes.astype(np.uint64))
    np.testing.assert_array_equal(W.ids, nodes)
    place = {int(neuron): k for k, neuron in enumerate(nodes)}
    i, j = [place[t] for t in target.tolist()], [place[s] for s in source.tolist()]
    expected = sparse.coo_array((weight, (i, j)), shape=(len(nodes), len(nodes))).toarray()
    np.testing.assert_allclose(W.to_scipy().toarray(), expected, rtol=1e-14)


def test_uint64_beside_int64_keeps_every_bit():
    """`numpy.searchsorted` of one in the other goes through float64, whose spacing is 128 here."""
    nodes = np.array([BIG + k for k in range(100)], np.uint64)
    source, target = np.array([BIG, BIG + 1]), np.array([BIG + 99, BIG + 98])
    assert np.float64(source[0]) == np.float64(source[1])
    W = weights_of_pairs(source, target, [1.0, 2.0], nodes=nodes).matrix
    assert W.nnz == 2
    assert (W[99, 0], W[98, 1]) == (1.0, 2.0)


def test_text_ids_and_one_weight_for_all():
    W = weights_of_pairs(["b", "a", "b"], ["a", "c", "a"], 1)
    assert W.ids.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(W.to_scipy().toarray(), [[0, 2, 0], [0, 0, 0], [1, 0, 0]])
    assert weights_of_pairs(["b"], ["a"], nodes=["c", "b", "a"]).matrix[2, 1] == 1


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.float16, np.float32, bool])
def test_narrow_weights_are_summed_in_float64(kind):
    W = weights_of_pairs([1] * 3, [2] * 3, np.array([100, 100, 100], kind))
    assert W.dtype == np.float64
    assert W.matrix[1, 0] == (3 if kind is bool else 300)


def test_positions_are_32_bit():
    W = weights_of_pairs([1, BIG], [2, 1])
    assert W.matrix.indices.dtype == W.matrix.indptr.dtype == np.int32


def test_rows_outside_nodes():
    given = [1, 2, 9], [2, 1, 1], [1.0, 2.0, 4.0]
    with pytest.raises(ValueError, match=r"1 of 3 rows with a neuron that is none of nodes, such as 9; .*\"drop\""):
        weights_of_pairs(*given, nodes=[1, 2])
    W = weights_of_pairs(*given, nodes=[1, 2], unknown="drop")
    np.testing.assert_array_equal(W.to_scipy().toarray(), [[0, 2], [1, 0]])
    assert (W.counts.rows, W.counts.dropped, W.counts.pairs) == (3, 1, 2)
    assert str(W.counts) == "3 rows, 2 pairs of 2 neurons: 1 row dropped"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([], [], []), "ids of type float64|no rows"),
        ((np.zeros(0, int), np.zeros(0, int)), "no rows; expected at least one pair"),
        (([1], [2, 3]), "1 and 2 ids; expected as many of both"),
        (([1, 2], [2, 3], [1.0, np.nan]), r"row 2: weight nan \(1 such\); expected a finite number"),
        (([1, 2], [2, 3], [np.inf, -np.inf]), r"row 1: weight inf \(2 such\)"),
        (([1, 2], [2, 3], ["1", "2"]), "weight: entries of type <U1; expected real numbers"),
        (([1, 2], [2, 3], [1j, 2]), "weight: entries of type complex128"),
        (([1, 2], [2, 3], [1.0]), r"weight: shape \(1,\); expected \(2,\)"),
        (([1, 1], [2, 2], [1.7e308, 1.7e308]), "a sum over the rows of a pair that overflows"),
        (([1, 2], ["a", "b"]), "integers and text"),
    ],
)
def test_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        weights_of_pairs(*arguments)


def test_nodes_of_another_kind_or_twice():
    with pytest.raises(ValueError, match="ids: integers where nodes are text"):
        weights_of_pairs([1], [2], nodes=["1", "2"])
    with pytest.raises(ValueError, match="nodes: 1 ids come again, such as 2"):
        weights_of_pairs([1], [2], nodes=[1, 2, 2])
    with pytest.raises(ValueError, match="no row of 1 with both neurons among nodes"):
        weights_of_pairs([1], [2], nodes=[3], unknown="drop")
