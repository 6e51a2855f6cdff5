"""A dense array whose entries are mostly 0, copied to CSR: its products take less time and memory that way."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["sparse_copy"]

_Array = npt.NDArray[Any]

# Up to this density, for n = 200, 1000 and 2000, each product with the copy took no longer than that with the array,
# W x and W^T x, one vector and eight, within 5 %; at 0.3 some took longer. The copy and its two layouts for products
# then take 0.9 of the bytes of a float64 array, and 1.2 of those of a float32 one.
_MOST_DENSE = 0.2
_LEAST_ENTRIES = 10_000  # below, a product is over before a layout matters
_BLOCK_ENTRIES = 2**22


def sparse_copy(array: _Array, memory: int, layout: str) -> Any:
    """`array`, in C or Fortran order, as a CSR array, or None where it stays dense. "csr" copies it in any case."""
    if layout == "dense":
        return None
    nnz = int(np.count_nonzero(array))
    small = max(nnz, *array.shape) <= np.iinfo(np.int32).max
    index_type = np.dtype(np.int32 if small else np.int64)
    needed = nnz * (array.itemsize + index_type.itemsize) + (array.shape[0] + 1) * index_type.itemsize
    worth = array.size >= _LEAST_ENTRIES and nnz <= _MOST_DENSE * array.size and needed <= memory
    if not (worth or layout == "csr"):
        return None
    if array.flags.c_contiguous:
        return _rows(array, nnz, index_type)
    return _rows(array.T, nnz, index_type).T.tocsr()


def _rows(array: _Array, nnz: int, index_type: np.dtype[Any]) -> Any:
    """By blocks of rows, so that no list of all positions is made beside the copy."""
    rows, cols = array.shape
    indptr = np.zeros(rows + 1, index_type)
    indices, data = np.empty(nnz, index_type), np.empty(nnz, array.dtype)
    step = max(1, _BLOCK_ENTRIES // cols)
    end = 0
    for first in range(0, rows, step):
        block = array[first : first + step]
        indptr[first + 1 : first + 1 + len(block)] = end + np.cumsum(np.count_nonzero(block, axis=1))
        places = np.flatnonzero(block)
        begin, end = end, end + len(places)
        indices[begin:end] = places % cols
        data[begin:end] = block.reshape(-1)[places]
    return sparse.csr_array((data, indices, indptr), shape=array.shape)
