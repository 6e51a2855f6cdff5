"""W from pairs of neurons: who acts, on whom, with which weight."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.weights.ids import distinct_labels
from rhochain.weights.label_columns import label_column
from rhochain.weights.pair_rows import PairRows
from rhochain.weights.refusals import BadData
from rhochain.weights.weights import Weights

__all__ = ["plain_weights", "weights_of_pairs"]


def weights_of_pairs(
    source: npt.ArrayLike,
    target: npt.ArrayLike,
    weight: npt.ArrayLike = 1.0,
    *,
    nodes: npt.ArrayLike | None = None,
    unknown: str = "error",
    origin: str = "",
) -> Weights:
    """W with W[i, j] the sum of the weights from neuron j to neuron i, in float64.

    Parameters
    ----------
    source, target : array_like of shape (m,)
        Ids, as integers or text: source acts on target.
    weight : array_like of shape (m,), or a number for every pair
    nodes : array_like of shape (n,), optional
        The neurons in order, each once; those without a pair stay. By default all that occur, in ascending order.
    unknown : {"error", "drop"}
        What becomes of rows with a neuron that is none of `nodes`.
    origin : str
        For reports.

    Returns
    -------
    Weights
        With `rows` "target", and the numbers of rows summed and dropped in `counts`.

    Raises
    ------
    ValueError
        Ids that are missing, no integers or text, or numbers of 2^53 or more in floating point; rows outside `nodes`;
        weights that are no numbers.

    Examples
    --------
    >>> import rhochain as rc
    >>> W = rc.weights_of_pairs([7, 7, 9], [9, 9, 7], [1.0, 2.0, 5.0])
    >>> W.ids
    array([7, 9])
    >>> W.to_scipy().toarray()
    array([[0., 5.],
           [3., 0.]])
    >>> print(W.counts)
    3 rows, 2 pairs of 2 neurons: 1 row summed
    """
    starts, ends = label_column("source", source), label_column("target", target)
    if len(starts) != len(ends):
        raise BadData("source and target", f"{len(starts)} and {len(ends)} ids", "as many of both")
    rows = PairRows(None if nodes is None else distinct_labels("nodes", nodes), "source and target")
    rows.add(starts, ends, plain_weights("weight", weight, len(starts)))
    if unknown == "error":
        rows.require_known()
    return rows.weights(origin)


def plain_weights(place: str, given: Any, rows: int) -> npt.NDArray[np.float64]:
    """Real numbers as float64, one for each of `rows`; a single number serves all."""
    if isinstance(given, np.ma.MaskedArray) and np.ma.getmaskarray(given).any():
        raise BadData(place, f"{np.count_nonzero(np.ma.getmaskarray(given)):,} masked numbers", "numbers")
    numbers = np.asarray(given)
    if numbers.dtype.kind not in "biuf":
        raise BadData(place, f"entries of type {numbers.dtype}", "real numbers")
    if numbers.shape not in ((), (rows,)):
        raise BadData(place, f"shape {numbers.shape}", f"({rows},)")
    return np.broadcast_to(numbers.astype(np.float64, copy=False), (rows,))
