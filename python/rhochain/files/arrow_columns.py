"""Columns of Arrow as arrays of NumPy; integers keep all 64 bits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.files.faults import FileFault
from rhochain.files.tables import Role
from rhochain.weights.ids import plain_ids
from rhochain.weights.label_columns import LabelColumn

__all__ = ["arrays_of_batches", "is_text"]

_LONGEST_LABEL = 200  # bytes
_ROWS_OF_TEXT = 1 << 20


def is_text(kind: Any) -> bool:
    """Whether a type of Arrow is text, or a dictionary of it."""
    import pyarrow as pa

    while pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def arrays_of_batches(batches: Iterator[Any], roles: Mapping[str, Role]) -> Iterator[dict[str, Any]]:
    """Each batch as arrays by the names of `roles`."""
    convert = {Role.ID: _labels, Role.NAME: _names, Role.NUMBER: _numbers, Role.SHARE: _shares}
    before = 0
    for batch in _joined(batches, roles):
        if batch.num_rows:
            batch.validate(full=True)
            yield {name: convert[role](name, batch.column(name), before) for name, role in roles.items()}
            before += batch.num_rows


def _joined(batches: Iterator[Any], roles: Mapping[str, Role]) -> Iterator[Any]:
    """The batches; those with text in larger ones, as each has a dictionary of its own."""
    import pyarrow as pa

    waiting: list[Any] = []
    rows = 0
    for batch in batches:
        if not any(is_text(batch.schema.field(name).type) for name in roles):
            yield batch
            continue
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= _ROWS_OF_TEXT:
            yield from pa.Table.from_batches(waiting).combine_chunks().to_batches()
            waiting, rows = [], 0
    if waiting:
        yield from pa.Table.from_batches(waiting).combine_chunks().to_batches()


def _place(name: str) -> str:
    return f"column {name}" if name.isprintable() else f"column {name!r}"


def _without_nulls(name: str, column: Any, before: int, expected: str) -> Any:
    if column.null_count:
        first = before + int(np.argmax(column.is_null().to_numpy(zero_copy_only=False))) + 1
        raise FileFault(_place(name), f"rows without a value: {column.null_count:,}, the first row {first:,}", expected)
    return column


def _labels(name: str, column: Any, before: int) -> LabelColumn:
    import pyarrow as pa

    expected = "an id in each row"
    column = _without_nulls(name, column, before, expected)
    if is_text(column.type):
        found = _text(name, column)
        if "" in found.values:
            raise FileFault(_place(name), "empty text", expected)
        return found
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise FileFault(_place(name), f"entries of type {column.type}", "ids as integers or text")
    return LabelColumn(plain_ids(_place(name), column.to_numpy(zero_copy_only=False)))


def _names(name: str, column: Any, _before: int) -> LabelColumn:
    if not is_text(column.type):
        raise FileFault(_place(name), f"entries of type {column.type}", "names of transmitters as text")
    return _text(name, column)


def _text(name: str, column: Any) -> LabelColumn:
    """Text with a code for each row; a row without a value is empty text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    values = coded.dictionary
    longest = pc.max(pc.binary_length(values)).as_py() or 0
    if longest > _LONGEST_LABEL:
        raise FileFault(_place(name), f"text of {longest:,} bytes", f"labels of at most {_LONGEST_LABEL}")
    labels = np.array([*values.to_pylist(), ""], dtype=np.str_)
    codes = pc.fill_null(coded.indices.cast(pa.int64()), len(labels) - 1).to_numpy(zero_copy_only=False)
    used = np.zeros(len(labels), bool)
    used[codes] = True
    return LabelColumn(labels[used], (np.cumsum(used) - 1)[codes])


def _numbers(name: str, column: Any, before: int) -> npt.NDArray[np.float64]:
    return _shares(name, _without_nulls(name, column, before, "a number in each row"), before)


def _shares(name: str, column: Any, _before: int) -> npt.NDArray[np.float64]:
    import pyarrow as pa

    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise FileFault(_place(name), f"entries of type {kind}", "numbers")
    numbers = column.cast(pa.float64(), safe=False) if pa.types.is_decimal(kind) else column
    found: npt.NDArray[Any] = numbers.to_numpy(zero_copy_only=False)
    return found.astype(np.float64, copy=False)
