"""A dense array whose entries are mostly 0, copied to CSR: its products take less time and memory that way."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from scipy import sparse

import rhochain._core as _core

__all__ = ["sparse_copy"]


def sparse_copy(array: npt.NDArray[Any], memory: int, layout: str) -> Any:
    """`array`, in C or Fortran order, as a CSR array, or None where it stays dense. "csr" copies it in any case.

    Which arrays are worth a copy: cpp/include/rhochain/storage/sparse_copy.hpp.
    """
    if layout == "dense":
        return None
    found = _core.sparse_copy(array, memory=memory, always=layout == "csr")
    if found is None:
        return None
    indptr, indices, data = found
    return sparse.csr_array((data, indices, indptr), shape=array.shape)
