"""Tables in text, .csv and .tsv, plain or through gzip, with names of columns in the first line.

The types of columns are decided before Arrow reads them, from the first megabyte: ids of digits alone are read as
64-bit integers, so that none passes through float64.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from rhochain.files.arrow_columns import arrays_of_batches
from rhochain.files.extras import optional_library
from rhochain.files.faults import FileFault, in_quotes
from rhochain.files.packed_text import opened_packed_text
from rhochain.files.table_sizes import require_columns_of_text
from rhochain.files.tables import Role

__all__ = ["TextTable"]

_SAMPLE = 1 << 20  # bytes
_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 16
_WHOLE = re.compile(r"[+-]?[0-9]+")
_REAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|nan", re.IGNORECASE)
_CONVERSION = re.compile(
    r"In CSV column #\d+: (?:Row #(\d+): )?CSV conversion error to (\w+)[^:]*: invalid value '(.*)'"
)
_OF_TYPE = {"int64": ("integer ids", "integers below 2^63"), "double": ("numbers", "a number in each row")}
_ROW_LENGTH = re.compile(r"CSV parse error: (?:Row #(\d+): )?Expected (\d+) columns, got (\d+)")


class TextTable:
    """A `Table` of a text file; `rows` is None, as the file does not state it."""

    rows = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._csv = optional_library("pyarrow.csv", "tables", "a table in text")
        name = path.name.lower()
        self._delimiter = "\t" if name.endswith((".tsv", ".tsv.gz")) else ","
        with _opened(path) as stream:
            self._sample = stream.read(_SAMPLE)
        line = self._sample.partition(b"\n")[0]
        if not line.strip():
            raise FileFault("line 1", "empty", "names of columns")
        if len(line) > _LONGEST_LINE:
            raise FileFault("line 1", f"more than {_LONGEST_LINE} bytes", "names of columns")
        self.names: list[str] = self._cells(line.removeprefix(b"\xef\xbb\xbf"), 1)
        if all(_REAL.fullmatch(name) for name in self.names) and len(self.names) > 1:
            raise FileFault("line 1", in_quotes(line.strip()), "names of columns, and numbers below them")
        again = sorted({name for name in self.names if self.names.count(name) > 1}) if len(self.names) < 1000 else []
        if again:
            raise FileFault("line 1", f"two columns named {again[0]}", "names that differ")

    def has_text(self, column: str) -> bool:
        return self._kind(column) == "text"

    def batches(self, roles: Mapping[str, Role]) -> Iterator[dict[str, Any]]:
        arrow = optional_library("pyarrow", "tables", "a table in text")
        text = arrow.dictionary(arrow.int32(), arrow.string())
        of_kind = {"whole": arrow.int64(), "real": arrow.float64(), "text": text}
        types = {
            name: of_kind[self._kind(name)] if role is Role.ID else text if role is Role.NAME else arrow.float64()
            for name, role in roles.items()
        }
        convert = self._csv.ConvertOptions(include_columns=list(roles), column_types=types)
        reading = self._csv.ReadOptions(block_size=_BLOCK)
        parsing = self._csv.ParseOptions(delimiter=self._delimiter)
        try:
            with _opened(self._path) as stream:
                batches = self._csv.open_csv(stream, reading, parsing, convert)
                yield from arrays_of_batches(self._within_size(batches, len(roles)), roles)
        except arrow.ArrowInvalid as error:
            located = self._located(parsing, convert, arrow.ArrowInvalid)
            raise _fault(str(error if located is None else located)) from error

    def _located(self, parsing: Any, convert: Any, invalid: type[Exception]) -> Exception | None:
        """The first error with its line, which several threads do not count."""
        reading = self._csv.ReadOptions(block_size=_BLOCK, use_threads=False)
        try:
            with _opened(self._path) as stream:
                for _ in self._csv.open_csv(stream, reading, parsing, convert):
                    pass
        except invalid as error:
            return error
        return None

    def _within_size(self, batches: Iterator[Any], columns: int) -> Iterator[Any]:
        """The batches, as long as their columns are not far larger than the file."""
        size, rows = self._path.stat().st_size, 0
        for batch in batches:
            rows += batch.num_rows
            require_columns_of_text(rows, columns, size)
            yield batch

    def _cells(self, line: bytes, number: int) -> list[str]:
        try:
            return next(csv.reader([line.decode().rstrip("\r")], delimiter=self._delimiter, strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise FileFault(f"line {number}", in_quotes(line[:_LONGEST_LINE]), f"cells in UTF-8 ({error})") from error

    def _kind(self, column: str) -> str:
        """What the first lines hold: "whole", "real" or "text"."""
        at = self.names.index(column)
        lines = self._sample.decode(errors="replace").splitlines()[1:]
        lines = lines[:-1] if len(self._sample) == _SAMPLE else lines
        rows = csv.reader(lines[:1000], delimiter=self._delimiter)
        cells = [row[at].strip() for row in rows if len(row) > at and row[at].strip()]
        if all(_WHOLE.fullmatch(cell) for cell in cells):
            return "whole"
        return "real" if all(_REAL.fullmatch(cell) for cell in cells) else "text"


def _fault(message: str) -> FileFault:
    """What Arrow says of a line, in the form of this package."""
    if found := _CONVERSION.search(message):
        line, kind, value = found.groups()
        among, expected = _OF_TYPE.get(kind, (kind, kind))
        return FileFault(_line(line), f"{value[:60]!r} among {among}", expected)
    if found := _ROW_LENGTH.search(message):
        line, expected, came = found.groups()
        return FileFault(_line(line), f"a line of {came} cells", f"{expected}, as in line 1")
    if "newlines_in_values" in message:
        return FileFault("table", "a quoted cell that goes on in the next line", "each row in one line")
    if "straddl" in message:
        return FileFault("table", f"a line of more than {_BLOCK:,} bytes", "a row of the table")
    return FileFault("table", message[:200], "lines of cells as the first states")


def _line(number: str | None) -> str:
    return "table" if number is None else f"line {number}"


def _opened(path: Path) -> BinaryIO:
    return opened_packed_text(path, "table") if path.name.lower().endswith(".gz") else path.open("rb")
