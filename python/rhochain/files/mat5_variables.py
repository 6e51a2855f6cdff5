"""Variables of a .mat of version 5: matrices of numbers, sparse ones, and both as fields of structures.

A file is a sequence of elements: a tag (type and bytes), the data, blanks up to a multiple of 8. An element of type
matrix consists of elements: flags with the class, extents, name, then by class the entries; of a sparse matrix rows,
column pointers and entries; of a structure the names of the fields and a matrix for each. A compressed element is one
that zlib packed. Text, cells, functions and objects are skipped unread. Source: MathWorks, MAT-File Format, version 5.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from rhochain.files.choices import chosen_name
from rhochain.files.faults import FileFault, require_memory, require_sane_shape, shown_name
from rhochain.files.sparse_parts import compressed_matrix, wide_entries
from rhochain.files.table_sizes import MOST_DEFLATED, require_unpacked

__all__ = ["read_mat5"]

_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_STRUCT, _SPARSE = 2, 5
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
_COMPLEX, _LOGICAL = 1 << 11, 1 << 9
_FIRST_BYTES = 4096  # enough for flags, extents and name
_MOST_VARIABLES = 10_000
_DEEPEST = 4  # structures within structures
_MOST_EXTENTS = 32


class _Element(NamedTuple):
    kind: int
    data: memoryview
    end: int  # where the next one begins


class _Variable(NamedTuple):
    """A matrix whose entries were not read yet."""

    shape: tuple[int, ...]
    flags: int
    content: memoryview  # packed, or all its elements
    packed: bool
    entries: int  # where its elements after the name begin, once unpacked

    @property
    def kind(self) -> int:
        return self.flags & 0xFF

    @property
    def is_numeric(self) -> bool:
        return self.kind in (_SPARSE, *_CLASSES) and len(self.shape) == 2 and 0 not in self.shape


def read_mat5(stream: BinaryIO, size: int, name: str | None, most_bytes: int | None, allowed: int = 0) -> Any:
    """The variable called `name`, else the only square one, of a file of `size` bytes.

    A variable of `allowed` bytes is read however far it was packed.
    """
    reader = _Reader(stream, size, most_bytes, allowed)
    found: dict[str, _Variable] = {}
    for variable, given in reader.variables():
        found |= reader.matrices(variable, given, 0)
        if len(found) > _MOST_VARIABLES:
            raise FileFault("file", f"more than {_MOST_VARIABLES} matrices", f"at most {_MOST_VARIABLES}")
    chosen = chosen_name({key: given.shape for key, given in found.items()}, name, "matrices")
    return reader.matrix(f"variable {shown_name(chosen)}", found[chosen])


class _Reader:
    def __init__(self, stream: BinaryIO, size: int, most_bytes: int | None, allowed: int) -> None:
        self._most_bytes = most_bytes
        self._allowed = allowed
        require_memory("file", "a .mat", size, most_bytes)
        stream.seek(0)
        self._content = memoryview(stream.read(size))
        self._order = "<" if bytes(self._content[126:128]) == b"IM" else ">"

    def variables(self) -> Iterator[tuple[str, _Variable]]:
        """The names and headers of all matrices."""
        for element in self._elements(self._content[_HEADER:], padded=False):
            if element.kind == _COMPRESSED:
                kind, first = self._unpacked(element.data, _FIRST_BYTES)
                if kind == _MATRIX:
                    name, given = self._header(first)
                    yield name, given._replace(content=element.data, packed=True)
            elif element.kind == _MATRIX and len(element.data):
                yield self._header(element.data)

    def matrices(self, name: str, given: _Variable, depth: int) -> dict[str, _Variable]:
        """`given` itself where it is a matrix of numbers, and those among the fields of a structure."""
        if given.is_numeric:
            return {name: given}
        if given.kind != _STRUCT or depth == _DEEPEST or math.prod(given.shape) != 1:
            return {}
        elements = self._entries(given)
        length = self._numbers(next(elements, None), "variable of a structure", integers=True)
        names = next(elements, None)
        if names is None or len(length) != 1 or not 0 < length[0] <= len(names.data):
            return {}
        step = int(length[0])
        found: dict[str, _Variable] = {}
        for start, element in zip(range(0, len(names.data), step), elements, strict=False):
            field = bytes(names.data[start : start + step]).split(b"\0")[0].decode("latin1")
            if element.kind == _MATRIX and len(element.data):
                found |= self.matrices(f"{name}.{field}", self._header(element.data)[1], depth + 1)
        return found

    def _entries(self, given: _Variable) -> Iterator[_Element]:
        """The elements after the name."""
        content = self._unpacked(given.content)[1] if given.packed else given.content
        return self._elements(content[given.entries :])

    def matrix(self, place: str, given: _Variable) -> Any:
        """The entries, as the class of the variable has them."""
        if given.flags & _COMPLEX:
            raise FileFault(place, "complex entries", "real numbers")
        elements = self._entries(given)
        if given.kind == _SPARSE:
            return self._sparse(place, given, elements)
        entries = self._numbers(next(elements, None), place)
        kind = np.dtype(_CLASSES[given.kind])
        require_memory(place, "an array", math.prod(given.shape) * kind.itemsize, self._most_bytes)
        if len(entries) != math.prod(given.shape):
            raise FileFault(place, f"{len(entries)} entries", f"{math.prod(given.shape)} for shape {given.shape}")
        kind = np.dtype(bool) if given.flags & _LOGICAL else kind
        return np.ascontiguousarray(entries.astype(kind).reshape(given.shape, order="F"))

    def _sparse(self, place: str, given: _Variable, elements: Iterator[_Element]) -> Any:
        rows, cols = given.shape
        indices, pointers = (self._numbers(next(elements, None), place, integers=True) for _ in range(2))
        count = int(pointers[-1]) if len(pointers) else 0
        require_sane_shape(place, rows, cols, max(0, count))
        element = next(elements, None)
        if element is not None and given.flags & _LOGICAL and len(element.data) == count:
            element = element._replace(kind=2)  # bytes, whatever type the tag names
        entries = self._numbers(element, place)
        if count > min(len(entries), len(indices)):
            raise FileFault(place, f"{len(entries)} entries and {len(indices)} rows", f"{count}, as its columns state")
        entries = entries[:count] != 0 if given.flags & _LOGICAL else entries[:count]
        names = ("rows", "columns")
        return compressed_matrix(
            "csc", wide_entries(entries), [indices[:count], pointers], (rows, cols), f"{place}, ", names
        )

    def _elements(self, view: memoryview, *, padded: bool = True) -> Iterator[_Element]:
        """The elements of which some bytes consist. Small ones hold their data in the tag."""
        start = 0
        while start + 8 <= len(view):
            kind, nbytes = struct.unpack_from(f"{self._order}II", view, start)
            small = kind >> 16
            end = start + 8 + (0 if small else nbytes)
            if end > len(view) or small > 4:
                raise FileFault("file", f"an element of {small or nbytes} bytes", f"at most {len(view) - start - 8}")
            data = view[start + 4 : start + 4 + small] if small else view[start + 8 : end]
            start = end if not padded else -(-end // 8) * 8
            yield _Element(kind & 0xFFFF, data, start)

    def _unpacked(self, packed: memoryview, most: int | None = None) -> tuple[int, memoryview]:
        """The type and the data of the element in a compressed one, or the first `most` bytes of both."""
        unpacking = zlib.decompressobj()
        try:
            tag = unpacking.decompress(packed, 8)
            if len(tag) < 8:
                raise FileFault("file", f"a compressed element of {len(tag)} bytes", "a matrix")
            kind, nbytes = struct.unpack(f"{self._order}II", tag)
            if nbytes > MOST_DEFLATED * len(packed):
                what = f"{nbytes} bytes stated, packed into {len(packed)}"
                raise FileFault("file", what, f"at most {MOST_DEFLATED * len(packed)} bytes")
            require_memory("file", "a compressed element", nbytes, self._most_bytes)
            wanted = nbytes if most is None else min(nbytes, most)
            require_unpacked("file", wanted, len(self._content), allowed=self._allowed)
            content = unpacking.decompress(unpacking.unconsumed_tail, wanted) if wanted else b""
        except zlib.error as error:
            raise FileFault(
                "file", f"a compressed element, cut short or corrupt ({error})", "what zlib wrote"
            ) from error
        if len(content) < wanted:
            raise FileFault("file", f"{len(content)} bytes unpacked", f"{nbytes} as the element states")
        return kind, memoryview(content)

    def _header(self, data: memoryview) -> tuple[str, _Variable]:
        """The name and the header of a matrix."""
        elements = self._elements(data)
        flags = self._numbers(next(elements, None), "variable", integers=True)
        shape = self._numbers(next(elements, None), "variable", integers=True)
        name = next(elements, None)
        if len(flags) != 2 or name is None or (shape < 0).any() or len(shape) > _MOST_EXTENTS:
            raise FileFault("file", "a matrix without flags, extents or name", "all three")
        text = bytes(name.data).split(b"\0")[0].decode("latin1")
        return text, _Variable(tuple(shape.tolist()), int(flags[0]), data, False, name.end)

    def _numbers(self, element: _Element | None, place: str, *, integers: bool = False) -> npt.NDArray[Any]:
        """The numbers of an element in this machine's byte order."""
        stored = None if element is None else _STORED.get(element.kind)
        if element is None or stored is None or (integers and stored[0] == "f"):
            kind = "none" if element is None else f"type {element.kind}"
            raise FileFault(place, f"an element of {kind}", "integers" if integers else "numbers")
        dtype = np.dtype(self._order + stored)
        if len(element.data) % dtype.itemsize:
            raise FileFault(place, f"{len(element.data)} bytes", f"a multiple of {dtype.itemsize}")
        return np.frombuffer(element.data, dtype).astype(dtype.newbyteorder("="), copy=False)
