"""Types of arrays."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Ids", "Positions"]

Ids: TypeAlias = npt.NDArray[Any]
"""int64 or text."""

Positions: TypeAlias = npt.NDArray[np.signedinteger[Any]]
"""int32 where the number of neurons allows it, else int64; -1 for none."""
