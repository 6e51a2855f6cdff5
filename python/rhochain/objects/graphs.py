"""Graphs as W: an edge from j to i is W[i, j], the labels of nodes are the ids of neurons."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.weights.weights import Counts, Weights

__all__ = ["graph_tool_weights", "igraph_weights", "networkx_weights"]

_LEAST_ID, _END_OF_IDS = -(2**63), 2**63


def networkx_weights(graph: Any) -> Any:
    """W of a networkx graph of any of its four kinds; its other objects unchanged.

    Weights are the edges' attribute "weight", 1 where it is missing, as in networkx; edges between the same nodes are
    summed; an undirected edge acts in both directions, a loop once.
    """
    if not (hasattr(graph, "is_multigraph") and hasattr(graph, "adj")):
        return graph
    import networkx

    if graph.number_of_nodes() == 0:
        raise ValueError("W must have at least one neuron; got a networkx graph without nodes")
    edges = graph.number_of_edges()
    try:
        matrix = networkx.to_scipy_sparse_array(graph, dtype=np.float64, weight="weight", format="coo")
    except (TypeError, ValueError) as error:
        raise TypeError(f'W must have a number as the "weight" of each edge; got {error}') from error
    ends = matrix.col, matrix.row  # networkx has its sources as rows
    directed = graph.is_directed()
    counts, W = _assembled(matrix.data, ends, graph.number_of_nodes(), edges, directed)
    unweighted = edges - len(networkx.get_edge_attributes(graph, "weight"))
    notes = _notes(directed, unweighted, edges)
    return Weights(W, _labels(list(graph)), "target", f"networkx {type(graph).__name__}", counts, notes)


def igraph_weights(graph: Any) -> Any:
    """W of an igraph graph, by its edges' attribute "weight" where it has one; its other objects unchanged."""
    if not (hasattr(graph, "get_edgelist") and hasattr(graph, "vs")):
        return graph
    n, edges = graph.vcount(), graph.ecount()
    if n == 0:
        raise ValueError("W must have at least one neuron; got an igraph graph without vertices")
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    weights = None
    if "weight" in graph.es.attributes():
        try:
            weights = np.array(graph.es["weight"], dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise TypeError(f'W must have a number as the "weight" of each edge; got {error}') from error
        if missing := int(np.isnan(weights).sum()):
            raise ValueError(f'W must have a "weight" for each edge; got none, or NaN, for {missing:,} of {edges:,}')
    ids = _labels(graph.vs["name"]) if "name" in graph.vs.attributes() else None
    return _of_ends("igraph", ends, weights, n, graph.is_directed(), ids)


def graph_tool_weights(graph: Any) -> Any:
    """W of a graph-tool graph, by its edges' property "weight" where it has one; its other objects unchanged.

    Of a filtered graph the ids are the indices of the vertices that are left.
    """
    if not (hasattr(graph, "ep") and hasattr(graph, "get_edges")):
        return graph
    vertices = np.sort(np.asarray(graph.get_vertices(), dtype=np.int64))
    if not len(vertices):
        raise ValueError("W must have at least one neuron; got a graph-tool graph without vertices")
    weighted = "weight" in graph.ep
    table = np.asarray(graph.get_edges([graph.ep["weight"]] if weighted else []))
    ends = np.searchsorted(vertices, table[:, :2].astype(np.int64))
    weights = table[:, 2].astype(np.float64) if weighted else None
    ids = None if vertices[-1] == len(vertices) - 1 else vertices
    return _of_ends("graph-tool", ends, weights, len(vertices), graph.is_directed(), ids)


def _of_ends(library: str, ends: Any, weights: Any, n: int, directed: bool, ids: Any) -> Weights:
    """W of edges given by the positions of their ends, source before target."""
    edges, unweighted = len(ends), len(ends) if weights is None else 0
    given = np.ones(edges) if weights is None else weights
    source, target = ends[:, 0], ends[:, 1]
    if not directed:
        both = source != target
        source, target = np.concatenate([source, target[both]]), np.concatenate([target, source[both]])
        given = np.concatenate([given, given[both]])
    counts, W = _assembled(given, (target, source), n, edges, directed)
    return Weights(W, ids, "target", f"{library} Graph", counts, _notes(directed, unweighted, edges))


def _assembled(
    weights: npt.NDArray[np.float64], places: tuple[Any, Any], n: int, edges: int, directed: bool
) -> tuple[Counts, sparse.csr_array]:
    """W with edges between the same nodes summed, and their number; an undirected edge has an entry for each way."""
    W = sparse.csr_array(sparse.coo_array((weights, places), shape=(n, n)))
    pairs = int(W.nnz)
    if not directed:
        stored = W.tocoo()
        pairs = (pairs + int((stored.row == stored.col).sum())) // 2
    return Counts(rows=edges, summed=edges - pairs), W


def _notes(directed: bool, unweighted: int, edges: int) -> tuple[str, ...]:
    notes = [] if directed else ["the graph is undirected: each edge acts in both directions, a loop once"]
    if unweighted:
        notes.append(f"{unweighted:,} of {edges:,} edges have no weight: 1")
    return tuple(notes)


def _labels(labels: list[Any]) -> npt.NDArray[Any] | None:
    """Integers or text; labels of other kinds by their text, or by their `repr` where texts agree. None if those do."""
    kinds = set(map(type, labels))
    if all(issubclass(kind, (int, np.integer)) and kind is not bool for kind in kinds):
        whole = list(map(int, labels))
        if min(whole) >= _LEAST_ID and max(whole) < _END_OF_IDS:
            return _distinct(np.array(whole, dtype=np.int64))
    for form in (str, repr):
        if (ids := _distinct(np.array(list(map(form, labels)), dtype=np.str_))) is not None:
            return ids
    return None


def _distinct(ids: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    return ids if len(np.unique(ids)) == len(ids) else None
