"""Columns that a caller holds as arrays, such as those of a data frame, read as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rhochain.files.tables import Role
from rhochain.weights.ids import plain_ids
from rhochain.weights.label_columns import LabelColumn, label_column
from rhochain.weights.pairs import plain_weights

__all__ = ["ArrayTable"]


class ArrayTable:
    """A `Table` of arrays by name, all of one length."""

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._columns = columns
        self.names = list(columns)
        self.rows = len(next(iter(columns.values()), ()))

    def has_text(self, column: str) -> bool:
        return plain_ids(f"column {column}", self._columns[column]).dtype != np.int64

    def batches(self, roles: Mapping[str, Role]) -> Iterator[dict[str, Any]]:
        read = {Role.ID: label_column, Role.NAME: _names, Role.NUMBER: self._numbers, Role.SHARE: self._numbers}
        yield {name: read[role](f"column {name}", self._columns[name]) for name, role in roles.items()}

    def _numbers(self, place: str, given: Any) -> Any:
        return plain_weights(place, given, self.rows)


def _names(_place: str, given: Any) -> LabelColumn:
    """Text of any objects: None and NaN become names that are no transmitter."""
    values, codes = np.unique(np.asarray(given).astype(np.str_), return_inverse=True)
    return LabelColumn(values, codes)
