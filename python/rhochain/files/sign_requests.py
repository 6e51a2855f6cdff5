"""What `sign=` and `transmitter=` of `load` ask for: signs by neuron, or a rule for transmitters and where they are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rhochain.files.edge_columns import id_column, listed_names, share_columns, transmitter_column
from rhochain.files.faults import FileFault
from rhochain.files.load_options import LoadOptions
from rhochain.files.side_files import side_file
from rhochain.files.table_files import is_table, open_table, read_columns
from rhochain.files.tables import Role, Table
from rhochain.weights.label_columns import LabelColumn
from rhochain.weights.neuron_signs import NeuronSigns, named_signs, signs_of_mapping
from rhochain.weights.refusals import BadArgument, BadData
from rhochain.weights.transmitters import PRESETS, TransmitterEvidence, transmitter_rule

__all__ = ["SignRequest", "neuron_signs", "sign_request"]

_SIGN = "sign"  # the column of a table of signs by neuron


@dataclass
class SignRequest:
    """Signs that are known, or evidence to gather from `roles` of an edge table, batch by batch."""

    known: NeuronSigns | None = None
    evidence: TransmitterEvidence | None = None
    names: str | None = None
    shares: dict[str, str] = field(default_factory=dict)

    @property
    def roles(self) -> dict[str, Role]:
        """Columns of the edge table that it needs."""
        named = {self.names: Role.NAME} if self.names is not None else {}
        return {**named, **dict.fromkeys(self.shares, Role.SHARE)}

    def add(self, batch: Mapping[str, Any], source: LabelColumn, weight: Any) -> None:
        """The evidence of a batch of rows."""
        if self.evidence is None:
            return
        if self.names is not None:
            self.evidence.add_names(source, batch[self.names], weight)
        elif self.shares:
            self.evidence.add_shares(source, {said: batch[name] for name, said in self.shares.items()}, weight)

    def signs(self) -> NeuronSigns | None:
        """The sign of each neuron, from all batches; None where no sign was asked for."""
        return self.evidence.signs() if self.known is None and self.evidence is not None else self.known


def sign_request(options: LoadOptions, table: Table, source: str) -> SignRequest:
    """What the caller asked for, with the columns of `table` that it needs."""
    if options.sign is None:
        return SignRequest()
    rule = _rule(options, table, source)
    if rule is None:
        if options.transmitter is not None:
            raise BadArgument("transmitter goes with a sign= for transmitters; got signs by neuron")
        return SignRequest(known=neuron_signs(options.sign, options.most_bytes))
    evidence = TransmitterEvidence(rule)
    if is_table(options.transmitter):
        return SignRequest(known=_of_neurons(Path(options.transmitter), evidence, options.most_bytes))
    names = transmitter_column(table.names, options.transmitter)
    shares = {} if names is not None else share_columns(table.names)
    if names is None and not shares:
        raise BadArgument(
            "transmitter must name a column, or a table with a row for each neuron: the edges have no column such as "
            "nt_type and not all of gaba_avg, ach_avg, glut_avg, oct_avg, ser_avg, da_avg"
        )
    return SignRequest(None, evidence, names, shares)


def _rule(options: LoadOptions, table: Table, source: str) -> dict[str, int] | None:
    """Signs of transmitters; None for signs by neuron."""
    sign = options.sign
    if isinstance(sign, str) and sign in PRESETS:
        return PRESETS[sign]
    if not isinstance(sign, Mapping) or not sign or not all(isinstance(key, str) for key in sign):
        return None
    names_transmitters = options.transmitter is not None or transmitter_column(table.names, None) is not None
    if table.has_text(source) and not names_transmitters and not share_columns(table.names):
        return None
    return transmitter_rule(sign)


def neuron_signs(sign: Any, most_bytes: int | None) -> NeuronSigns:
    """Signs by neuron: a mapping from ids, a pandas Series, or the file of a table with a column `sign`."""
    try:
        if is_table(sign):
            return _of_sign_table(Path(sign), most_bytes)
        if isinstance(sign, Mapping):
            return named_signs(sign)
        if type(sign).__module__.split(".")[0] == "pandas":
            return signs_of_mapping("sign", np.asarray(sign.index), np.asarray(sign))
    except BadData as fault:
        where = f" of {os.fspath(sign)}" if is_table(sign) else ""
        raise BadArgument(f"sign{where}: {str(fault).removeprefix('sign: ')}") from None
    if isinstance(sign, str) and sign in PRESETS:
        raise BadArgument(f"sign must be by neuron for a matrix, which names no transmitters; got {sign!r}")
    presets = ", ".join(map(repr, PRESETS))
    raise BadArgument(
        f'sign must be a preset ({presets}), signs of transmitters such as {{"GABA": -1, "ACH": 1}}, signs of neurons '
        f"by id, or the table of a file with columns of ids and {_SIGN}; got {sign!r}"
    )


def _of_sign_table(path: Path, most_bytes: int | None) -> NeuronSigns:
    table = open_table(side_file("sign", path))
    if _SIGN not in table.names:
        raise FileFault("columns", listed_names(table.names), f"one named {_SIGN}, with 1 or -1")
    ids = id_column(table.names, [_SIGN])
    batches = list(read_columns(table, {ids: Role.ID, _SIGN: Role.NUMBER}, most_bytes))
    labels = [batch[ids].labels for batch in batches] or [np.zeros(0, np.int64)]
    return signs_of_mapping("sign", np.concatenate(labels), np.concatenate([batch[_SIGN] for batch in batches] or [[]]))


def _of_neurons(path: Path, evidence: TransmitterEvidence, most_bytes: int | None) -> NeuronSigns:
    """Transmitters from a table with a row for each neuron."""
    try:
        table = open_table(side_file("transmitter", path))
        names = transmitter_column(table.names, None)
        shares = {} if names is not None else share_columns(table.names)
        if names is None and not shares:
            raise FileFault("columns", listed_names(table.names), "one of transmitters, such as nt_type")
        request = SignRequest(None, evidence, names, shares)
        ids = id_column(table.names, request.roles)
        for batch in read_columns(table, {ids: Role.ID, **request.roles}, most_bytes):
            request.add(batch, batch[ids], np.ones(len(batch[ids])))
        return evidence.signs()
    except BadData as fault:
        raise BadArgument(f"transmitter: {os.fspath(path)}: {fault}") from None
