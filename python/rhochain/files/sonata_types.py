"""Edge types of SONATA: a CSV file with blanks between columns, a row for each type."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rhochain.files.faults import FileFault

__all__ = ["types_beside", "weights_of_types"]

_MOST_BYTES = 1 << 24
_TYPE, _WEIGHT = "edge_type_id", "syn_weight"


def types_beside(path: Path) -> Path | None:
    """The file of edge types that belongs to a file of edges by its name, or is the only one beside it."""
    stem = path.stem
    for name in (f"{stem}_edge_types", f"{stem}_types", f"{stem.removesuffix('_edges')}_edge_types", "edge_types"):
        if (found := path.with_name(f"{name}.csv")).is_file():
            return found
    beside = sorted(path.parent.glob("*edge_types*.csv"))
    return beside[0] if len(beside) == 1 else None


def weights_of_types(path: Path, types: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The weight of each type in `types`."""
    name = f"edge types {path.name}"
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise FileFault(name, "no such file, or a large one", f"a CSV file of at most {_MOST_BYTES} bytes")
    known: dict[int, float] = {}
    with path.open(encoding="utf-8", newline="", errors="replace") as stream:
        rows = csv.reader(stream, delimiter=" ", skipinitialspace=True)
        header = next(rows, [])
        if _TYPE not in header or _WEIGHT not in header:
            raise FileFault(f"{name}, line 1", f"the columns {' '.join(header)[:200]}", f"{_TYPE} and {_WEIGHT}")
        places = header.index(_TYPE), header.index(_WEIGHT)
        for row in rows:
            if len(row) <= max(places):
                if any(row):
                    raise FileFault(f"{name}, line {rows.line_num}", f"{len(row)} columns", str(len(header)))
                continue
            try:
                known[int(row[places[0]])] = float(row[places[1]]) if row[places[1]] != "NULL" else np.nan
            except ValueError:
                shown = repr(" ".join(row)[:60])
                raise FileFault(f"{name}, line {rows.line_num}", shown, "an integer and a number") from None
    distinct, place = np.unique(types, return_inverse=True)
    weights = np.array([known.get(each, np.nan) for each in distinct.tolist()])
    if np.isnan(weights).any():
        missing = distinct[np.isnan(weights)]
        raise FileFault(name, f"no weight for type {missing[0]}", "a weight for each type of edges without one")
    return weights[place]
