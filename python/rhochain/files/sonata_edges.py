"""SONATA: edges of one population of neurons in HDF5, with weights beside them or by type in a CSV file.

    /edges/<population>/source_node_id, target_node_id, edge_type_id, edge_group_id, edge_group_index
    /edges/<population>/<group>/syn_weight, nsyns

Edge k has the weight at place edge_group_index[k] of group edge_group_id[k], or where the group has none, that of its
type. nsyns is how many synapses of that weight it has. Source: SONATA developer guide, sections on edges.
"""

from __future__ import annotations

import dataclasses
import os
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.files.choices import chosen_name
from rhochain.files.faults import FileFault, require_sane_shape
from rhochain.files.hdf5_files import Hdf5File
from rhochain.files.load_options import LoadOptions
from rhochain.files.sonata_types import types_beside, weights_of_types
from rhochain.weights.pairs import weights_of_pairs
from rhochain.weights.refusals import BadArgument
from rhochain.weights.weights import Weights

__all__ = ["edge_populations", "read_sonata"]

_ENDS = ("source_node_id", "target_node_id")
_MOST_GROUPS = 1000


def edge_populations(file: Hdf5File) -> dict[str, Any]:
    """Groups of edges by the name of their population; empty where the file is no SONATA file."""
    edges = file.find("edges")
    if not file.is_group(edges):
        return {}
    members = {name: found for name, found in file.members(edges).items() if file.is_group(found)}
    return {name: found for name, found in members.items() if all(end in found for end in _ENDS)}


def read_sonata(file: Hdf5File, populations: dict[str, Any], path: Path, options: LoadOptions) -> Weights:
    """W of the population called `options.name`, else of the only one. Neurons are numbered from 0."""
    counts = {name: (_part(file, group, _ENDS[0]).shape or (0,)) for name, group in populations.items()}
    name = chosen_name(counts, options.name, "populations of edges")
    group = populations[name]
    place = f"group {group.name}"
    among = [file.attribute(_part(file, group, end), "node_population") for end in _ENDS]
    if isinstance(among[0], str) and isinstance(among[1], str) and among[0] != among[1]:
        raise FileFault(place, f"edges from {among[0]!r} to {among[1]!r}", "edges within one population of neurons")
    source, target = (_integers(file, group, end) for end in _ENDS)
    _require_as_many(place, source, target)
    notes: list[str] = []
    weight = _edge_weights(file, group, len(source), path, options.weight, notes)
    neurons = max(int(max(source.max(), target.max())) + 1 if len(source) else 0, _indexed(file, group))
    require_sane_shape(place, neurons, neurons, len(source))
    notes.append(f"population {name}: neurons 0 to {neurons - 1}, the last one that its edges or index name")
    W = weights_of_pairs(source, target, weight, nodes=np.arange(neurons), origin=f"{path}: edges/{name}")
    return dataclasses.replace(W, notes=(*notes, *W.notes))


def _part(file: Hdf5File, group: Any, name: str) -> Any:
    found = file.find(name, group)
    if not file.is_dataset(found):
        raise FileFault(f"group {group.name}", f"no dataset {name}", "the datasets of SONATA edges")
    return found


def _integers(file: Hdf5File, group: Any, name: str) -> npt.NDArray[np.int64]:
    """Numbers of neurons, groups or rows: from 0, in int64."""
    dataset = _part(file, group, name)
    found = file.numbers(dataset, 1, integers=True)
    outside = (found < 0) | (found > np.iinfo(np.int64).max)
    if outside.any():
        at = int(np.argmax(outside))
        raise FileFault(f"dataset {dataset.name}, entry {at}", str(found[at]), "0 to 2^63 - 1")
    return found.astype(np.int64)


def _require_as_many(place: str, *arrays: npt.NDArray[Any]) -> None:
    lengths = sorted({len(array) for array in arrays})
    if len(lengths) > 1:
        raise FileFault(place, f"datasets of {lengths[0]} and {lengths[-1]} edges", "as many of each")


def _indexed(file: Hdf5File, group: Any) -> int:
    """Neurons that the index of the edges lists, 0 without one: those without an edge are among them."""
    lengths = [0]
    for folder in ("indices", "indicies"):  # the second in files by the first writers
        for side in ("source_to_target", "target_to_source"):
            found = file.find(f"{folder}/{side}/node_id_to_range", group)
            if file.is_dataset(found) and found.shape:
                lengths.append(found.shape[0])
    return max(lengths)


def _edge_weights(
    file: Hdf5File, group: Any, edges: int, path: Path, types: Any, notes: list[str]
) -> npt.NDArray[np.float64]:
    """The weight of each edge; `types` is a weight for all, or the path of the CSV file of edge types, or None."""
    if not isinstance(types, (str, os.PathLike, Real, type(None))):
        raise BadArgument(f"weight must be a number or the CSV file of edge types; got {types!r}")
    place = f"group {group.name}"
    has_groups = "edge_group_id" in group
    groups = _integers(file, group, "edge_group_id") if has_groups else np.zeros(edges, dtype=np.int64)
    index = _integers(file, group, "edge_group_index") if "edge_group_index" in group else np.arange(edges)
    _require_as_many(place, groups, index, np.empty(edges))
    numbers = np.unique(groups)
    if len(numbers) > _MOST_GROUPS:
        raise FileFault(place, f"{len(numbers)} groups of edges", f"at most {_MOST_GROUPS}")
    if isinstance(types, Real):
        return np.full(edges, float(types))
    weight, stated = np.empty(edges), np.zeros(edges, dtype=bool)
    times = np.ones(edges)
    for number in numbers:
        rows = groups == number
        for column, into in (("syn_weight", weight), ("nsyns", times)):
            found = file.find(f"{number}/{column}", group)
            if file.is_dataset(found):
                into[rows] = _at(f"dataset {found.name}", file.numbers(found, 1), index[rows])
                if column == "syn_weight":
                    stated |= rows
                else:
                    notes.append(f"nsyns of group {number}: the weight of an edge is multiplied by its synapses")
    if not stated.all():
        given = types_beside(path) if types is None else Path(types)
        if given is None:
            came = f"{int(np.sum(~stated))} of {edges} edges without syn_weight"
            raise FileFault(
                place, came, f"weight= the CSV file of edge types, or it beside the file: {path.stem}_types.csv"
            )
        of_edges = _integers(file, group, "edge_type_id")
        _require_as_many(place, of_edges, weight)
        weight[~stated] = weights_of_types(given, of_edges[~stated])
        notes.append(f"weights of {int(np.sum(~stated)):,} edges by their types in {given.name}")
    return weight * times


def _at(place: str, values: npt.NDArray[Any], index: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    if len(index) and int(index.max()) >= len(values):
        raise FileFault(place, f"{len(values)} weights and an edge with number {index.max()}", "a weight for each edge")
    return values[index]
