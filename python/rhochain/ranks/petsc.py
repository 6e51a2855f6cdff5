"""Matrices of petsc4py: their rows moved to slices of ours, or their own products."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.extras import optional_library
from rhochain.ranks.agreement import Communicator, alike
from rhochain.ranks.sliced_matrix import SlicedMatrix, SlicedOperator

__all__ = ["from_petsc"]

_WITH_ROWS = ("seqaij", "mpiaij")
_KEPT: list[Any] = []

_Array = npt.NDArray[Any]


def from_petsc(
    mat: Any,
    *,
    move: bool = True,
    threads: int | None = None,
    memory: int | str | None = None,
    gathered_memory: int | str | None = None,
) -> SlicedMatrix | SlicedOperator:
    """A matrix of petsc4py, on the ranks of its communicator. All of them call this.

    Parameters
    ----------
    mat : petsc4py.PETSc.Mat
        Assembled, of real entries.
    move : bool
        True: a copy of its rows, moved to ranks so that results have the bits of one process. False: rows stay where
        PETSc has them, and products are PETSc's MatMult and MatMultTranspose. `mat` is then kept, and must not change.
    threads : int, optional
        As in `Matrix`.
    memory, gathered_memory : int or str, optional
        As in `Matrix`; with ``move=True`` alone.

    Returns
    -------
    Matrix or Operator
        A `Matrix` with ``move=True``, for a `mat` of type aij. An `Operator` else, for a square one of any type.

    Raises
    ------
    TypeError
        Not a Mat; entries or a PETSc of complex numbers.
    ValueError
        Not assembled; of a type without rows; with ``move=False``, slices of rows and columns that differ.

    Notes
    -----
    With ``move=False`` the matrix takes no memory but PETSc's. Nothing is then known of |W|: no bound is PROVED, and
    `perron_radius` and `scaled_norm` refuse it. The bits depend on the slices and on PETSc's sums.

    mpi4py and petsc4py must be built for one and the same MPI.

    Examples
    --------
    ::

        from mpi4py import MPI                  # before petsc4py
        from petsc4py import PETSc
        import rhochain as rc

        W = rc.distributed.from_petsc(mat)      # a PETSc.Mat
        rho = rc.spectral_radius(W)             # on all ranks the same bracket
    """
    if not _is_mat(mat):
        raise TypeError(f"mat must be a Mat of petsc4py; got {type(mat).__name__}")
    optional_library("mpi4py", "distributed", "from_petsc")
    comm = _communicator(mat)
    limits = {"memory": memory, "gathered_memory": gathered_memory}
    given: dict[str, Any] = {name: value for name, value in limits.items() if value is not None}
    if not move:
        products = alike(comm, lambda: _products(mat, given))
        return SlicedOperator(products.length, products.matvec, products.rmatvec, comm, threads=threads)
    return SlicedMatrix(alike(comm, lambda: _rows(mat)), comm, threads=threads, **given)


class _Products:
    """MatMult and MatMultTranspose, on vectors that PETSc has for this matrix."""

    def __init__(self, mat: Any) -> None:
        self._mat = copy.copy(mat)  # the same matrix, which lives on after mat.destroy()
        self._of_columns, self._of_rows = mat.createVecs()
        self.length = int(self._of_rows.getLocalSize())

    def matvec(self, x: _Array) -> _Array:
        self._of_columns.array = x
        self._mat.mult(self._of_columns, self._of_rows)
        return np.array(self._of_rows.getArray(readonly=True))

    def rmatvec(self, x: _Array) -> _Array:
        self._of_rows.array = x
        self._mat.multTranspose(self._of_rows, self._of_columns)
        return np.array(self._of_columns.getArray(readonly=True))

    @property
    def real(self) -> bool:
        return bool(self._of_rows.getArray(readonly=True).dtype.kind == "f")


def _is_mat(mat: Any) -> bool:
    kinds = [kind for kind in type(mat).__mro__ if kind.__module__.partition(".")[0] == "petsc4py"]
    return any(kind.__name__ == "Mat" for kind in kinds)


def _communicator(mat: Any) -> Communicator:
    """That of PETSc for this matrix, kept beyond it: PETSc frees its own with the last object on it."""
    comm = mat.comm.tompi4py()
    if all(comm != known.tompi4py() for known in _KEPT):
        _KEPT.append(mat.comm.duplicate())
    return comm


def _require_assembled(mat: Any) -> None:
    if not mat.isAssembled():
        raise ValueError("mat must be assembled; got one that is not: mat.assemble() first")


def _products(mat: Any, unused: dict[str, Any]) -> _Products:
    if unused:
        raise ValueError(f"{next(iter(unused))} is for move=True, which copies the rows")
    _require_assembled(mat)
    rows, columns = mat.getLocalSize()
    if rows != columns:
        raise ValueError(f"mat must have as many columns as rows on each rank for move=False; got {rows} x {columns}")
    products = _Products(mat)
    if not products.real:
        raise TypeError("mat must be of a PETSc of real numbers for move=False; got one of complex numbers")
    return products


def _rows(mat: Any) -> sparse.csr_array:
    """The rows of this rank; PETSc keeps them sorted."""
    _require_assembled(mat)
    if mat.getType() not in _WITH_ROWS:
        known = " or ".join(_WITH_ROWS)
        raise ValueError(f"mat must have the type {known}; got {mat.getType()}: mat.convert('aij') makes one of others")
    pointers, columns, entries = mat.getValuesCSR()
    if entries.dtype.kind == "c":
        if entries.imag.any():
            raise TypeError("mat must have real entries; got complex ones")
        entries = entries.real
    return sparse.csr_array((entries, columns, pointers), shape=(len(pointers) - 1, mat.getSize()[1]))
