"""A file, of which each rank keeps its rows."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from scipy import sparse

from rhochain.files.loading import load as load_file
from rhochain.ranks.agreement import Communicator, together
from rhochain.ranks.sliced_matrix import SlicedMatrix
from rhochain.weights.weights import Weights

__all__ = ["load"]


def load(
    path: str | os.PathLike[str],
    comm: Communicator,
    *,
    threads: int | None = None,
    memory: int | str = "2GiB",
    gathered_memory: int | str = "64GiB",
    **options: Any,
) -> SlicedMatrix:
    """The matrix of a file, its rows shared out to ranks.

    Parameters
    ----------
    path : path
        Any file that `rhochain.load` reads. All ranks give the same.
    comm : mpi4py intracommunicator
    threads, memory, gathered_memory
        As in `Matrix`.
    **options
        As in `rhochain.load`, such as ``source=`` and ``rows=``.

    Returns
    -------
    Matrix

    Raises
    ------
    FileError, TypeError, ValueError
        As `rhochain.load`, on all ranks.
    """

    def rows() -> tuple[sparse.csr_array, int]:
        if comm.rank > 0:
            return sparse.csr_array((0, 0)), 0
        W: Any = load_file(path, **options)
        if isinstance(W, Weights):
            W = W.matrix
        return sparse.csr_array(W), W.shape[1]

    own, columns = together(comm, rows)
    columns = comm.bcast(columns)
    if comm.rank > 0:
        own = sparse.csr_array((0, columns), dtype=np.float32)
    return SlicedMatrix(own, comm, threads=threads, memory=memory, gathered_memory=gathered_memory)
