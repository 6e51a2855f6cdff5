"""A graph serves as W: an edge from j to i is W[i, j], labels become ids, parallel edges are summed and counted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rhochain as rc

networkx = pytest.importorskip("networkx")


def of_edges(edges, labels, directed):
    """W by the definition, edge by edge."""
    W = np.zeros((len(labels), len(labels)))
    for source, target, weight in edges:
        i, j = labels.index(target), labels.index(source)
        W[i, j] += weight
        if not directed and i != j:
            W[j, i] += weight
    return W


@settings(deadline=None, max_examples=60)
@given(
    kind=st.sampled_from(["Graph", "DiGraph", "MultiGraph", "MultiDiGraph"]),
    edges=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from([-2.0, 0.25, 1.0, None])), max_size=25
    ),
)
def test_networkx_against_the_definition(kind, edges):
    graph = getattr(networkx, kind)()
    graph.add_nodes_from([5, 3])
    for source, target, weight in edges:
        graph.add_edge(source, target, **({} if weight is None else {"weight": weight}))
    kept = [(s, t, d.get("weight", 1.0)) for s, t, d in graph.edges(data=True)]
    W = rc.Matrix(graph).weights
    labels = list(graph)
    np.testing.assert_allclose(W.to_scipy().toarray(), of_edges(kept, labels, graph.is_directed()), atol=1e-15)
    assert W.ids.tolist() == labels
    assert W.ids.dtype == np.int64
    assert W.rows == "target"
    ends = [(s, t) if graph.is_directed() else tuple(sorted((s, t))) for s, t, _ in kept]
    assert (W.counts.rows, W.counts.summed) == (len(kept), len(kept) - len(set(ends)))
    missing = sum("weight" not in d for *_, d in graph.edges(data=True))
    assert any(f"{missing} of {len(kept)} edges have no weight: 1" in note for note in W.notes) == bool(missing)


def test_labels_of_any_kind_become_ids():
    big = 720575940596125868
    for labels, expected in (
        (["b", "a"], np.array(["b", "a"])),
        ([big, big + 1], np.array([big, big + 1])),
        ([("x", 1), ("x", 2)], np.array(["('x', 1)", "('x', 2)"])),
        ([1, "1"], np.array(["1", "'1'"])),
        ([2**64, 3], np.array([str(2**64), "3"])),
    ):
        graph = networkx.DiGraph([tuple(labels)])
        ids = rc.Matrix(graph).weights.ids
        np.testing.assert_array_equal(ids, expected)
        assert ids.dtype.kind == expected.dtype.kind


def test_every_function_takes_a_graph():
    graph = networkx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", 4.0), ("b", "a", 1.0)])
    W = networkx.to_numpy_array(graph).T
    for function in (rc.spectral_radius, rc.spectral_norm, rc.perron_radius, rc.numerical_radius, rc.scaled_norm):
        assert function(graph).value == function(W).value
    assert rc.components(graph).count == 1
    assert rc.check(graph, "tanh").verdict == rc.check(W, "tanh").verdict
    assert rc.JacobianChain(graph, np.ones((4, 2))).norm().value == rc.JacobianChain(W, np.ones((4, 2))).norm().value
    tracker = rc.Tracker(graph)
    tracker.update(graph)
    assert 4.0 in tracker.spectral_norm


class Connectome(networkx.DiGraph):
    """A user's own subclass."""


def test_a_subclass_and_a_view_are_graphs():
    graph = Connectome([(0, 1), (1, 0), (1, 2)])
    assert rc.spectral_radius(graph).value == pytest.approx(1.0)
    assert rc.Matrix(graph.subgraph([0, 1])).shape == (2, 2)


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (networkx.DiGraph, "got the class networkx.*DiGraph: give an instance"),
        (networkx.DiGraph(), "got a networkx graph without nodes"),
        (networkx.DiGraph([(0, 1, {"weight": "strong"})]), 'must have a number as the "weight" of each edge'),
        (networkx.DiGraph([(0, 1, {"weight": 1j})]), 'must have a number as the "weight" of each edge'),
        ({0: [1], 1: [0]}, r"a dict of neighbours: networkx.DiGraph\(that\)"),
    ],
    ids=["class", "empty", "text", "complex", "neighbours"],
)
def test_what_is_no_weighted_graph_is_refused(graph, words):
    with pytest.raises((TypeError, ValueError), match=words):
        rc.spectral_radius(graph)


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_igraph_against_the_definition(directed, weighted):
    igraph = pytest.importorskip("igraph")
    ends = [(0, 1), (1, 2), (2, 2), (0, 1), (3, 0)]
    graph = igraph.Graph(n=5, edges=ends, directed=directed)
    weights = [0.5, -2.0, 3.0, 0.25, 1.5] if weighted else [1.0] * 5
    if weighted:
        graph.es["weight"] = weights
    graph.vs["name"] = list("edcba")
    W = rc.Matrix(graph).weights
    edges = [("edcba"[s], "edcba"[t], w) for (s, t), w in zip(ends, weights, strict=True)]
    np.testing.assert_allclose(W.to_scipy().toarray(), of_edges(edges, list("edcba"), directed))
    assert W.ids.tolist() == list("edcba")
    assert (W.counts.rows, W.counts.summed) == (5, 1)
    assert ("5 of 5 edges have no weight: 1" in W.notes) != weighted


def test_igraph_refuses_half_a_column_of_weights():
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph(n=2, edges=[(0, 1), (1, 0)], directed=True)
    graph.es["weight"] = [1.0, None]
    with pytest.raises((TypeError, ValueError), match=r'"weight" for each edge; got none, or NaN, for 1 of 2'):
        rc.spectral_radius(graph)
    graph.es["weight"] = [1.0, "x"]
    with pytest.raises(TypeError, match='a number as the "weight"'):
        rc.spectral_radius(graph)


def test_graph_tool_agrees_with_networkx():
    graph_tool = pytest.importorskip("graph_tool")
    graph = graph_tool.Graph([(0, 1), (1, 2), (2, 0), (0, 2)])
    expected = networkx.to_numpy_array(networkx.DiGraph([(0, 1), (1, 2), (2, 0), (0, 2)])).T
    np.testing.assert_array_equal(rc.Matrix(graph).weights.to_scipy().toarray(), expected)
