"""The arrays of an archive .npz by name, checked before they are unpacked.

A zip states the size of each member and a member the size of its array: both are compared with what they take up in
the file before anything is unpacked. Deflate shrinks by 1032 at most.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

import numpy as np
import numpy.typing as npt

from rhochain.files.faults import FileFault, require_memory, shown_name
from rhochain.files.numpy_files import ArrayHeader, array_header, read_array, require_numbers
from rhochain.files.table_sizes import MOST_DEFLATED, require_unpacked

__all__ = ["ArchiveMembers"]

_T = TypeVar("_T")

_ENDING = ".npy"
_LISTED = 8  # names of arrays in a message
_BLOCK = 1 << 20  # bytes that are unpacked at a time


class ArchiveMembers:
    """The arrays of an archive by name, checked before they are unpacked."""

    def __init__(self, archive: zipfile.ZipFile, size: int, most_bytes: int | None, allowed: int) -> None:
        self._archive = archive
        self._size = size
        self._most_bytes = most_bytes
        self._allowed = allowed
        self._found = {info.filename.removesuffix(_ENDING): info for info in archive.infolist()}

    @property
    def names(self) -> list[str]:
        return list(self._found)

    @property
    def listed(self) -> str:
        """The names for a message, the first few."""
        return ", ".join(map(shown_name, self.names[:_LISTED])) + (", ..." if len(self.names) > _LISTED else "")

    def header(self, name: str, *, whole: bool = True) -> ArrayHeader:
        """What a member says of its array, which is refused where `whole` and too large for memory."""
        place = f"array {shown_name(name)}"
        info = self._found.get(name)
        if info is None:
            raise FileFault(place, f"missing among {self.listed}", "all arrays of a sparse matrix")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise FileFault(place, "packed in another way or encrypted", "stored or deflated, as numpy.savez does")
        most = min(info.compress_size, self._size)
        most *= MOST_DEFLATED if info.compress_type == zipfile.ZIP_DEFLATED else 1
        if info.file_size > most:
            raise FileFault(
                place, f"{info.file_size} bytes stated, packed into {info.compress_size}", f"at most {most} bytes"
            )
        header = self._read(name, lambda member: array_header(member, info.file_size, place, whole=whole))
        if whole:
            require_memory(place, "an array", header.nbytes, self._most_bytes)
        if info.compress_type == zipfile.ZIP_DEFLATED:
            require_unpacked(place, header.nbytes, self._size, allowed=self._allowed)
        return header

    def array(self, name: str) -> npt.NDArray[Any]:
        return self._read(name, read_array)

    def part(self, name: str, begin: int, end: int, *, rest: bool) -> npt.NDArray[Any]:
        """The entries begin to end - 1 of an array of one dimension.

        `rest`: all of the member passes through, so that its checksum is compared.
        """
        header = self.header(name, whole=False)
        width = header.dtype.itemsize
        require_memory(f"array {shown_name(name)}", "a part", (end - begin) * width, self._most_bytes)
        part = np.empty(end - begin, header.dtype)

        def read(member: BinaryIO) -> None:
            array_header(member, self._found[name].file_size, name, whole=False)
            if rest:
                _pass(member, begin * width)
            else:
                member.seek(begin * width, os.SEEK_CUR)
            _fill(member, part.view(np.uint8).data)
            if rest:
                _pass(member, header.nbytes - end * width)

        self._read(name, read)
        return part.astype(header.dtype.newbyteorder("="), copy=False)

    def _read(self, name: str, read: Callable[[Any], _T]) -> _T:
        try:
            with self._archive.open(self._found[name]) as member:
                return read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise FileFault(
                f"array {shown_name(name)}", f"cut short or corrupt ({error})", "the bytes that the archive states"
            ) from error

    def integer_header(self, name: str, dimensions: int, *, whole: bool = True) -> ArrayHeader:
        """As `header`, of an array of integers."""
        header = self.header(name, whole=whole)
        require_numbers(f"array {name}", header.dtype, kinds="iu", expected="integers")
        if len(header.shape) != dimensions:
            raise FileFault(f"array {name}", f"shape {header.shape}", f"{dimensions} dimension")
        return header

    def integers(self, name: str, dimensions: int) -> npt.NDArray[Any]:
        self.integer_header(name, dimensions)
        return self.array(name)


def _fill(member: BinaryIO, into: memoryview) -> None:
    for at in range(0, len(into), _BLOCK):
        wanted = into[at : at + _BLOCK]
        wanted[:] = _taken(member, len(wanted))


def _pass(member: BinaryIO, count: int) -> None:
    for at in range(0, count, _BLOCK):
        _taken(member, min(_BLOCK, count - at))


def _taken(member: BinaryIO, count: int) -> bytes:
    came = member.read(count)
    if len(came) < count:
        raise EOFError(f"the bytes end {count - len(came)} early")
    return came
