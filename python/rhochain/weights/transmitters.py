"""Which transmitter each neuron has, from evidence row by row: the one with the most weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.weights.arrays import Ids, Positions
from rhochain.weights.id_positions import IdPositions
from rhochain.weights.label_columns import LabelColumn, distinct_of, positions_of
from rhochain.weights.neuron_signs import NeuronSigns
from rhochain.weights.refusals import BadArgument, BadData

__all__ = ["PRESETS", "TransmitterEvidence", "transmitter_rule"]

_SYNONYMS = {
    "acetylcholine": "ACH",
    "glutamate": "GLUT",
    "glu": "GLUT",
    "serotonin": "SER",
    "5ht": "SER",
    "5-ht": "SER",
    "dopamine": "DA",
    "octopamine": "OCT",
    "oct": "OCT",
    "histamine": "HIST",
    "his": "HIST",
    "tyramine": "TYR",
    "glycine": "GLY",
}
_MISSING = {"", "NA", "N/A", "<NA>", "NAN", "NONE", "NULL", "UNKNOWN", "UNCLEAR", "UNDEFINED"}
_MOST_NAMES = 64
_PENDING = 1 << 20  # rows of sums before they are put together

PRESETS: dict[str, dict[str, int]] = {
    "drosophila": {"ACH": 1, "GABA": -1, "GLUT": -1, "DA": 1, "SER": 1, "OCT": 1},
}
"""Signs of transmitters by name. In flies glutamate inhibits (Liu & Wilson 2013); in mammals it excites."""


def _canonical(name: object) -> str:
    text = str(name).strip()
    return _SYNONYMS.get(text.lower(), text.upper())


def transmitter_rule(sign: Mapping[Any, Any]) -> dict[str, int]:
    """The sign of each transmitter, by the name that `TransmitterEvidence` uses."""
    rule: dict[str, int] = {}
    for name, value in sign.items():
        if isinstance(value, bool) or value not in (1, -1):
            raise BadArgument(f"sign must give 1 or -1 for each transmitter; got {value!r} for {name!r}")
        if rule.setdefault(_canonical(name), int(value)) != value:
            raise BadArgument(f"sign must give one sign for each transmitter; got two for {_canonical(name)!r}")
    return rule


class TransmitterEvidence:
    """Sums of weight for each neuron and transmitter.

    `rule` gives signs of transmitters. Names such as "unknown" and empty ones are no evidence, unless it has them.
    """

    def __init__(self, rule: Mapping[str, int]) -> None:
        self._rule = dict(rule)
        self._names: list[str] = []
        self._ids: list[LabelColumn] = []
        self._sums: list[npt.NDArray[np.float64]] = []
        self._pending = 0
        self._several = False  # whether more than one transmitter of a neuron is worth a note

    def add_names(self, source: LabelColumn, names: LabelColumn, weight: npt.NDArray[np.float64]) -> None:
        """A row says one transmitter, by `names`, which have codes."""
        column = np.array([self._column(name) for name in names.values.tolist()], dtype=np.int64)
        codes = column[names.codes]
        said = codes >= 0
        self._several = True
        self._add(source, lambda place, n, k: np.bincount(place[said] * k + codes[said], abs(weight[said]), n * k))

    def add_shares(self, source: LabelColumn, shares: Mapping[str, Any], weight: npt.NDArray[np.float64]) -> None:
        """A row gives each transmitter a share, by name; NaN counts as 0."""
        columns = [self._column(name) for name in shares]
        amounts = [np.nan_to_num(share, nan=0.0) * abs(weight) for share in shares.values()]

        def sums(place: Positions, n: int, k: int) -> Any:
            table = np.zeros((n, k))
            for column, amount in zip(columns, amounts, strict=True):
                table[:, column] = np.bincount(place, amount, n)
            return table

        self._add(source, sums)

    def _column(self, name: object) -> int:
        """The column of a transmitter, -1 for no evidence."""
        known = _canonical(name)
        if known in _MISSING and known not in self._rule:
            return -1
        if known not in self._names:
            if len(self._names) == _MOST_NAMES:
                raise BadData("transmitters", f"more than {_MOST_NAMES} names, such as {known[:40]!r}", "a few names")
            self._names.append(known)
        return self._names.index(known)

    def _add(self, source: LabelColumn, sums: Any) -> None:
        index = IdPositions(distinct_of([source]))
        n, k = len(index.ids), len(self._names)
        self._ids.append(LabelColumn(index.ids))
        self._sums.append(np.asarray(sums(positions_of(index, source), n, k)).reshape(n, k))
        self._pending += n
        if self._pending > _PENDING:
            self._put_together()
            self._pending = 0

    def _put_together(self) -> tuple[Ids, npt.NDArray[np.float64]]:
        if not self._ids:
            raise BadData("transmitters", "no rows", "a row for each neuron")
        index = IdPositions(distinct_of(self._ids))
        total = np.zeros((len(index.ids), len(self._names)))
        for ids, sums in zip(self._ids, self._sums, strict=True):
            total[positions_of(index, ids), : sums.shape[1]] += sums
        self._ids, self._sums = [LabelColumn(index.ids)], [total]
        return index.ids, total

    def _rule_in_words(self) -> str:
        named = ((sign, [name for name, own in self._rule.items() if own == sign]) for sign in (1, -1))
        return "; ".join(f"{', '.join(names)} {sign}" for sign, names in named if names)

    def signs(self) -> NeuronSigns:
        """The sign of each neuron that a row named, 0 without evidence or for a transmitter without a rule."""
        ids, total = self._put_together()
        order = np.argsort(self._names)  # of two with the same weight, the first in the alphabet
        names = [self._names[k] for k in order] or ["none"]
        total = total[:, order] if self._names else np.zeros((len(ids), 1))
        top = np.argmax(total, axis=1)
        said = total[np.arange(len(ids)), top] > 0
        sign_of = np.array([self._rule.get(name, 0) for name in names], np.int8)
        counts = np.bincount(top[said], minlength=len(names))
        missing = {
            name: int(count) for name, count in zip(names, counts, strict=True) if count and name not in self._rule
        }
        listed = ", ".join(f"{name} {count:,}" for name, count in missing.items())
        several = int(np.count_nonzero(np.count_nonzero(total > 0, axis=1) > 1))
        notes: tuple[str, ...] = (f"signs by transmitter: {self._rule_in_words()}",)
        if several and self._several:
            notes += (f"neurons with several transmitters, of which that with the most weight counts: {several:,}",)
        return NeuronSigns(
            ids,
            np.where(said, sign_of[top], np.int8(0)),
            f" (transmitters without a sign: {listed})" if listed else "",
            notes,
        )
