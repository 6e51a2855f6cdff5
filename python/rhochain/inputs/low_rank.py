"""W + U V, a matrix and an update of low rank, without forming the sum."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

import rhochain._core as _core
from rhochain.inputs.arrays import Floats
from rhochain.inputs.coercion import Held, plain_array
from rhochain.inputs.matrix import Matrix, square_matrix
from rhochain.inputs.orientation import require_orientation
from rhochain.inputs.resources import thread_count

__all__ = ["LowRankUpdate"]


class LowRankUpdate(Matrix):
    """W + U V for U of few columns, such as a reservoir that reads its own output: W + W_fb W_out.

    Parameters
    ----------
    W : anything `Matrix` takes with entries, shape (n, n)
        Borrowed as `Matrix` borrows it.
    U : array_like or sparse array of shape (n, k)
        Real and finite; copied, in float64.
    V : array_like or sparse array of shape (k, n)
        As U.
    threads : int, optional
        As in `Matrix`.

    Attributes
    ----------
    update_rank : int
        k.
    nnz : int
        Stored entries of W.
    nbytes : int
        Bytes held for copies and layouts of W and for U and V, which take about ``32 n k`` bytes.

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names the argument. W must not be an operator known by its products alone.

    Notes
    -----
    Every function that takes a `Matrix` takes it, but for those that need entries (`components`, `rescale`). Nothing of
    size n x n is made: a product costs ``nnz + 2 n k`` multiplications. ``|W| + |U| |V|`` is at least ``|W + U V|``
    entry by entry: upper bounds and lower bounds ``||(W + U V) v|| / ||v||`` remain PROVED, with the rounding of the
    inner products. What needs ``|W + U V|`` itself, the lower end of rho(|W + U V|), and the structure of its graph,
    does not: where U V cancels W those upper bounds are wide.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> A = rc.LowRankUpdate(np.array([[0.0, 2.0], [1.0, 0.0]]), U=[[1.0], [0.0]], V=[[0.0, 2.0]])
    >>> A @ np.array([1.0, 1.0])
    array([4., 1.])
    >>> A
    LowRankUpdate(2 x 2, W + U V of rank 1, nnz of W 2)
    >>> s = rc.spectral_norm(A)
    >>> round(s.value, 6), str(s.lower.grade)
    (4.0, 'PROVED')
    """

    def __init__(self, W: Any, U: Any, V: Any, *, threads: int | None = None) -> None:
        self._threads = thread_count(threads)
        base = square_matrix(W)
        require_orientation(base, "W + U V")
        if not base.has_entries:
            came = "an operator known by its products alone" if base.kind == "operator" else "a LowRankUpdate"
            raise TypeError(f"W must have entries, which bound those of W + U V; got {came}")
        left, right = _factor("U", U), _factor("V", V)
        self._given = W, left, right
        n = base.shape[0]
        if left.shape[0] != n:
            raise ValueError(f"U must have a row for each of the {n} rows of W; got shape {left.shape}")
        if right.shape != (left.shape[1], n):
            raise ValueError(f"V must have shape {(left.shape[1], n)}, U having {left.shape}; got shape {right.shape}")
        held = _core.LowRankOperator(base.operator, left, np.ascontiguousarray(right.T))
        of_W, float64 = base._held, np.dtype(np.float64)
        rank = left.shape[1]
        self._held = Held(
            held, "low rank update", float64, of_W.nnz, of_W.copied_bytes, of_W.copied, False, update_rank=rank
        )
        LinearOperator.__init__(self, self._held.dtype, base.shape)

    def with_columns_scaled(self, scaled: Any, factors: Floats) -> LowRankUpdate:
        """(W + U V) diag(factors) where `scaled` is W diag(factors)."""
        _, U, V = self._given
        return LowRankUpdate(scaled, U, V * factors, threads=self._threads or None)

    @property
    def base(self) -> Any:
        """W as it was given."""
        return self._given[0]

    def __repr__(self) -> str:
        n, m = self.shape
        return f"LowRankUpdate({n} x {m}, W + U V of rank {self.update_rank}, nnz of W {self.nnz})"


def _factor(name: str, given: Any) -> Floats:
    """U or V as a C-contiguous float64 array of finite numbers."""
    array = given.toarray() if sparse.issparse(given) else plain_array(name, given)
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise TypeError(f"{name} must hold real numbers of at most 64 bits; got dtype {array.dtype}")
    if array.ndim != 2:
        raise ValueError(f"{name} must have two dimensions; got shape {array.shape}")
    factor: Floats = np.ascontiguousarray(array, dtype=np.float64)
    if not np.isfinite(factor).all():
        raise ValueError(f"{name} must hold finite numbers; got NaN or Inf")
    return factor
