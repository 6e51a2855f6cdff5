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
    rows = matrix.col, matrix.row  # networkx has its sources as rows
    counts, W = _assembled(matrix.data, rows, graph.number_of_nodes(), edges)
    unweighted = edges - len(networkx.get_edge_attributes(graph, "weight"))
    if not graph.is_directed():
        counts = Counts(rows=edges, summed=edges - _undirected_pairs(W) if graph.is_multigraph() else 0)
    notes = _notes(graph.is_directed(), unweighted, edges)
    return Weights(W, _labels(list(graph)), "target", f"networkx {type(graph).__name__}", counts, notes)


def igraph_weights(graph: Any) -> Any:
    """W of an igraph graph, by its edges' attribute "weight" where it has one; its other objects unchanged."""
    if not (hasattr(graph, "get_edgelist") and hasattr(graph, "vs")):
        return graph
    n, edges = graph.vcount(), graph.ecount()
    if n == 0:
        raise ValueError("W must have at least one neuron; got an igraph graph without vertices")
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    unweighted = 0 if "weight" in graph.es.attributes() else edges
    try:
        weights = np.ones(edges) if unweighted else np.array(graph.es["weight"], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f'W must have a number as the "weight" of each edge; got {error}') from error
    if np.isnan(weights).any():
        missing = int(np.isnan(weights).sum())
        raise ValueError(f'W must have a "weight" for each edge; got none, or NaN, for {missing:,} of {edges:,}')
    source, target = ends[:, 0], ends[:, 1]
    if not graph.is_directed():
        both = source != target
        source, target = np.concatenate([source, target[both]]), np.concatenate([target, source[both]])
        weights = np.concatenate([weights, weights[both]])
    counts, W = _assembled(weights, (target, source), n, edges)
    if not graph.is_directed():
        counts = Counts(rows=edges, summed=edges - _undirected_pairs(W))
    ids = _labels(graph.vs["name"]) if "name" in graph.vs.attributes() else None
    return Weights(W, ids, "target", "igraph Graph", counts, _notes(graph.is_directed(), unweighted, edges))


def graph_tool_weights(graph: Any) -> Any:
    """W of a graph-tool graph, by its edges' property "weight" where it has one; its other objects unchanged."""
    if not (hasattr(graph, "ep") and hasattr(graph, "get_edges")):
        return graph
    from graph_tool.spectral import adjacency  # type: ignore[import-not-found, unused-ignore]

    weighted = "weight" in graph.ep
    # Its entry (i, j) is the edge from j to i already.
    matrix = sparse.coo_array(adjacency(graph, weight=graph.ep["weight"] if weighted else None))
    edges = int(graph.num_edges())
    counts, W = _assembled(matrix.data.astype(np.float64), (matrix.row, matrix.col), matrix.shape[0], edges)
    unweighted = 0 if weighted else edges
    return Weights(W, None, "target", "graph-tool Graph", counts, _notes(graph.is_directed(), unweighted, edges))


def _assembled(
    weights: npt.NDArray[np.float64], places: tuple[Any, Any], n: int, edges: int
) -> tuple[Counts, sparse.csr_array]:
    """W with edges between the same nodes summed, and their number where each is listed once."""
    W = sparse.csr_array(sparse.coo_array((weights, places), shape=(n, n)))
    return Counts(rows=edges, summed=max(0, edges - W.nnz)), W


def _undirected_pairs(W: sparse.csr_array) -> int:
    """Pairs of nodes, loops among them, of a W with an entry for each direction."""
    loops = int((W.tocoo().row == W.tocoo().col).sum())
    return (int(W.nnz) + loops) // 2


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
    return _first_distinct(labels, (str, repr))


def _first_distinct(labels: list[Any], forms: tuple[Any, ...]) -> npt.NDArray[Any] | None:
    for form in forms:
        if (ids := _distinct(np.array(list(map(form, labels)), dtype=np.str_))) is not None:
            return ids
    return None


def _distinct(ids: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    return ids if len(np.unique(ids)) == len(ids) else None
