"""Columns as a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["frame"]


def frame(columns: Mapping[str, Any]) -> DataFrame:
    """A DataFrame of them; ImportError, naming the command that installs it, where pandas is missing."""
    try:
        from pandas import DataFrame
    except ImportError:
        raise ImportError("to_frame needs pandas: pip install 'rhochain[frames]'") from None
    return DataFrame(dict(columns))
