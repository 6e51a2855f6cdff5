"""What `rhochain.load` takes for an edge table of four million rows, beside `numpy.unique` of the same ids.

    python benchmarks/edge_tables.py [ROWS]

The Feather file is made from a seed: 139,255 neurons with ids above 2^53, a row for each pair and neuropil, so that
pairs come again, and the transmitter of each source. A fresh process reads it with signs; its peak memory is that of
the whole process, imports included. As a Markdown table, medians of three processes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

NEURONS, ROWS, PROCESSES = 139_255, 4_000_000, 3
CHILD = """
import resource, sys, time
import numpy as np
import rhochain as rc

begin = time.perf_counter()
W = rc.load(sys.argv[1], sign="drosophila")
load = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform != "darwin" else 1e9)
from pyarrow.feather import read_table
table = read_table(sys.argv[1], columns=["pre_pt_root_id", "post_pt_root_id"])
ids = np.concatenate([column.to_numpy() for column in table.columns])
begin = time.perf_counter()
distinct = np.unique(ids)
print(load, peak, time.perf_counter() - begin, W.counts.rows, W.counts.pairs, len(distinct) == len(W.ids))
"""


def write_edges(path: Path, rows: int) -> None:
    from pyarrow import table
    from pyarrow.feather import write_feather

    rng = np.random.default_rng(0)
    ids = np.unique(720575940596125868 + rng.integers(0, 10**11, NEURONS))
    source, target = rng.integers(0, len(ids), (2, rows))
    again = rng.integers(0, rows, rows // 10)  # other neuropils of pairs
    source[: len(again)], target[: len(again)] = source[again], target[again]
    order = np.argsort(source, kind="stable")
    source, target = source[order], target[order]
    transmitters = np.array(["ACH", "GABA", "GLUT"])[rng.integers(0, 3, len(ids))]
    columns = {
        "pre_pt_root_id": ids[source],
        "post_pt_root_id": ids[target],
        "neuropil": np.array(["AL_L", "FB", "ME_R", "LO_L"])[rng.integers(0, 4, rows)],
        "syn_count": rng.integers(1, 30, rows),
        "nt_type": transmitters[source],
    }
    write_feather(table(columns), path)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "edges.feather"
        write_edges(path, rows)
        runs = []
        for _ in range(PROCESSES):
            done = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True)
            runs.append(done.stdout.split())
    load, peak, unique = (statistics.median(float(run[k]) for run in runs) for k in range(3))
    assert all(run[5] == "True" for run in runs)
    print("| rows | pairs | load, s | np.unique of the ids, s | peak memory, GB |\n|---:|---:|---:|---:|---:|")
    print(f"| {int(runs[0][3]):,} | {int(runs[0][4]):,} | {load:.2f} | {unique:.2f} | {peak:.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
