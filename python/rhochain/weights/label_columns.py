"""A column of labels: one a row, or a few values and a code for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rhochain.weights.arrays import Ids, Positions
from rhochain.weights.id_positions import IdPositions, distinct_ids
from rhochain.weights.ids import plain_ids
from rhochain.weights.refusals import BadData

__all__ = ["LabelColumn", "distinct_of", "label_column", "positions_of"]


@dataclass(frozen=True, eq=False)
class LabelColumn:
    """Row r has the label values[codes[r]], or values[r] where there are no codes.

    Text has codes: an array of text with a place for each row would be several times larger than the table.
    """

    values: Ids
    codes: Positions | None = None

    def __len__(self) -> int:
        return len(self.values if self.codes is None else self.codes)

    @property
    def is_text(self) -> bool:
        return self.values.dtype != np.int64


def distinct_of(columns: Sequence[LabelColumn]) -> Ids:
    """The labels of all columns, each once, in ascending order."""
    if len({column.is_text for column in columns}) > 1:
        raise BadData("ids", "integers and text", "one of both for all neurons")
    return distinct_ids(np.concatenate([distinct_ids(column.values) for column in columns]))


def positions_of(index: IdPositions, column: LabelColumn) -> Positions:
    """Where the labels of the rows are among the ids of `index`; -1 for none."""
    if column.is_text == (index.ids.dtype == np.int64):
        kinds = ("integers", "text") if column.is_text else ("text", "integers")
        raise BadData("ids", f"{kinds[1]} where nodes are {kinds[0]}", "both of one kind")
    found = index(column.values)
    return found if column.codes is None else found[column.codes]


def label_column(place: str, given: Any) -> LabelColumn:
    """An array of ids as a column."""
    ids = plain_ids(place, given)
    if ids.dtype == np.int64:
        return LabelColumn(ids)
    values, codes = np.unique(ids, return_inverse=True)
    return LabelColumn(values, codes)
