"""What a caller has for a matrix, as an operator of the native core: the one place of coercion."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

from rhochain import _core

__all__ = ["Held", "hold"]

_Array = npt.NDArray[Any]
_Product = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]


class Held(NamedTuple):
    """An operator of the core, and what became of the caller's arrays on the way."""

    operator: _core.Operator
    kind: str
    dtype: np.dtype[Any]
    nnz: int | None
    copied_bytes: int
    copied: bool


def hold(W: Any, memory: int) -> Held:
    """W behind the face that the core shows; `memory` is for the layouts of a sparse one."""
    if all(hasattr(W, name) for name in ("detach", "cpu", "layout")):
        W = _from_tensor(W)
    if sparse.issparse(W):
        return _hold_sparse(W, memory)
    if hasattr(W, "matvec") and hasattr(W, "shape"):
        return _hold_products(W)
    return _hold_dense(W)


def _stored_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type that holds entries of `dtype` without loss (integers above 2^53 are rounded)."""
    if dtype.kind == "c":
        raise TypeError(f"W must be real; got {dtype} entries (W.real drops an imaginary part that is zero)")
    if dtype.kind in "biu" or (dtype.kind == "f" and dtype.itemsize == 8):
        return np.dtype(np.float64)
    if dtype.kind == "f" and dtype.itemsize <= 4:
        return np.dtype(np.float32)
    if dtype.kind == "f":
        raise TypeError(f"W must be float32 or float64; got {dtype}, which W.astype('float64') would round")
    raise TypeError(f"W must have real numbers as entries; got dtype {dtype}")


def _require_matrix(shape: tuple[int, ...]) -> None:
    if len(shape) != 2:
        raise ValueError(f"W must have two dimensions; got shape {tuple(shape)}")
    if 0 in shape:
        raise ValueError(f"W must have rows and columns; got shape {tuple(shape)}")


def _hold_sparse(W: Any, memory: int) -> Held:
    _require_matrix(W.shape)
    dtype = _stored_type(W.dtype)
    csr = W if W.format == "csr" else _to_csr(W)
    indptr, indices, data = given = tuple(np.asarray(a) for a in (csr.indptr, csr.indices, csr.data))
    for name, array in (("indptr", indptr), ("indices", indices)):
        if array.dtype.kind not in "iu":
            raise TypeError(f"W.{name} must hold integers; got dtype {array.dtype}")
    for name, array in (("indptr", indptr), ("indices", indices), ("data", data)):
        if array.ndim != 1:
            raise ValueError(f"W.{name} must have one dimension; got shape {array.shape}")
    # SciPy lets a CSR array own room beyond its last entry.
    if indptr.size and len(indices) == len(data) and 0 <= indptr[-1] < len(data):
        indices, data = indices[: indptr[-1]], data[: indptr[-1]]
    both_int32 = indptr.dtype == np.int32 and indices.dtype == np.int32
    index_type = np.int32 if both_int32 else np.int64
    used = (
        np.require(indptr, index_type, ["C", "A"]),
        np.require(indices, index_type, ["C", "A"]),
        np.require(data, dtype, ["C", "A"]),
    )
    held = _core.SparseOperator(W.shape[0], W.shape[1], *used, memory)
    borrowed = W.format == "csr"
    copies = [b for a, b in zip(given, used, strict=True) if not (borrowed and np.may_share_memory(a, b))]
    extra = 0 if held.copied else sum(copy.nbytes for copy in copies)
    return Held(held, "sparse", dtype, held.nnz, extra, held.copied or extra > 0)


def _to_csr(W: Any) -> Any:
    # SciPy's compiled conversions trust the indices, so they are checked first, on a new object that shares arrays.
    try:
        if W.format in ("csc", "bsr"):
            type(W)((W.data, W.indices, W.indptr), shape=W.shape).check_format(full_check=True)
        elif W.format == "coo":
            type(W)((W.data, (W.row, W.col)), shape=W.shape)
    except (ValueError, TypeError) as error:
        raise ValueError(f"W is a broken {W.format} matrix: {error}") from error
    return W.tocsr()


def _hold_dense(W: Any) -> Held:
    if isinstance(W, np.ma.MaskedArray):
        raise TypeError("W must not be a masked array; W.filled(0) gives its masked entries a value")
    try:
        array = np.asarray(W)
    except ValueError as error:
        raise ValueError(f"W must be a matrix; NumPy cannot read the {type(W).__name__}: {error}") from error
    if array.dtype.kind == "O" and array.ndim == 0:
        raise TypeError(
            f"W must be an array, a SciPy sparse array, a torch tensor or a LinearOperator; got {type(W).__name__}"
        )
    dtype = _stored_type(array.dtype)
    _require_matrix(array.shape)
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    used = np.require(array, dtype, ["F", "A"] if fortran else ["C", "A"])
    held = _core.DenseOperator(used)
    copied = not (isinstance(W, np.ndarray) and np.may_share_memory(W, used))
    extra = used.nbytes if copied else 0
    return Held(held, "dense", dtype, int(np.count_nonzero(used)), extra, copied)


def _hold_products(W: Any) -> Held:
    shape = tuple(operator.index(extent) for extent in W.shape)
    _require_matrix(shape)
    if getattr(W, "dtype", None) is not None:
        _stored_type(np.dtype(W.dtype))
    forward = _block_product(W, "matmat", "matvec", shape)
    adjoint = _block_product(W, "rmatmat", "rmatvec", shape[::-1]) if _has_adjoint(W, shape[0]) else None
    held = _core.CallbackOperator(shape[0], shape[1], forward, adjoint)
    return Held(held, "operator", np.dtype(np.float64), None, 0, False)


def _has_adjoint(W: Any, rows: int) -> bool:
    if not isinstance(W, LinearOperator):
        return hasattr(W, "rmatvec")
    try:  # a LinearOperator always has the method and says only when called whether it works
        W.rmatvec(np.zeros(rows))
    except NotImplementedError:
        return False
    return True


def _block_product(W: Any, block_name: str, vector_name: str, shape: tuple[int, ...]) -> _Product:
    def product(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if hasattr(W, block_name):
            y = np.asarray(getattr(W, block_name)(x))
        else:
            columns = [np.asarray(getattr(W, vector_name)(column)) for column in x.T]
            y = np.stack([column.reshape(-1) for column in columns], axis=1)
        if y.dtype.kind not in "biuf":
            raise TypeError(f"W.{vector_name} must return real numbers; got dtype {y.dtype}")
        if y.shape != (shape[0], x.shape[1]):
            raise ValueError(
                f"W.{vector_name} must return {shape[0]} numbers a vector; got shape {y.shape} for {x.shape[1]} vectors"
            )
        if not np.isfinite(y).all():
            raise ValueError(f"W.{vector_name} must return finite numbers; got NaN or Inf")
        return np.ascontiguousarray(y, dtype=np.float64)

    return product


def _from_tensor(tensor: Any) -> Any:
    """A torch tensor's numbers as a NumPy or SciPy array, without a copy where it lives in main memory."""

    def numbers(part: Any) -> _Array:
        return np.asarray((part.float() if str(part.dtype) == "torch.bfloat16" else part).numpy())

    tensor = tensor.detach().cpu()
    layout = str(tensor.layout)
    if layout == "torch.strided":
        return numbers(tensor)
    if tensor.ndim != 2:
        raise ValueError(f"W must have two dimensions; got shape {tuple(tensor.shape)}")
    if layout != "torch.sparse_csr":
        tensor = tensor.to_sparse_csr()
    pointers, columns = tensor.crow_indices(), tensor.col_indices()
    parts = (numbers(tensor.values()), numbers(columns), numbers(pointers))
    return sparse.csr_array(parts, shape=tuple(tensor.shape))
