"""Edge tables as files of every kind, and W of their rows by a plain loop."""

from __future__ import annotations

import gzip
import math
from collections import defaultdict
from pathlib import Path

import numpy as np

ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".feather", ".parquet")
FIRST_ID = 720575940596125868


def flywire_edges(seed: int, n: int = 25, rows: int = 400) -> dict[str, list]:
    """Columns as in FlyWire's files: ids above 2^53, several rows for a pair, shares of transmitters by synapse."""
    rng = np.random.default_rng(seed)
    ids = rng.choice(1000, n, replace=False) + FIRST_ID
    shares = rng.dirichlet(np.ones(6), rows)
    names = ("gaba_avg", "ach_avg", "glut_avg", "oct_avg", "ser_avg", "da_avg")
    return {
        "pre_pt_root_id": ids[rng.integers(0, n, rows)].tolist(),
        "post_pt_root_id": ids[rng.integers(0, n, rows)].tolist(),
        "neuropil": rng.choice(["AL_L", "FB", "ME_R"], rows).tolist(),
        "syn_count": rng.integers(1, 40, rows).tolist(),
        **{name: shares[:, k].tolist() for k, name in enumerate(names)},
    }


def write_table(path: Path, columns: dict[str, list], **types) -> Path:
    """The columns as a file of the kind that the name's ending says; `types`: Arrow types of columns."""
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet

    name = path.name
    if name.endswith((".feather", ".parquet")):
        table = pa.table({column: pa.array(values, types.get(column)) for column, values in columns.items()})
        write = pyarrow.feather.write_feather if name.endswith(".feather") else pyarrow.parquet.write_table
        write(table, path)
        return path
    mark = "\t" if ".tsv" in name else ","
    cells = [list(columns), *zip(*columns.values(), strict=True)]
    text = "".join(mark.join("" if cell is None else str(cell) for cell in row) + "\n" for row in cells).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


def entries_by_loop(source, target, weight) -> dict:
    """{(target, source): sum of weights}."""
    terms = defaultdict(list)
    for s, t, w in zip(source, target, weight, strict=True):
        terms[t, s].append(w)
    return {pair: math.fsum(ws) for pair, ws in terms.items()}


def entries_of(W) -> dict:
    """The same of a `Weights`."""
    stored = W.to_scipy().tocoo()
    ids = W.ids.tolist()
    return {
        (ids[i], ids[j]): w
        for i, j, w in zip(stored.row.tolist(), stored.col.tolist(), stored.data.tolist(), strict=True)
    }
