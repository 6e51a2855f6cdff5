"""Which columns of a table are sources, targets, weights and transmitters, by the names that the field uses."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rhochain.files.faults import shown_name
from rhochain.weights.refusals import BadArgument, BadData

__all__ = [
    "EdgeColumns",
    "edge_columns",
    "id_column",
    "listed_names",
    "share_columns",
    "transmitter_column",
    "weight_column",
]

_PAIRS = (
    ("pre", "post"),
    ("source", "target"),
    ("src", "dst"),
    ("src", "tgt"),
    ("from", "to"),
    ("pre_id", "post_id"),
    ("source_id", "target_id"),
    ("source_node_id", "target_node_id"),
    ("pre_root_id", "post_root_id"),
    ("pre_pt_root_id", "post_pt_root_id"),
    ("bodyId_pre", "bodyId_post"),
    ("body_pre", "body_post"),
    ("presynaptic_id", "postsynaptic_id"),
    ("presynaptic", "postsynaptic"),
    ("sender", "receiver"),
)
_AMBIGUOUS = ("i", "j")
_WEIGHTS = (
    "weight",
    "weights",
    "w",
    "syn_count",
    "n_syn",
    "count",
    "n_synapses",
    "synapses",
    "syn_weight",
    "connectivity",
    "excitatory x connectivity",
)
_TRANSMITTERS = ("nt_type", "top_nt", "neurotransmitter", "transmitter", "predicted_nt", "consensus_nt", "nt")
_SHARES = {"gaba_avg": "GABA", "ach_avg": "ACH", "glut_avg": "GLUT", "oct_avg": "OCT", "ser_avg": "SER", "da_avg": "DA"}
_IDS = ("id", "root_id", "pt_root_id", "bodyid", "body", "node_id", "node", "neuron", "neuron_id", "", "unnamed: 0")
_LISTED = 12


class EdgeColumns(NamedTuple):
    """Names of columns as the table has them."""

    source: str
    target: str


def edge_columns(names: Sequence[str], source: str | None, target: str | None) -> EdgeColumns:
    """The columns that the caller named, else the one known pair that the table has."""
    if (source is None) != (target is None):
        given, missing = ("source", "target") if target is None else ("target", "source")
        raise BadArgument(f"{missing} must name a column too, as {given} does")
    if source is not None and target is not None:
        _require_column("source", source, names)
        _require_column("target", target, names)
        if source == target:
            raise BadArgument(f"source and target must name two columns; got {source!r} for both")
        return EdgeColumns(source, target)
    lower = {name.lower(): name for name in names}
    found = [pair for pair in _PAIRS if all(side.lower() in lower for side in pair)]
    if len(found) == 1:
        return EdgeColumns(*(lower[side.lower()] for side in found[0]))
    if found:
        came = " and ".join(f"{lower[a.lower()]}, {lower[b.lower()]}" for a, b in found)
        raise BadData("columns", f"several pairs of neurons: {came}", "source= and target= to choose")
    if all(side in lower for side in _AMBIGUOUS):
        raise BadData("columns", "i and j, of which either could be the source", "source= and target= to say which")
    raise BadData("columns", listed_names(names), "names such as pre and post, or source= and target=")


def weight_column(names: Sequence[str], weight: str | float | None) -> str | float:
    """The column of weights, or the number that serves for every row."""
    if isinstance(weight, str):
        _require_column("weight", weight, names)
        return weight
    if weight is not None:
        try:
            return float(weight)
        except (TypeError, ValueError):
            raise BadArgument(f"weight must name a column or be a number; got {weight!r}") from None
    found = _known(_WEIGHTS, names)
    if len(found) > 1:
        raise BadData("columns", f"several of weights: {', '.join(found)}", "weight= to choose")
    if not found:
        raise BadData(
            "columns", f"none of weights among {listed_names(names)}", "weight= with a name, or weight=1 for each row"
        )
    return found[0]


def transmitter_column(names: Sequence[str], transmitter: str | None) -> str | None:
    """The column of names of transmitters, if there is one."""
    if transmitter is not None:
        _require_column("transmitter", transmitter, names)
        return transmitter
    found = _known(_TRANSMITTERS, names)
    if len(found) > 1:
        raise BadData("columns", f"several of transmitters: {', '.join(found)}", "transmitter= to choose")
    return found[0] if found else None


def share_columns(names: Sequence[str]) -> dict[str, str]:
    """FlyWire's averages of transmitters: the name of each by its column; empty unless all six are there."""
    return dict(_SHARES) if all(name in names for name in _SHARES) else {}


def id_column(names: Sequence[str], others: Iterable[str] = ()) -> str:
    """The column of ids in a table with a row for each neuron."""
    left = [name for name in names if name not in others]
    found = _known(_IDS, left)
    if len(found) == 1 or len(left) == 1:
        return found[0] if found else left[0]
    if found:
        raise BadData("columns", f"several of ids: {', '.join(map(repr, found))}", "one; nodes=(path, column) chooses")
    raise BadData("columns", listed_names(names), "one of ids, such as root_id; nodes=(path, column) chooses")


def _known(known: Sequence[str], names: Sequence[str]) -> list[str]:
    return [name for name in names if name.lower() in known]


def _require_column(argument: str, column: str, names: Sequence[str]) -> None:
    if not isinstance(column, str):
        raise BadArgument(f"{argument} must name a column; got {column!r}")
    if column not in names:
        near = difflib.get_close_matches(column, names[:1000], 3, 0.5)
        hint = f" (nearest: {', '.join(near)})" if near else ""
        raise BadArgument(
            f"{argument} must name a column; got {column!r}{hint}, and the table has {listed_names(names)}"
        )


def listed_names(names: Sequence[str]) -> str:
    """Names of columns for a message, the first twelve, in quotes where they are unusual."""
    shown = [shown_name(name) for name in names]
    if not shown:
        return "none"
    return ", ".join(shown[:_LISTED]) + (f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else "")
