"""Lines of a text file with numbers, counted, so that a fault has a place."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from rhochain.files.faults import FileFault, in_quotes

__all__ = ["NumberBlock", "TextLines"]

_BLOCK = 1 << 20  # bytes
_LONGEST_LINE = 1 << 16
_MOST_BLANK = 1 << 26  # bytes: gzip packs blank lines into a thousandth
_NUMERALS = b"0123456789+-.eE \t\r\n"  # all bytes that lines of numbers may have
_NUMBER = rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"


class TextLines:
    """The lines of a stream, from first to last. `line`: how many have been given out."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.line = 0

    def next_line(self) -> bytes:
        """One line; b"" after the last."""
        line = self._read(self._stream.readline, _LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise self._too_long(self.line + 1)
        self.line += 1
        return line

    def blocks(self, columns: int) -> Iterator[NumberBlock]:
        """The lines that are left, about a megabyte at a time. Each holds `columns` numbers or nothing."""
        blank = 0
        while block := self._read(self._stream.read, _BLOCK):
            if not block.endswith(b"\n"):
                rest = self._read(self._stream.readline, _LONGEST_LINE + 1)
                if len(rest) > _LONGEST_LINE:
                    raise self._too_long(self.line + block.count(b"\n") + 1)
                block += rest
            numbers = NumberBlock(block, self.line, columns)
            blank = 0 if len(numbers.numbers) else blank + len(block)
            if blank > _MOST_BLANK:
                raise FileFault(f"line {self.line + 1}", f"more than {_MOST_BLANK} bytes of blank lines", "an entry")
            yield numbers
            self.line += block.count(b"\n") + (not block.endswith(b"\n"))

    def _read(self, read: Any, size: int) -> bytes:
        try:
            data: bytes = read(size)
        except (EOFError, zlib.error, OSError) as error:  # what gzip raises, and no errors of the system
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise FileFault(
                f"line {self.line + 1}", f"gzip data cut short or corrupt ({error})", "the whole file that gzip wrote"
            ) from error
        return data

    def _too_long(self, line: int) -> FileFault:
        return FileFault(f"line {line}", f"more than {_LONGEST_LINE} bytes in a line", "one entry a line")


class NumberBlock:
    """Some lines of a file, and their numbers as `numbers`, shape (lines that are not blank, columns)."""

    numbers: npt.NDArray[np.float64]

    def __init__(self, text: bytes, lines_before: int, columns: int) -> None:
        self._text = text
        self._before = lines_before
        self._columns = columns
        if text.translate(None, _NUMERALS):
            raise self._fault()
        try:
            if text.isspace():  # which NumPy warns about
                self.numbers = np.zeros((0, columns))
            else:
                self.numbers = np.loadtxt(io.BytesIO(text), comments=None, encoding="latin1", ndmin=2)
        except ValueError as error:
            raise self._fault() from error
        if self.numbers.shape[1] != columns:
            raise self._fault()

    def place(self, entry: int) -> str:
        """The line of an entry of the block, counted from 0."""
        lines = self._text.split(b"\n")
        filled = [number for number, line in enumerate(lines) if line.strip()]
        return f"line {self._before + filled[entry] + 1}"

    def require(self, holds: Any, expected: str) -> None:
        """Refuse the first entry for which `holds`, booleans of shape (lines,), is False."""
        if not holds.all():
            place = self.place(int(np.argmin(holds)))
            line = self._text.split(b"\n")[int(place.split()[1]) - self._before - 1]
            raise FileFault(place, in_quotes(line.strip()), expected)

    def _fault(self) -> FileFault:
        """The first line that does not hold `columns` numbers."""
        numbers = rb"[ \t]+".join([_NUMBER] * self._columns)
        wrong = re.search(rb"^(?![ \t]*(?:%b)?[ \t]*\r?$)[^\n]*$" % numbers, self._text, re.MULTILINE)
        expected = {1: "a finite number", 2: "two whole numbers"}.get(
            self._columns, "two whole numbers and a finite one"
        )
        if wrong is None:
            return FileFault(f"after line {self._before}", "lines that cannot be read", expected)
        line = self._before + self._text.count(b"\n", 0, wrong.start()) + 1
        return FileFault(f"line {line}", in_quotes(wrong[0].strip()), expected)
