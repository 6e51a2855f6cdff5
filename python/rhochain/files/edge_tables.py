"""Edge tables: a row for each pair of neurons, or for each pair and region, with a weight."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np

from rhochain.files.edge_columns import edge_columns, weight_column
from rhochain.files.load_options import LoadOptions
from rhochain.files.node_lists import nodes_from
from rhochain.files.sign_requests import sign_request
from rhochain.files.table_files import open_table, read_columns
from rhochain.files.tables import Role, Table
from rhochain.weights.neuron_signs import with_signs
from rhochain.weights.pair_rows import PairRows
from rhochain.weights.refusals import BadArgument
from rhochain.weights.weights import Counts, Weights

__all__ = ["edges_of_table", "read_edge_table"]


def read_edge_table(path: Path, options: LoadOptions) -> Weights | Counts:
    """W of the edge table in a file; counts alone in a dry run."""
    return edges_of_table(open_table(path), options, os.fspath(path))


def edges_of_table(table: Table, options: LoadOptions, origin: str) -> Weights | Counts:
    """W of an edge table: source acts on target, rows of one pair are summed."""
    columns = edge_columns(table.names, options.source, options.target)
    weight = weight_column(table.names, options.weight)
    if weight in columns:
        raise BadArgument(f"weight must name another column than source and target; got {weight!r}")
    signs = sign_request(options, table, columns.source)
    nodes = None if options.nodes is None else nodes_from(options.nodes, options.most_bytes)
    roles = {columns.source: Role.ID, columns.target: Role.ID, **signs.roles}
    if isinstance(weight, str):
        roles[weight] = Role.NUMBER
    rows = PairRows(nodes, f"columns {columns.source} and {columns.target}")
    for batch in read_columns(table, roles, options.most_bytes):
        source, target = batch[columns.source], batch[columns.target]
        amount = batch[weight] if isinstance(weight, str) else np.full(len(source), weight)
        rows.add(source, target, amount)
        signs.add(batch, source, amount)
    if options.dry_run and rows.rows and rows.rows == rows.unknown:
        return Counts(rows=rows.rows, dropped=rows.unknown, neurons=len(nodes) if nodes is not None else 0)
    if options.unknown == "error" and not options.dry_run:
        rows.require_known()
    W = rows.weights(origin)
    W = dataclasses.replace(W, notes=(f"{columns.source} acts on {columns.target}, with weight {weight}",))
    found = signs.signs()
    if found is not None:
        unknown_sign = 1 if options.dry_run and options.unknown_sign is None else options.unknown_sign
        W = with_signs(W, found, unknown_sign)
    return W.counts if options.dry_run else W
