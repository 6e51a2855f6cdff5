"""Matrix Market files: banner, comments, size line, entries.

    %%MatrixMarket matrix coordinate|array real|integer|pattern general|symmetric|skew-symmetric
    % comments
    rows columns entries        (array: rows columns)
    row column value            (pattern: row column; array: value, column after column)

The file is read once, in blocks of whole lines. Memory follows the entries that came, never the number that the size
line states; one that states more than the machine can hold is refused. Source: Boisvert, Pozo & Remington, The Matrix
Market Exchange Formats, NISTIR 5935 (1996).
"""

from __future__ import annotations

import re
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.faults import FileFault, in_quotes, require_memory, require_sane_shape
from rhochain.files.text_lines import TextLines

__all__ = ["read_matrix_market"]

_BANNER = re.compile(rb"%{1,2}MatrixMarket((?:[ \t]+\S+)*)\s*", re.IGNORECASE)
_USUAL_BANNER = "%%MatrixMarket matrix coordinate real general"
_WORDS = (
    {b"matrix": "matrix"},
    {b"coordinate": "coordinate", b"array": "array"},
    {
        b"real": "real",
        b"double": "real",
        b"integer": "integer",
        b"unsigned-integer": "unsigned-integer",
        b"pattern": "pattern",
    },
    {b"general": "general", b"symmetric": "symmetric", b"hermitian": "symmetric", b"skew-symmetric": "skew-symmetric"},
)
_MOST_COMMENTS = 1 << 26  # bytes
_LINES_TO_SEARCH = 1000  # for numbers in a file without banner
_BYTES_OF_ENTRY = 32  # value, row and column, in blocks and put together
_BYTES_OF_NUMBER = 16
_MOST_DIGITS = 18  # of a number in the size line


class _Header(NamedTuple):
    layout: str  # "coordinate" or "array"
    field: str
    symmetry: str
    rows: int
    cols: int
    entries: int  # lines that have to follow
    size_line: int

    @property
    def columns(self) -> int:
        """Numbers in a line."""
        return 1 if self.layout == "array" else 2 if self.field == "pattern" else 3


def read_matrix_market(stream: BinaryIO) -> Any:
    """The matrix of a Matrix Market file in float64: a CSR array from coordinates, an ndarray from an array."""
    text = TextLines(stream)
    layout, field, symmetry = _banner(text)
    header = _size(text, layout, field, symmetry)
    return _coordinates(text, header) if layout == "coordinate" else _array(text, header)


def _banner(text: TextLines) -> tuple[str, str, str]:
    line = text.next_line()
    if not line:
        raise FileFault("line 1", "an empty file", f"a banner such as {_USUAL_BANNER}")
    found = _BANNER.fullmatch(line.strip())
    if found is None:
        raise FileFault(
            "line 1",
            f"{in_quotes(line.strip())} and no banner",
            f"a first line that says what follows, {_likely_banner(text, line)}",
        )
    words = found[1].lower().split()
    if len(words) != len(_WORDS):
        raise FileFault("line 1", f"a banner of {len(words)} words", f"four, such as {_USUAL_BANNER}")
    for word, known in zip(words, _WORDS, strict=True):
        if word not in known:
            raise FileFault("line 1", f"a banner with {in_quotes(word)}", " or ".join(w.decode() for w in known))
    layout, field, symmetry = (known[word] for word, known in zip(words[1:], _WORDS[1:], strict=True))
    if (layout, field) == ("array", "pattern"):
        raise FileFault("line 1", "a banner with array and pattern", "an array of real or integer")
    return layout, field, symmetry


def _likely_banner(text: TextLines, line: bytes) -> str:
    """The banner that two lines with numbers suggest, to be put first."""
    counts: list[int] = []
    for _ in range(_LINES_TO_SEARCH):
        words = line.strip()
        if words and words[:1] not in b"%#":
            counts.append(len(words.split()) if re.fullmatch(rb"[-+0-9.eE \t]+", words) else 0)
        if len(counts) == 2:
            break
        line = text.next_line()
    banner = {
        (3, 3): _USUAL_BANNER,
        (3, 2): "%%MatrixMarket matrix coordinate pattern general",
        (2, 1): "%%MatrixMarket matrix array real general",
    }.get((counts[0], counts[-1]) if counts else (0, 0))
    if banner is None:
        return f"such as {_USUAL_BANNER}, and after it a line with the numbers of rows, columns and entries"
    return f"here probably {banner}"


def _size(text: TextLines, layout: str, field: str, symmetry: str) -> _Header:
    names = "rows columns entries" if layout == "coordinate" else "rows columns"
    comments = 0
    while True:
        line = text.next_line()
        place = f"line {text.line}"
        if not line:
            raise FileFault(place, "the file ends before its size line", f"the numbers {names}")
        if line.strip() and not line.lstrip().startswith(b"%"):
            break
        comments += len(line)
        if comments > _MOST_COMMENTS:
            raise FileFault(place, f"more than {_MOST_COMMENTS} bytes of comments", f"the numbers {names}")
    numbers = line.split()
    if len(numbers) != len(names.split()) or not all(re.fullmatch(rb"[0-9]+", each) for each in numbers):
        raise FileFault(place, f"the size line {in_quotes(line.strip())}", f"the {len(names.split())} numbers {names}")
    if max(map(len, numbers)) > _MOST_DIGITS:
        raise FileFault(place, f"the size line {in_quotes(line.strip())}", f"numbers below 10^{_MOST_DIGITS}")
    rows, cols, *stated = map(int, numbers)
    if symmetry != "general" and rows != cols:
        raise FileFault(place, f"{rows} rows and {cols} columns", f"as many columns as rows of a {symmetry} matrix")
    if rows < 1 or cols < 1:
        raise FileFault(place, f"{rows} rows and {cols} columns", "at least one of each")
    if layout == "coordinate":
        require_sane_shape(place, rows, cols, stated[0])
        require_memory(place, "entries", stated[0] * _BYTES_OF_ENTRY)
        return _Header(layout, field, symmetry, rows, cols, stated[0], text.line)
    require_memory(place, "an array", rows * cols * _BYTES_OF_NUMBER)
    entries = rows * cols
    if symmetry != "general":  # one triangle, with the diagonal or without
        entries = rows * (rows + 1) // 2 if symmetry == "symmetric" else rows * (rows - 1) // 2
    return _Header(layout, field, symmetry, rows, cols, entries, text.line)


def _blocks(text: TextLines, header: _Header) -> Any:
    """The numbers of the lines that follow, checked but for positions, an array of shape (lines, columns) at a time."""
    came = 0
    for block in text.blocks(header.columns):
        came += len(block.numbers)
        if came > header.entries:
            place = block.place(len(block.numbers) - 1 - (came - header.entries - 1))
            raise FileFault(place, "one more entry", f"{header.entries} as line {header.size_line} states")
        values = block.numbers[:, -1]
        block.require(np.isfinite(block.numbers).all(axis=1), "finite numbers")
        if "integer" in header.field:
            block.require(values == np.rint(values), f"whole numbers, as the banner says {header.field}")
        if header.field == "unsigned-integer":
            block.require(values >= 0, "no negative number, as the banner says unsigned-integer")
        yield block
    if came < header.entries:
        raise FileFault(
            f"line {text.line + 1}",
            f"the file ends after {came} entries",
            f"{header.entries} as line {header.size_line} states",
        )


def _coordinates(text: TextLines, header: _Header) -> Any:
    index_type = np.int32 if max(header.rows, header.cols) < 2**31 else np.int64
    parts: list[tuple[npt.NDArray[Any], ...]] = []
    for block in _blocks(text, header):
        rows, cols = block.numbers[:, 0], block.numbers[:, 1]
        for name, given, most in (("row", rows, header.rows), ("column", cols, header.cols)):
            block.require((given == np.rint(given)) & (given >= 1) & (given <= most), f"a {name} from 1 to {most}")
        values = np.ones(len(rows)) if header.field == "pattern" else block.numbers[:, 2]
        if header.symmetry == "skew-symmetric":
            block.require((rows != cols) | (values == 0), "0 on the diagonal of a skew-symmetric matrix")
        parts.append((rows.astype(index_type) - 1, cols.astype(index_type) - 1, values.copy()))
    empty = (np.zeros(0, index_type), np.zeros(0, index_type), np.zeros(0))
    rows, cols, values = (np.concatenate(part) for part in zip(empty, *parts, strict=True))
    if header.symmetry != "general":
        mirrored = rows != cols
        sign = -1.0 if header.symmetry == "skew-symmetric" else 1.0
        rows, cols, values = (
            np.concatenate((rows, cols[mirrored])),
            np.concatenate((cols, rows[mirrored])),
            np.concatenate((values, sign * values[mirrored])),
        )
    return sparse.coo_array((values, (rows, cols)), shape=(header.rows, header.cols))


def _array(text: TextLines, header: _Header) -> Any:
    parts = [block.numbers[:, 0].copy() for block in _blocks(text, header)]
    values = np.concatenate([np.zeros(0), *parts])
    if header.symmetry == "general":
        return values.reshape((header.rows, header.cols), order="F")
    strict = int(header.symmetry == "skew-symmetric")
    W = np.zeros((header.rows, header.rows))
    # The lower triangle column after column is the upper triangle of the transpose row after row.
    W.T[~np.tri(header.rows, k=strict - 1, dtype=bool)] = values
    lower = np.tril(W, -1)
    return W - lower.T if strict else W + lower.T
