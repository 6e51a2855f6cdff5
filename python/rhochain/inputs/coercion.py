"""What a caller has for a matrix, as an operator of the native core: the one place of coercion."""

from __future__ import annotations

import operator
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

import rhochain._core as _core
from rhochain.inputs.bad_entries import refuse_entries_of_array, refuse_entries_of_csr
from rhochain.inputs.operator_products import Product, block_product, has_adjoint
from rhochain.inputs.sparse_copies import sparse_copy
from rhochain.objects.arrays import tensor_numbers
from rhochain.objects.gate_slices import stack_behind
from rhochain.objects.matrices import matrix_of
from rhochain.weights.weights import Weights

__all__ = [
    "Held",
    "StoredParts",
    "hold",
    "index_arrays",
    "numbers",
    "plain_array",
    "products",
    "stored_parts",
    "without_tensor",
]

_Array = npt.NDArray[Any]
StoredParts: TypeAlias = "_Array | tuple[int, int, _Array, _Array, _Array]"


class Held(NamedTuple):
    """An operator of the core, and what became of the caller's arrays on the way."""

    operator: _core.Operator
    kind: str
    dtype: np.dtype[Any]
    nnz: int | None
    copied_bytes: int
    copied: bool
    whole: bool  # all entries are whole numbers, such as counts; False for an operator
    has_adjoint: bool = True  # False for an operator without products with W^T
    update_rank: int | None = None  # the columns of U, of W + U V
    weights: Weights | None = None  # names and orientation, where W came with them
    stack: tuple[int, int] | None = None  # the shape of the gates' weights of which W is a view


def hold(W: Any, memory: int, layout: str) -> Held:
    """W behind the face that the core shows; `memory` is for copies in layouts for products."""
    W = matrix_of(W)
    if isinstance(W, Weights):
        return hold(W.matrix, memory, layout)._replace(weights=W)
    stack = stack_behind(W)
    W = without_tensor(W)
    if sparse.issparse(W):
        return _hold_sparse(W, memory)
    if _has_products(W):
        return _hold_products(W)
    return _hold_dense(W, memory, layout)._replace(stack=stack)


def numbers(W: Any) -> Any:
    """W as a CSR array or an ndarray of the type that `hold` stores, checked as there; None if W has only products."""
    W = without_tensor(W)
    if isinstance(W, Weights):
        return numbers(W.matrix)
    if sparse.issparse(W):
        _, (indptr, indices, data) = _csr_parts(W)
        _core.SparseOperator(W.shape[0], W.shape[1], indptr, indices, data, 0)  # what it refuses, SciPy may not survive
        return sparse.csr_array((data, indices, indptr), shape=W.shape)
    if _has_products(W):
        return None
    array = _dense_array(W)
    _dense_operator(array)
    return array


def stored_parts(W: Any) -> StoredParts | None:
    """The array or the (rows, cols, indptr, indices, data) that the core reads, entries unchecked; None for products.

    The core makes of it what `hold` does.
    """
    W = without_tensor(W)
    if isinstance(W, Weights):
        return stored_parts(W.matrix)
    if sparse.issparse(W):
        _, used = _csr_parts(W)
        return (*W.shape, *used)
    return None if _has_products(W) else _dense_array(W)


def plain_array(name: str, given: Any) -> _Array:
    """A caller's vector as NumPy reads it: a tensor without its graph, no masked array."""
    if type(given) is np.ndarray:
        return given
    if isinstance(given, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be a masked array; {name}.filled(0) gives its masked entries a value")
    if _is_tensor(given):
        given = given.detach().cpu()
        return tensor_numbers(given if str(given.layout) == "torch.strided" else given.to_dense())
    return np.asarray(given)


def without_tensor(W: Any) -> Any:
    """W itself, or a torch tensor's numbers as a NumPy or SciPy array; W of another object."""
    W = matrix_of(W)
    return _from_tensor(W) if _is_tensor(W) else W


def _is_tensor(given: Any) -> bool:
    return all(hasattr(given, name) for name in ("detach", "cpu", "layout"))


def _has_products(W: Any) -> bool:
    return hasattr(W, "matvec") and hasattr(W, "shape")


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
        batch = (
            " (a batch: spectral_radius_many, spectral_norm_many, check_many and sweep take it)"
            if len(shape) == 3
            else ""
        )
        raise ValueError(f"W must have two dimensions; got shape {tuple(shape)}{batch}")
    if 0 in shape:
        raise ValueError(f"W must have rows and columns; got shape {tuple(shape)}")


def _hold_sparse(W: Any, memory: int) -> Held:
    given, used = _csr_parts(W)
    try:
        held = _core.SparseOperator(W.shape[0], W.shape[1], *used, memory)
    except ValueError:
        refuse_entries_of_csr(*used)
        raise
    borrowed = W.format == "csr"
    copies = [b for a, b in zip(given, used, strict=True) if not (borrowed and np.may_share_memory(a, b))]
    extra = 0 if held.copied else sum(copy.nbytes for copy in copies)
    return Held(held, "sparse", used[2].dtype, held.nnz, extra, held.copied or extra > 0, _whole(used[2]))


def _whole(entries: _Array) -> bool:
    """Whether all are whole numbers, not all 0. The first few decide where they are not whole."""
    few = entries[:1000]
    return bool((few == np.rint(few)).all() and (entries == np.rint(entries)).all() and entries.any())


def _csr_parts(W: Any) -> tuple[tuple[_Array, ...], tuple[_Array, _Array, _Array]]:
    """indptr, indices and data of W as a CSR array: as they are, and in the layout that the core reads."""
    _require_matrix(W.shape)
    dtype = _stored_type(W.dtype)
    csr = W if W.format == "csr" else _to_csr(W, dtype)
    indptr, indices, data = given = tuple(np.asarray(a) for a in (csr.indptr, csr.indices, csr.data))
    for name, array in (("indptr", indptr), ("indices", indices)):
        if array.dtype.kind not in "iu":
            raise TypeError(f"W.{name} must hold integers; got dtype {array.dtype}")
    for name, array in (("indptr", indptr), ("indices", indices), ("data", data)):
        if array.ndim != 1:
            raise ValueError(f"W.{name} must have one dimension; got shape {array.shape}")
    # The arrays of a CSR matrix may be longer than its entries.
    if indptr.size and len(indices) == len(data) and 0 <= indptr[-1] < len(data):
        indices, data = indices[: indptr[-1]], data[: indptr[-1]]
    return given, (*index_arrays(indptr, indices), np.require(data, dtype, ["C", "A"]))


def index_arrays(indptr: _Array, indices: _Array) -> tuple[_Array, _Array]:
    """Both in the one type and the layout that the core reads."""
    both_int32 = indptr.dtype == np.int32 and indices.dtype == np.int32
    index_type = np.int32 if both_int32 else np.int64
    return np.require(indptr, index_type, ["C", "A"]), np.require(indices, index_type, ["C", "A"])


def _to_csr(W: Any, dtype: np.dtype[Any]) -> Any:
    # SciPy's compiled conversions trust the indices, so they are checked first, on a new object that shares them. They
    # add up positions listed twice in the type of the entries, where a small integer overflows: hence first `dtype`.
    try:
        if W.format in ("csc", "bsr"):
            W = type(W)((W.data.astype(dtype, copy=False), W.indices, W.indptr), shape=W.shape)
            W.check_format(full_check=True)
        elif W.format == "coo":
            W = type(W)((W.data.astype(dtype, copy=False), (W.row, W.col)), shape=W.shape)
        elif W.format == "dia":
            W = type(W)((W.data.astype(dtype, copy=False), W.offsets), shape=W.shape)
    except (ValueError, TypeError) as error:
        raise ValueError(f"W is a broken {W.format} matrix: {error}") from error
    return W.tocsr()


def _hold_dense(W: Any, memory: int, layout: str) -> Held:
    used = _dense_array(W)
    copy = sparse_copy(used, memory, layout)
    if copy is not None:
        held_bytes = sum(part.nbytes for part in (copy.data, copy.indices, copy.indptr))
        return _hold_sparse(copy, max(0, memory - held_bytes))._replace(copied_bytes=held_bytes, copied=True)
    held = _dense_operator(used)
    copied = not (isinstance(W, np.ndarray) and np.may_share_memory(W, used))
    extra = used.nbytes if copied else 0
    return Held(
        held, "dense", used.dtype, int(np.count_nonzero(used)), extra, copied, _whole(used.reshape(-1, order="A"))
    )


def _dense_operator(array: _Array) -> _core.DenseOperator:
    try:
        return _core.DenseOperator(array)
    except ValueError:
        refuse_entries_of_array(array)
        raise


def _dense_array(W: Any) -> _Array:
    if isinstance(W, np.ma.MaskedArray):
        raise TypeError("W must not be a masked array; W.filled(0) gives its masked entries a value")
    if isinstance(W, bytes):
        raise TypeError(f"W must be a matrix; got bytes {W!r}: a path is text")
    try:
        array = np.asarray(W)
    except ValueError as error:
        raise ValueError(f"W must be a matrix; NumPy cannot read the {type(W).__name__}: {error}") from error
    if array.dtype.kind == "O" and array.ndim == 0:
        raise TypeError(
            f"W must be an array, a SciPy sparse array, a torch tensor or a LinearOperator; got {type(W).__name__}"
        )
    if array.dtype.kind in "OSUT":
        _refuse_no_numbers(array)
    dtype = _stored_type(array.dtype)
    _require_matrix(array.shape)
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    return np.require(array, dtype, ["F", "A"] if fortran else ["C", "A"])


def _refuse_no_numbers(array: _Array) -> None:
    """TypeError that names the first entry that is no number, of text or Python objects."""
    entries = array.reshape(-1).tolist()
    at = next((k for k, entry in enumerate(entries) if not isinstance(entry, (int, float))), None)
    if at is None:
        raise TypeError(f"W must have real numbers as entries; got dtype {array.dtype}: W.astype(float) has them")
    place = ", ".join(str(int(index)) for index in np.unravel_index(at, array.shape))
    raise TypeError(f"W must have real numbers as entries; got {entries[at]!r} at W[{place}]")


def _hold_products(W: Any) -> Held:
    shape, forward, adjoint = products(W)
    held = _core.CallbackOperator(shape[0], shape[1], forward, adjoint)
    return Held(held, "operator", np.dtype(np.float64), None, 0, False, False, adjoint is not None)


def products(W: Any) -> tuple[tuple[int, ...], Product, Product | None]:
    """The shape of an operator and its products with blocks, whose results are checked; None without an adjoint."""
    shape = tuple(operator.index(extent) for extent in W.shape)
    _require_matrix(shape)
    if getattr(W, "dtype", None) is not None:
        _stored_type(np.dtype(W.dtype))
    adjoint = block_product(W, shape, adjoint=True) if has_adjoint(W, shape[0]) else None
    return shape, block_product(W, shape), adjoint


def _from_tensor(tensor: Any) -> Any:
    """A torch tensor's numbers as a NumPy or SciPy array, without a copy where it lives in main memory."""
    tensor = tensor.detach().cpu()
    layout = str(tensor.layout)
    if layout == "torch.strided":
        return tensor_numbers(tensor)
    if tensor.ndim != 2:
        raise ValueError(f"W must have two dimensions; got shape {tuple(tensor.shape)}")
    if layout != "torch.sparse_csr":
        # Positions listed twice are added up in the type of the entries.
        kind = str(tensor.dtype)
        if kind in ("torch.bfloat16", "torch.float16"):
            tensor = tensor.float()
        elif kind == "torch.bool" or "int" in kind:
            tensor = tensor.double()
        tensor = tensor.to_sparse_csr()
    values = tensor_numbers(tensor.values())
    values = values.astype(_stored_type(values.dtype), copy=False)  # SciPy has no sparse float16
    parts = (values, tensor_numbers(tensor.col_indices()), tensor_numbers(tensor.crow_indices()))
    return sparse.csr_array(parts, shape=tuple(tensor.shape))
