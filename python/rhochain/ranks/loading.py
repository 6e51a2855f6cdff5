"""A file, of which each rank keeps its rows."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

from scipy import sparse

from rhochain.files.load_options import LoadOptions
from rhochain.files.loading import FileError, stored_lines
from rhochain.files.loading import load as load_file
from rhochain.files.stored_lines import StoredLines
from rhochain.ranks.agreement import Communicator, alike
from rhochain.ranks.sliced_matrix import SlicedMatrix, with_names
from rhochain.ranks.stored_rows import rows_of_lines
from rhochain.weights.weights import Weights

__all__ = ["load"]


def load(
    path: str | os.PathLike[str],
    comm: Communicator,
    *,
    threads: int | None = None,
    memory: int | str = "2GiB",
    gathered_memory: int | str = "64GiB",
    reading_memory: int | str | None = None,
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
    reading_memory : int or str, optional
        `memory` of `rhochain.load`, of each rank.
    **options
        As in `rhochain.load`, such as ``source=`` and ``rows=``; not ``dry_run=``.

    Returns
    -------
    Matrix
        Where the file names its neurons or says which side of an entry receives, or the caller does, its `weights` say
        so on all ranks. All names are there: about as much memory as a vector of n entries for names of 64 bits.
        ``weights.matrix`` is the `Matrix` itself.

    Raises
    ------
    FileError, TypeError, ValueError
        As `rhochain.load`, with the same words on all ranks.

    Notes
    -----
    Each rank reads its own rows alone, and never holds others, of

    - PETSc's binary format: it goes to their place in the file;
    - CSR and CSC in ``.npz``: what comes before is passed over, unpacked where it is packed;
    - CSR and CSC in HDF5, without the names of AnnData: it reads their part of the datasets.

    The first rank reads any other file as a whole and sends rows to the others. So it does with ``sign=``, and where
    some rank does not find the file.

    A dense matrix is held as a sparse one: its bits are those of ``rhochain.Matrix(W, layout="csr")``.

    Examples
    --------
    ::

        from mpi4py import MPI
        import rhochain as rc

        W = rc.distributed.load("W.npz", MPI.COMM_WORLD, rows="source")
    """
    asked = alike(comm, lambda: _options(options, reading_memory))
    lines = _lines(path, comm, asked)
    if lines is None:
        arguments = options | {"memory": reading_memory}
        found = alike(comm, lambda: load_file(path, **arguments) if comm.rank == 0 else None)
        said = comm.bcast(_without_entries(found))
        own = sparse.csr_array((0, said.shape[1])) if found is None else _rows(found)
    else:
        said = lines.empty
        own = rows_of_lines(comm, path, lines, rows_are_sources=asked.rows == "source")
    W = SlicedMatrix(own, comm, threads=threads, memory=memory, gathered_memory=gathered_memory)
    return with_names(W, said) if isinstance(said, Weights) else W


def _options(given: dict[str, Any], reading_memory: int | str | None) -> LoadOptions:
    names = {field.name for field in dataclasses.fields(LoadOptions)} - {"memory", "dry_run"}
    for name in given:
        if name not in names:
            raise TypeError(f"load has no argument {name!r} on ranks; expected {', '.join(sorted(names))}")
    return LoadOptions(**given, memory=reading_memory)


def _lines(path: str | os.PathLike[str], comm: Communicator, asked: LoadOptions) -> StoredLines | None:
    """The lines of the file, if all ranks find the same; None where the first one has to read it."""

    def found() -> StoredLines | None:
        try:
            return stored_lines(path, asked)
        except (FileError, ImportError):
            if comm.rank == 0:
                raise
            return None

    lines = alike(comm, found)
    layouts = comm.allgather(None if lines is None else (lines.kind, lines.shape, lines.entries))
    return lines if all(layout == layouts[0] for layout in layouts) else None


def _rows(found: Any) -> sparse.csr_array:
    return found.to_scipy() if isinstance(found, Weights) else sparse.csr_array(found)


def _without_entries(found: Any) -> Any:
    """What other ranks need of a matrix: its shape, and the `Weights` about it."""
    empty = None if found is None else sparse.csr_array(found.shape)
    return dataclasses.replace(found, matrix=empty) if isinstance(found, Weights) else empty
