"""Arrays as the core reads them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["FLOAT32", "FLOAT64", "Floats", "Integers", "contiguous"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def contiguous(x: npt.NDArray[Any], dtype: np.dtype[Any] = FLOAT64) -> npt.NDArray[Any]:
    """x in C order, aligned and of `dtype`: itself where it is so, which `np.require` takes longer to find."""
    flags = x.flags
    if x.dtype == dtype and flags.c_contiguous and flags.aligned:
        return x
    return np.require(x, dtype, ["C", "A"])
