"""A matrix whose rows are shared out to the ranks of an MPI communicator, and an operator on slices of vectors."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

import rhochain._core as _core
from rhochain.inputs.coercion import Held, numbers
from rhochain.inputs.matrix import Matrix
from rhochain.inputs.resources import byte_count, granted_threads, thread_count
from rhochain.ranks.agreement import Communicator, together
from rhochain.ranks.calls import MeetingCommunicator, ranks_of
from rhochain.ranks.rank_peers import RankPeers
from rhochain.ranks.sliced_rows import moved, transposed
from rhochain.ranks.slices import Lengths, are_aligned, balanced_lengths, even_lengths, first_rows, piece_count
from rhochain.weights.weights import Weights

__all__ = ["SlicedMatrix", "SlicedOperator", "with_names"]

_Array = npt.NDArray[Any]


class _Sliced(Matrix):
    """A `Matrix` on slices of vectors: what the two kinds share."""

    comm: Communicator
    ranks: _core.Ranks
    lengths: Lengths
    column_lengths: Lengths

    def _hold_slices(self, lengths: Lengths, column_lengths: Lengths, held: Held, threads: int) -> None:
        self.lengths = lengths
        self.column_lengths = column_lengths
        self._threads = threads
        self._held = held
        self.dtype = held.dtype
        self.shape = (held.operator.rows, held.operator.cols)

    @property
    def peers(self) -> RankPeers:
        return RankPeers(MeetingCommunicator(self.comm, self.ranks))

    @property
    def first(self) -> int:
        """The first row of this rank, which is the first entry of its slice of a vector."""
        return int(first_rows(self.lengths)[self.comm.rank])

    @property
    def length(self) -> int:
        """The rows of this rank."""
        return int(self.lengths[self.comm.rank])

    @property
    def aligned(self) -> bool:
        """Whether no bit of a result depends on the number of ranks."""
        return are_aligned(self.lengths)

    @property
    def first_column(self) -> int:
        """The first entry of the slice of x in W x: `first` where W is square."""
        return int(first_rows(self.column_lengths)[self.comm.rank])

    def with_threads(self, threads: int | None) -> _Sliced:
        """The same matrix with so many threads of this rank; None for those it has."""
        own = together(self.comm, lambda: self._threads if threads is None else thread_count(threads))
        same = object.__new__(type(self))
        same.__dict__.update(self.__dict__)
        same._threads = own
        return same

    def matvec(self, x: npt.ArrayLike) -> _Array:
        """W x: from the slice of x of this rank to that of the product."""
        return self._of_slice(self.operator.apply, x, 1)

    def rmatvec(self, x: npt.ArrayLike) -> _Array:
        """W^T x, of slices."""
        return self._of_slice(self.operator.apply_adjoint, x, 1)

    def matmat(self, X: npt.ArrayLike) -> _Array:
        """W X, of slices of blocks."""
        return self._of_slice(self.operator.apply, X, 2)

    def rmatmat(self, X: npt.ArrayLike) -> _Array:
        """W^T X, of slices of blocks."""
        return self._of_slice(self.operator.apply_adjoint, X, 2)

    def __matmul__(self, x: npt.ArrayLike) -> _Array:
        return self.matvec(x) if np.ndim(x) == 1 else self.matmat(x)

    def _of_slice(self, apply: Callable[[_Array, int], _Array], x: npt.ArrayLike, dimensions: int) -> _Array:
        def product() -> _Array:
            given = np.asarray(x)
            if given.ndim != dimensions or given.shape[0] != self.length:
                tail = "" if dimensions == 1 else ", b"
                raise ValueError(f"x must be a slice of shape ({self.length}{tail or ','}); got {given.shape}")
            return self._product(apply, given)

        return self.ranks.run(product)

    def __repr__(self) -> str:
        rows, cols = self.shape
        return f"{type(self).__name__}({rows} x {cols}, {self.length} rows from {self.first} on, nnz {self.nnz})"


class SlicedMatrix(_Sliced):
    """A sparse matrix whose rows are shared out to the ranks of an MPI communicator.

    Every function of the package that takes W and says so works on it, called by all ranks with the same arguments.
    Numbers are those of one process, bit for bit, for any number of ranks. Vectors that go in and out, such as `start`,
    a `leak` of each neuron and ``Bracket.vector``, are slices: the entries `first` to ``first + length - 1``.

    An exception, Ctrl-C, `max_seconds` or a callback of one rank ends the call on all of them; then all can make the
    next call. An exception between calls ends one rank alone, and the others wait for it: start the program as
    ``mpiexec -n 4 python -m mpi4py job.py``, which then ends the job.

    Parameters
    ----------
    rows : sparse or dense array, shape (m_r, n)
        The rows of this rank, which follow those of the rank before it; none for some ranks is fine. Entries as
        `Matrix` takes them. Positions listed twice are summed.
    comm : mpi4py intracommunicator
    threads : int, optional
        Of this rank. By default OMP_NUM_THREADS, or the cores granted, divided by the ranks of this machine.
    memory : int or str
        For layouts of this rank, as `Matrix` has it.
    gathered_memory : int or str
        Most bytes of W in the first rank. It puts W together while it looks for strongly connected components, signs
        and symmetry. Where W does not fit, bounds are weaker, and true: W is then one block.
    keep_rows : bool
        False: rows move to ranks so that each slice begins at a multiple of 8,192 rows and slices have about as many
        entries each. True: they stay. Where slices then begin elsewhere, the bits depend on them.

    Attributes
    ----------
    shape : (m, n)
        Of W.
    first, length : int
        The slice of this rank, of `rows` and of vectors.
    lengths : ndarray of int64
        The rows of each rank.
    aligned : bool
        Whether no bit depends on the number of ranks.
    nnz : int
        Of W.

    Raises
    ------
    TypeError, ValueError
        Misuse on any rank, on all of them.

    Notes
    -----
    Memory of a rank: its rows of W and of W^T, and their layouts. Beside these, one vector of n entries while a product
    runs, or a block of n rows: one for all ranks of a machine, on several machines one for each rank. Where the first
    rank looks at the whole matrix, for its components, it has a copy of at most ``gathered_memory`` bytes. Each rank
    multiplies with ``threads``; messages are MPI's Allgatherv alone.

    Examples
    --------
    ::

        from mpi4py import MPI
        import rhochain as rc

        W = rc.distributed.load("W.npz", MPI.COMM_WORLD)
        rho = rc.spectral_radius(W)           # on all ranks the same bracket
    """

    _own: sparse.csr_array
    _limits: tuple[int, int, int]

    def __init__(
        self,
        rows: Any,
        comm: Communicator,
        *,
        threads: int | None = None,
        memory: int | str = "2GiB",
        gathered_memory: int | str = "64GiB",
        keep_rows: bool = False,
    ) -> None:
        self.comm = comm
        self.ranks = ranks_of(comm)
        self.ranks.run(lambda: self._share_out(rows, threads, memory, gathered_memory, keep_rows))

    def _share_out(
        self, rows: Any, threads: int | None, memory: int | str, gathered_memory: int | str, keep_rows: bool
    ) -> None:
        comm = MeetingCommunicator(self.comm, self.ranks)
        own = together(comm, lambda: _own_rows(rows))
        limits = together(
            comm,
            lambda: (
                byte_count("memory", memory),
                byte_count("gathered_memory", gathered_memory),
                _threads(threads, comm),
            ),
        )
        own = _alike(comm, own)
        given = np.array(comm.allgather(own.shape[0]), np.int64)
        n = own.shape[1]
        height = int(given.sum())
        lengths = given if keep_rows else _balanced(comm, own, given)
        self._own = own = moved(comm, own, given, lengths)
        self._limits = limits
        of_columns = lengths if height == n else even_lengths(n, comm.size)
        columns = transposed(comm, own, lengths, of_columns)
        held = _core.SlicedOperator(
            self.ranks,
            lengths.tolist(),
            of_columns.tolist(),
            (own.indptr, own.indices, own.data),
            (columns.indptr, columns.indices, columns.data),
            threads=limits[2],
            memory=limits[0],
            gathered_memory=limits[1],
        )
        whole = not comm.allreduce(int(not _whole_numbers(own.data)))
        nnz = comm.allreduce(int(own.nnz))
        copied = sum(part.nbytes for part in (columns.indptr, columns.indices, columns.data))
        described = Held(held, "sparse", own.dtype, nnz, copied, True, whole and nnz > 0)
        self._hold_slices(lengths, of_columns, described, limits[2])

    @property
    def own_rows(self) -> sparse.csr_array:
        """The rows of this rank, which the matrix borrows."""
        return self._own

    def with_own_rows(self, rows: sparse.csr_array) -> SlicedMatrix:
        """A matrix with other entries: `rows` are those of this rank, where the rows stay. With the names of W."""
        memory, gathered_memory, threads = self._limits
        other = SlicedMatrix(
            rows, self.comm, threads=threads, memory=memory, gathered_memory=gathered_memory, keep_rows=True
        )
        other._threads = self._threads
        return other if self.weights is None else with_names(other, self.weights)


class SlicedOperator(_Sliced):
    """A matrix known by its products alone, on slices of vectors.

    Parameters
    ----------
    length : int
        Entries of a vector that this rank has.
    matvec, rmatvec : callable
        From a slice of x, shape (length,), to that of W x or W^T x. All ranks are called at the same place, so that
        they may exchange messages on `comm`, and use other matrices on `comm`. An exception on one rank ends the call
        on all of them; a rank that waits for a message of another one, which has failed, waits for ever. Ctrl-C waits
        until the product has ended.
    comm : mpi4py intracommunicator
    threads : int, optional
        As in `SlicedMatrix`.

    Notes
    -----
    No bound is PROVED, as nothing is known of |W|. Bits depend on the slices unless each begins at a multiple of 8,192.
    """

    def __init__(
        self,
        length: int,
        matvec: Callable[[_Array], Any],
        rmatvec: Callable[[_Array], Any] | None,
        comm: Communicator,
        *,
        threads: int | None = None,
    ) -> None:
        self.comm = comm
        self.ranks = ranks_of(comm)
        self.ranks.run(lambda: self._describe(length, matvec, rmatvec, threads))

    def _describe(
        self,
        length: int,
        matvec: Callable[[_Array], Any],
        rmatvec: Callable[[_Array], Any] | None,
        threads: int | None,
    ) -> None:
        comm = MeetingCommunicator(self.comm, self.ranks)
        if int(length) < 0:
            raise ValueError(f"length must be at least 0; got {length}")
        for name, product in (("matvec", matvec), ("rmatvec", rmatvec)):
            if not callable(product) and not (name == "rmatvec" and product is None):
                raise TypeError(f"{name} must be callable; got {type(product).__name__}")
        own_threads = _threads(threads, comm)
        lengths = np.array(comm.allgather(int(length)), np.int64)
        if not lengths.any():
            raise ValueError("length must be at least 1 on some rank; got 0 on all")
        held = _core.SlicedCallback(
            self.ranks,
            lengths.tolist(),
            lengths.tolist(),
            _by_columns(matvec),
            None if rmatvec is None else _by_columns(rmatvec),
            threads=own_threads,
        )
        described = Held(held, "operator", np.dtype(np.float64), None, 0, False, False, rmatvec is not None)
        self._hold_slices(lengths, lengths, described, own_threads)


def with_names(W: SlicedMatrix, names: Weights) -> SlicedMatrix:
    """W with `weights` that have the names of all its neurons on each rank, and W itself as their matrix."""
    W._held = W._held._replace(weights=replace(names, matrix=W))
    return W


def _own_rows(rows: Any) -> sparse.csr_array:
    if isinstance(rows, Matrix):
        raise TypeError("rows must be an array of the rows of this rank; got a Matrix")
    shape = getattr(rows, "shape", None)
    if shape is not None and len(shape) == 2 and shape[0] == 0:
        return sparse.csr_array(shape, dtype=np.float32)  # any type of the other ranks
    entries = numbers(rows)
    if entries is None:
        raise TypeError(f"rows must have entries; got the operator {type(rows).__name__}")
    return sparse.csr_array(entries)


def _alike(comm: Communicator, own: sparse.csr_array) -> sparse.csr_array:
    """The rows with types that all ranks have, and as wide."""
    widths = set(comm.allgather(own.shape[1]))
    if len(widths) > 1:
        raise ValueError(f"rows must have as many columns on all ranks; got {sorted(widths)}")
    # Merged where W lists a position twice, as one process does: then all rows are sorted.
    if comm.allreduce(int(_lists_twice(own))):
        own = own.copy()
        own.sum_duplicates()
    double = comm.allreduce(int(own.dtype == np.float64)) > 0
    height, nnz = comm.allreduce(own.shape[0]), comm.allreduce(int(own.nnz))
    index = np.int32 if max(height, own.shape[1], nnz) <= np.iinfo(np.int32).max else np.int64
    parts = (
        np.ascontiguousarray(own.data, np.float64 if double else np.float32),
        np.ascontiguousarray(own.indices, index),
        np.ascontiguousarray(own.indptr, index),
    )
    return sparse.csr_array(parts, shape=own.shape)


def _lists_twice(rows: sparse.csr_array) -> bool:
    ordered = rows if rows.has_sorted_indices else rows.sorted_indices()
    same = ordered.indices[1:] == ordered.indices[:-1]
    begins = ordered.indptr[1:-1]
    same[begins[(begins > 0) & (begins < ordered.nnz)] - 1] = False  # the last entry of a row and the next row's first
    return bool(same.any())


def _balanced(comm: Communicator, own: sparse.csr_array, given: Lengths) -> Lengths:
    n = int(given.sum())
    pieces = np.zeros(piece_count(n), np.int64)
    place = (first_rows(given)[comm.rank] + np.arange(own.shape[0])) // _core.piece_rows(n)
    np.add.at(pieces, place, np.diff(own.indptr))
    total = np.empty_like(pieces)
    comm.Allreduce(pieces, total)
    return balanced_lengths(n, total, comm.size)


def _threads(threads: int | None, comm: Communicator) -> int:
    if threads is not None:
        return thread_count(threads)
    if "OMP_NUM_THREADS" in os.environ:
        return granted_threads()
    from mpi4py import MPI

    beside = comm.Split_type(MPI.COMM_TYPE_SHARED)
    share: int = max(1, granted_threads() // beside.size)
    beside.Free()
    return share


def _whole_numbers(entries: _Array) -> bool:
    return bool((entries == np.rint(entries)).all())


def _by_columns(product: Callable[[_Array], Any]) -> Callable[[_Array], _Array]:
    def apply(X: _Array) -> _Array:
        return np.stack(
            [np.asarray(product(X[:, k].copy()), np.float64).reshape(-1) for k in range(X.shape[1])], axis=1
        )

    return apply
