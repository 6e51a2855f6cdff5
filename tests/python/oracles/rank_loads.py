"""What `load` gives of files, as JSON: of one process, or of the ranks that mpiexec starts.

python rank_loads.py CASES.json
mpiexec -n 3 python rank_loads.py --ranks CASES.json

CASES.json: a list of a path and arguments of `load`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from rank_results import digest, whole

import rhochain as rc


def described(W: Any, comm: Any) -> dict[str, Any]:
    """Products, which tell the order of entries in a row, and what is known of neurons."""
    rng = np.random.default_rng(5)
    right, left = rng.standard_normal(W.shape[1]), rng.standard_normal(W.shape[0])
    if comm is not None:
        right, left = slice_of(right, W.own_columns, comm), left[W.first : W.first + W.length]
    names = W.weights
    return {
        "shape": list(W.shape),
        "dtype": str(W.dtype),
        "nnz": W.nnz,
        "whole": bool(W.whole),
        "products": [digest(whole(W._matvec(right), comm)), digest(whole(W._rmatvec(left), comm))],
        "names": None if names is None else named(names),
    }


def slice_of(vector: Any, own: int, comm: Any) -> Any:
    first = sum(comm.allgather(own)[: comm.rank])
    return vector[first : first + own]


def named(names: rc.Weights) -> list[Any]:
    ids = None if names.ids is None else [str(names.ids.dtype), digest(names.ids)]
    return [ids, names.rows, names.origin, str(names.counts), list(names.notes), list(names.shape)]


def outcome(path: str, arguments: dict[str, Any], comm: Any) -> dict[str, Any]:
    try:
        if comm is None:
            return described(rc.Matrix(rc.load(path, **arguments), layout="csr"), None)
        return described(rc.distributed.load(path, comm, **arguments), comm)
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}


def main(arguments: list[str]) -> None:
    comm = None
    if arguments[0] == "--ranks":
        from mpi4py import MPI

        comm = MPI.COMM_WORLD
    cases = json.loads(Path(arguments[-1]).read_text())
    results = [outcome(path, given, comm) for path, given in cases]
    if comm is not None:
        of_ranks = comm.allgather(results)
        assert all(each == results for each in of_ranks), of_ranks
    if comm is None or comm.rank == 0:
        print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1:])
