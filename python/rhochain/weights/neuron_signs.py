"""The sign of each neuron, and W with it: W[i, j] |-> s_j W[i, j], as the sign belongs to the neuron that acts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.weights.arrays import Ids
from rhochain.weights.id_positions import IdPositions
from rhochain.weights.ids import distinct_labels
from rhochain.weights.refusals import BadArgument, BadData
from rhochain.weights.weights import Weights

__all__ = ["NeuronSigns", "named_signs", "signs_of_mapping", "with_signs"]


@dataclass(frozen=True, eq=False)
class NeuronSigns:
    """ids[k] has the sign signs[k]: 1, -1, or 0 where it is not known. `said`: why, for messages; `notes` of W."""

    ids: Ids
    signs: npt.NDArray[np.int8]
    said: str = ""
    notes: tuple[str, ...] = ()


def signs_of_mapping(place: str, ids: Any, signs: Any) -> NeuronSigns:
    """Signs 1 and -1 for distinct ids."""
    named = distinct_labels(place, ids)
    values = np.asarray(signs)
    if values.dtype.kind not in "iuf" or not np.isin(values, (1, -1)).all():
        shown = values[~np.isin(values, (1, -1))][:1] if values.dtype.kind in "iuf" else values[:1]
        raise BadData(place, f"the sign {shown.tolist()[0]!r}", "1 or -1 for each neuron")
    return NeuronSigns(named, values.astype(np.int8))


def named_signs(sign: Mapping[Any, Any]) -> NeuronSigns:
    """Signs of a mapping from ids."""
    ids = np.empty(len(sign), object)
    ids[:] = list(sign)
    return signs_of_mapping("sign", ids, list(sign.values()))


def with_signs(W: Weights, given: NeuronSigns, unknown_sign: int | None) -> Weights:
    """W with its columns multiplied by the signs of their neurons.

    Neurons that act on none need no sign. Others without one are refused, or get `unknown_sign`, and are counted.
    """
    if W.ids is None:
        raise BadArgument("sign needs the ids of neurons: nodes= names them")
    if W.rows != "target":
        raise BadArgument('sign needs to know which side acts: rows= says "target" or "source"')
    if (W.ids.dtype == np.int64) != (given.ids.dtype == np.int64):
        raise BadArgument(f"sign must name neurons by {W.ids.dtype}, as W does; got {given.ids.dtype}")
    stored = W.to_scipy()
    below = int(np.count_nonzero(stored.data < 0))
    if below:
        raise BadArgument(f"sign is for weights without signs; got {below:,} entries below 0")
    place = IdPositions(given.ids)(W.ids)
    signs = np.where(place < 0, np.int8(0), given.signs[place]).astype(np.float64)
    acting = np.zeros(len(signs), bool)
    acting[stored.indices[stored.data != 0]] = True
    unknown = acting & (signs == 0)
    count = int(np.count_nonzero(unknown))
    if count and unknown_sign is None:
        raise BadData(
            "signs",
            f"{count:,} of {np.count_nonzero(acting):,} neurons that act on others have none, such as "
            f"{W.ids[np.argmax(unknown)]}{given.said}",
            "a sign for each (unknown_sign=1 takes these as excitatory)",
        )
    signs[signs == 0] = 1.0 if unknown_sign is None else float(unknown_sign)
    signed: Any = sparse.csr_array((stored.data * signs[stored.indices], stored.indices, stored.indptr), shape=W.shape)
    signed = signed if sparse.issparse(W.matrix) else signed.toarray()
    notes = (*W.notes, *given.notes)
    if count:
        notes += (f"neurons without a known sign, taken as {unknown_sign:+d}: {count:,}",)
    return dataclasses.replace(W, matrix=signed, counts=dataclasses.replace(W.counts, unknown_sign=count), notes=notes)
