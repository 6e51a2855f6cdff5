"""Rows of an edge table, gathered batch by batch into W."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.weights.arrays import Ids, Positions
from rhochain.weights.id_positions import IdPositions
from rhochain.weights.label_columns import LabelColumn, distinct_of, positions_of
from rhochain.weights.refusals import BadData
from rhochain.weights.weights import Counts, Weights

__all__ = ["PairRows"]


class PairRows:
    """Pairs of neurons with weights.

    Parameters
    ----------
    nodes : ids or None
        The neurons in order; by default all that occur, in ascending order. With it a batch is relabelled as it comes,
        and nothing is kept of rows that are dropped.
    place : str
        The columns, for messages.
    """

    def __init__(self, nodes: Ids | None, place: str) -> None:
        self._index = None if nodes is None else IdPositions(nodes)
        self._place = place
        self._sources: list[Any] = []
        self._targets: list[Any] = []
        self._weights: list[npt.NDArray[np.float64]] = []
        self._first_unknown: object = None
        self.rows = 0
        self.unknown = 0

    def add(self, source: LabelColumn, target: LabelColumn, weight: npt.NDArray[np.float64]) -> None:
        """A batch of rows of the same length each."""
        wrong = ~np.isfinite(weight)
        if wrong.any():
            row = self.rows + int(np.argmax(wrong)) + 1
            raise BadData(
                f"row {row:,}",
                f"weight {weight[np.argmax(wrong)]} ({np.count_nonzero(wrong):,} such)",
                "a finite number",
            )
        self.rows += len(weight)
        if self._index is None:
            self._sources.append(source)
            self._targets.append(target)
            self._weights.append(weight)
            return
        starts, ends = positions_of(self._index, source), positions_of(self._index, target)
        known = (starts >= 0) & (ends >= 0)
        missing = len(known) - int(np.count_nonzero(known))
        if missing:
            if self._first_unknown is None:
                at = int(np.argmin(known))
                outside = source if starts[at] < 0 else target
                self._first_unknown = outside.values[at if outside.codes is None else outside.codes[at]]
            starts, ends, weight = starts[known], ends[known], weight[known]
        self.unknown += missing
        self._sources.append(starts)
        self._targets.append(ends)
        self._weights.append(weight)

    def require_known(self) -> None:
        """Refuse rows of neurons that are none of `nodes`."""
        if self.unknown:
            raise BadData(
                self._place,
                f"{self.unknown:,} of {self.rows:,} rows with a neuron that is none of nodes, such as "
                f"{self._first_unknown}",
                'neurons of nodes alone (unknown="drop" leaves the other rows out)',
            )

    def weights(self, origin: str) -> Weights:
        """W of all rows: CSR, rows receive, pairs that come again summed in float64."""
        if self.rows == self.unknown:
            came = "no rows" if not self.rows else f"no row of {self.rows:,} with both neurons among nodes"
            raise BadData(self._place, came, "at least one pair")
        ids, starts, ends = self._relabelled()
        entries = _joined(self._weights)
        n = len(ids)
        W = sparse.csr_array(sparse.coo_array((entries, (ends, starts)), shape=(n, n)))
        if not np.isfinite(W.data).all():
            raise BadData("weights", "a sum over the rows of a pair that overflows", "finite sums")
        counts = Counts(rows=self.rows, summed=len(entries) - W.nnz, dropped=self.unknown, neurons=n)
        return Weights(W, ids, "target", origin, counts)

    def _relabelled(self) -> tuple[Ids, Positions, Positions]:
        """Neurons, and positions of the sources and targets of all rows; the batches are released."""
        if self._index is not None:
            return self._index.ids, _joined(self._sources), _joined(self._targets)
        columns = [_joined_labels(self._sources), _joined_labels(self._targets)]
        index = IdPositions(distinct_of([batch for column in columns for batch in column]))
        starts, ends = (_joined([positions_of(index, batch) for batch in column]) for column in columns)
        return index.ids, starts, ends


def _joined(batches: list[Any]) -> Any:
    """One array of all batches, which are released."""
    whole = batches[0] if len(batches) == 1 else np.concatenate(batches)
    batches.clear()
    return whole


def _joined_labels(batches: list[LabelColumn]) -> list[LabelColumn]:
    """Integers as one column, text as it is; the batches are released."""
    columns = list(batches) if batches[0].is_text else [LabelColumn(_joined([batch.values for batch in batches]))]
    batches.clear()
    return columns
