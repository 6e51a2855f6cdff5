"""Results of a matrix of petsc4py on ranks, as JSON: of its rows, moved to slices of ours, and of its own products.

mpiexec -n 2 python petsc_results.py CASE QUANTITY ...
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rank_results import case, quantity, whole

import rhochain as rc

MPI = pytest.importorskip("mpi4py.MPI")
PETSc = pytest.importorskip("petsc4py.PETSc")
COMM = MPI.COMM_WORLD


def of_rows(W: Any) -> Any:
    """W with slices that begin anywhere; the same in every process."""
    n = W.shape[0]
    cuts = np.sort(np.random.default_rng(11).integers(0, n, COMM.size - 1))
    first, end = np.concatenate([[0], cuts, [n]])[COMM.rank : COMM.rank + 2].tolist()
    rows = W[first:end]
    parts = rows.indptr.astype(PETSc.IntType), rows.indices.astype(PETSc.IntType), rows.data
    mat = PETSc.Mat().createAIJ(size=((end - first, n), (end - first, n)), csr=parts, comm=COMM)
    mat.assemble()
    return mat


def differences(own: Any, W: Any) -> list[float]:
    """Of products, as shares of the largest entry."""
    n = W.shape[0]
    x = np.random.default_rng(3).standard_normal((n, 2))
    mine = x[own.first : own.first + own.length]
    pairs = [(own @ mine[:, 0], W @ x[:, 0]), (own.rmatmat(mine), W.T @ x)]
    return [float(abs(whole(part, COMM) - exact).max() / abs(exact).max()) for part, exact in pairs]


def ends(b: rc.Bracket) -> list[Any]:
    return [b.value, b.lower.value, b.upper.value, str(b.lower.grade), str(b.upper.grade)]


def said(call: Callable[[], Any]) -> str:
    try:
        call()
    except (TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def main(arguments: list[str]) -> None:
    W = case(arguments[0])
    mat = of_rows(W)
    moved, left = rc.distributed.from_petsc(mat), rc.distributed.from_petsc(mat, move=False)
    n = W.shape[0]
    loose = PETSc.Mat().createAIJ(size=(n, n), nnz=1, comm=COMM)
    wide = PETSc.Mat().createAIJ(size=(n, n + 100), nnz=1, comm=COMM)
    wide.assemble()
    full = PETSc.Mat().createDense(size=(40, 40), comm=COMM)
    full.setUp()
    full.assemble()
    found = {
        "moved": {name: quantity(name, moved, COMM) for name in arguments[1:]},
        "slices": [moved.aligned, left.aligned, left.lengths.tolist()],
        "differences": differences(left, W),
        "radius": [ends(rc.spectral_radius(each, rtol=1e-3, max_matvecs=400)) for each in (moved, left)],
        "norm": [ends(rc.spectral_norm(each, rtol=1e-3, max_matvecs=400)) for each in (moved, left)],
        "refused": [
            said(lambda: rc.distributed.from_petsc(W)),
            said(lambda: rc.distributed.from_petsc(loose)),
            said(lambda: rc.distributed.from_petsc(loose, move=False)),
            said(lambda: rc.distributed.from_petsc(full)),
            said(lambda: rc.distributed.from_petsc(wide, move=False)),
            said(lambda: rc.distributed.from_petsc(mat, move=False, memory="1GB")),
        ],
        "rectangle": list(rc.distributed.from_petsc(wide).shape),
        "proved": said(lambda: rc.perron_radius(left)),
    }
    assert all(each["refused"] == found["refused"] for each in COMM.allgather(found))
    if COMM.rank == 0:
        print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
