"""The matrix that every function of the package works on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import numpy.typing as npt
from scipy.sparse import issparse
from scipy.sparse.linalg import LinearOperator

import rhochain._core as _core
from rhochain.inputs.arrays import FLOAT32, FLOAT64, contiguous
from rhochain.inputs.coercion import Held, hold
from rhochain.inputs.peers import Peers
from rhochain.inputs.resources import byte_count, thread_count
from rhochain.weights.weights import Weights

__all__ = ["Matrix", "linear_part", "require_one_process", "square_matrices", "square_matrix", "without_names"]

_Array = npt.NDArray[Any]


class Matrix(LinearOperator):  # type: ignore[misc]
    """A matrix prepared once for many products and estimates.

    Parameters
    ----------
    W : array_like, sparse array, torch tensor, LinearOperator, Weights, path, object that has one, or Matrix, (m, n)
        Real. A path is read by `load`. Objects: graphs of networkx and igraph, square frames of pandas, polars and
        xarray, nodes of ReservoirPy and PyRCN, arrays of JAX and CuPy, a plain RNN of PyTorch or Flax. CSR and dense
        arrays (C or Fortran order) in float32 or float64 are borrowed: leave their entries alone while the `Matrix`
        lives. Other layouts are copied. A dense array of 10,000 entries or more is copied to CSR where at most a fifth
        of them are not 0: `kind` is then "sparse". Booleans and integers become float64, float16 and bfloat16 become
        float32; positions listed twice are summed. An object with ``shape`` and ``matvec`` (for sigma_1 also
        ``rmatvec``) serves through its products. It gets vectors of shape (n,), each a copy of its own, and blocks of
        shape (n, k) only where it defines ``matmat`` and ``rmatmat`` itself. What it returns may be of any real type,
        and must be finite.
    threads : int, optional
        Threads of a product; by default OMP_NUM_THREADS, or the cores granted. No bit of the result depends on it.
    memory : int or str
        Bytes, or text such as "2GB", for a copy of a dense W to CSR (W stays dense where it does not fit), and for
        copies of a sparse W in layouts for products, each about the size of W: one for all products if W consists of
        whole diagonals; one for vectors, of W and W^T alike, if W is large and no band; else one of W and one of W^T.
        Products of W with blocks read W itself, those of W^T its layout. The second product or an estimate makes the
        layouts that it needs, and the `Matrix` keeps them. If `memory` holds only one of the last two it is that of
        W^T, without which products with W^T are several times slower. `spare_bytes` uses the rest.
    layout : {"auto", "csr", "dense"}
        ``"csr"``: products read a sparse W as it is, without layouts and spare memory, for any `memory`; a dense W of
        any density is copied to CSR. ``"dense"``: a dense W is borrowed, whatever its density.

    Attributes
    ----------
    dtype : dtype
        float32 or float64, as stored.
    kind : str
        ``"sparse"``, ``"dense"``, ``"operator"``, or ``"low rank update"`` of a `LowRankUpdate`.
    nnz : int or None
        Stored entries (sparse), entries other than 0 (dense W), None for an operator; those of W for a `LowRankUpdate`.
    nbytes : int
        Bytes that the `Matrix` holds itself: copies of W and the layouts made so far, without `spare_bytes`.
    spare_bytes : int
        Bytes of results that the caller has released and of scratch arrays of products. The matrix keeps the last four
        at most for the next arrays of the same size, because new large arrays from the system cost as much as a
        product. 0 for a dense W and an operator.
    copied : bool
        Whether any of W's arrays had to be copied.
    whole : bool
        Whether all entries are whole numbers, such as counts of synapses; False for an operator.
    weights : Weights or None
        The names of neurons and the orientation, where W came with them.
    stack : (int, int) or None
        (3n, n) or (4n, n), the shape of what W is a view of: W holds one gate of a GRU or LSTM, and `check` refuses it.

    Raises
    ------
    TypeError
        Entries that are complex, long double, text, masked or objects; no matrix at all.
    ValueError
        Not two-dimensional, empty, NaN or Inf among the entries, a broken sparse structure; `memory` or `layout` for a
        W that is a `Matrix` already, whose layouts it shares; ``layout="dense"`` for a W that is not dense.

    Notes
    -----
    A scipy LinearOperator: ``A @ x``, ``matvec``, ``rmatvec``, ``matmat``, ``rmatmat``, ``A.T``. Products take
    real or complex vectors and blocks and return float64 (complex128); a float32 matrix and a float32 vector
    give float32, with 8 bytes on the way for each entry of both vectors. Grade: none, a product is plain floating
    point, added up in float64.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> A = rc.Matrix(np.array([[0.0, 2.0], [1.0, 0.0]]))
    >>> A @ np.array([1.0, 1.0])
    array([2., 1.])
    >>> A
    Matrix(2 x 2, dense float64, nnz 2, borrowed)
    """

    def __init__(self, W: Any, *, threads: int | None = None, memory: int | str = "2GiB", layout: str = "auto") -> None:
        self._threads = thread_count(threads)
        if isinstance(W, Matrix):
            require_one_process(W, "this function")
        if isinstance(W, Matrix) and (memory, layout) != ("2GiB", "auto"):
            raise ValueError(
                f"memory and layout are chosen for the matrix itself; got {memory!r} and {layout!r} for a Matrix"
            )
        limit = byte_count("memory", memory)
        if layout not in ("auto", "csr", "dense"):
            raise ValueError(f'layout must be "auto", "csr" or "dense"; got {layout!r}')
        if layout == "csr":
            limit = 0
        self._held: Held = W._held if isinstance(W, Matrix) else hold(W, limit, layout)
        if layout == "dense" and self._held.kind != "dense":
            raise ValueError(f'layout must be "auto" or "csr" for a W that is not dense; got {layout!r}')
        super().__init__(self._held.dtype, (self._held.operator.rows, self._held.operator.cols))

    @property
    def operator(self) -> _core.Operator:
        return self._held.operator

    @property
    def own_columns(self) -> int:
        """The entries of x in W x that this process has: all, unless ranks share them."""
        return self.operator.own_cols

    @property
    def peers(self) -> Peers:
        """The processes that share W: one, unless it is a matrix of `rhochain.distributed`."""
        return Peers()

    @property
    def on_ranks(self) -> bool:
        """Whether ranks share the matrix, and vectors are slices (`rhochain.distributed`)."""
        return self.peers.shared

    @property
    def kind(self) -> str:
        return self._held.kind

    @property
    def nnz(self) -> int | None:
        return self._held.nnz

    @property
    def update_rank(self) -> int | None:
        """The columns of U, of a `LowRankUpdate` W + U V; else None."""
        return self._held.update_rank

    @property
    def has_entries(self) -> bool:
        """Whether W is known entry by entry: not by products alone, nor as a sum W + U V that was never formed."""
        return self.kind in ("sparse", "dense")

    @property
    def has_adjoint(self) -> bool:
        """Whether products with W^T work: False for an operator without ``rmatvec``."""
        return self._held.has_adjoint

    @property
    def nbytes(self) -> int:
        return self._held.copied_bytes + self.operator.nbytes

    @property
    def spare_bytes(self) -> int:
        return self.operator.spare_bytes

    @property
    def copied(self) -> bool:
        return self._held.copied

    @property
    def whole(self) -> bool:
        return self._held.whole

    @property
    def weights(self) -> Weights | None:
        return self._held.weights

    @property
    def stack(self) -> tuple[int, int] | None:
        return self._held.stack

    @property
    def threads(self) -> int:
        return self._threads

    def __repr__(self) -> str:
        size = f"{self.shape[0]} x {self.shape[1]}"
        if self.kind == "operator":
            return f"Matrix({size}, operator)"
        origin = "copied" if self.copied else "borrowed"
        return f"Matrix({size}, {self.kind} {self.dtype}, nnz {self.nnz}, {origin})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Matrix borrows the arrays of W and can be neither pickled nor copied: send W itself")

    def _matvec(self, x: _Array) -> _Array:
        return self._product(self.operator.apply, x)

    def _rmatvec(self, x: _Array) -> _Array:
        return self._product(self.operator.apply_adjoint, x)

    _matmat = _matvec
    _rmatmat = _rmatvec

    def _transpose(self) -> LinearOperator:
        return _Transpose(self)

    _adjoint = _transpose

    def _product(self, apply: Callable[[_Array, int], _Array], x: _Array) -> _Array:
        if x.dtype.kind == "c":
            both: _Array = self._product(apply, x.real) + 1j * self._product(apply, x.imag)
            return both
        block = x if x.ndim == 2 else x.reshape(-1, 1)
        single = self.dtype == FLOAT32 and x.dtype == FLOAT32
        y = apply(contiguous(block, FLOAT32 if single else FLOAT64), self._threads)
        return y if x.ndim == 2 else y.reshape(-1)


class _Transpose(LinearOperator):  # type: ignore[misc]
    """W^T for a real W. SciPy's own conjugates every vector, which copies it, on its way in and out."""

    def __init__(self, A: Matrix) -> None:
        self._A = A
        super().__init__(A.dtype, A.shape[::-1])

    def _matvec(self, x: _Array) -> _Array:
        return self._A._rmatvec(x)

    def _rmatvec(self, x: _Array) -> _Array:
        return self._A._matvec(x)

    _matmat = _matvec
    _rmatmat = _rmatvec

    def _transpose(self) -> LinearOperator:
        return self._A

    _adjoint = _transpose


def square_matrix(W: Any) -> Matrix:
    """W as a `Matrix`; ValueError unless it is square."""
    A = W if isinstance(W, Matrix) else Matrix(W)
    if A.shape[0] != A.shape[1]:
        gates = {3: "a GRU: GRUChain takes them", 4: "an LSTM: LSTMChain takes them"}
        rows, cols = A.shape
        whose = gates.get(rows // cols) if rows % cols == 0 else None
        hint = "spectral_norm takes any shape" if whose is None else f"these may be the stacked gates of {whose}"
        raise ValueError(f"W must be square; got shape {A.shape} ({hint})")
    return A


def without_names(A: Matrix) -> Matrix:
    """The same matrix, held once, as one that came without a `Weights`."""
    if A.weights is None:
        return A
    same: Matrix = object.__new__(type(A))  # a matrix of ranks stays one
    same.__dict__.update(A.__dict__, _held=A._held._replace(weights=None))
    return same


def require_one_process(A: Matrix, purpose: str) -> None:
    """ValueError, on all ranks alike, for a matrix that ranks share."""
    if A.on_ranks:
        raise ValueError(f"{purpose} needs a matrix of one process; got an rc.distributed.Matrix, which ranks share")


def linear_part(linear: Any, n: int) -> Matrix:
    """`linear` as a `Matrix`; ValueError unless it has shape (n, n)."""
    A = linear if isinstance(linear, Matrix) else Matrix(linear)
    require_one_process(A, "the linear part of a W of one process")
    if A.shape != (n, n):
        raise ValueError(f"linear must have the shape of W, {(n, n)}; got {A.shape}")
    return A


def square_matrices(name: str, given: Iterable[Any], threads: int | None) -> tuple[Matrix, ...]:
    """Matrices of one shape (n, n), for one product each, with these threads; misuse names the index.

    One that a list holds many times is held once.
    """
    if isinstance(given, (LinearOperator, str)) or issparse(given) or not isinstance(given, Iterable):
        raise TypeError(f"{name} must be a list of matrices, or another iterable of them; got {type(given).__name__}")
    repeated: dict[int, Matrix] = {}  # of the elements of a list, which live as long as it does
    held: list[Matrix] = []
    for k, J in enumerate(given):
        A = repeated.get(id(J))
        if A is None:
            try:
                if isinstance(J, Matrix):
                    require_one_process(J, "a list of matrices")
                    A = J if threads is None else Matrix(J, threads=threads)
                else:
                    A = Matrix(J, threads=threads, layout="csr")
            except (TypeError, ValueError) as error:
                raise type(error)(f"{name}[{k}]: {error}") from None
            if isinstance(given, (list, tuple)):
                repeated[id(J)] = A
        n = held[0].shape[0] if held else A.shape[0]
        if A.shape != (n, n):
            raise ValueError(f"{name}[{k}] must have shape {(n, n)}; got {A.shape}")
        held.append(A)
    if not held:
        raise ValueError(f"{name} must hold at least one matrix; got none")
    return tuple(held)
