"""Heaps of texts in HDF5 files: the library reads an object without bytes again and again, for ever.

    "GCOL", version 1, three zeros, bytes of the heap
    objects: number, uses, four zeros, bytes, data up to a multiple of 8

An object numbered 0 is the space that is left, with these 16 bytes. Source: HDF5 File Format Specification, section
III.E, "Disk Format: Level 1E - Global Heap".
"""

from __future__ import annotations

import mmap
import struct
from typing import BinaryIO

from rhochain.files.faults import FileFault

__all__ = ["require_sound_heaps"]

_LARGEST_SEARCHED = 1 << 30  # bytes of a file
_START = b"GCOL\x01\0\0\0"
_HEADER = 16  # bytes of a heap before its objects, and of an object before its data


def require_sound_heaps(stream: BinaryIO, size: int) -> None:
    """Refuse a heap whose objects do not fill it, in files that are searched fast."""
    if not 0 < size <= _LARGEST_SEARCHED:
        return
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        place = content.find(_START)
        while place >= 0:
            if place + _HEADER <= size:
                (nbytes,) = struct.unpack_from("<Q", content, place + 8)
                _require_objects(content, place, min(place + nbytes, size))
            place = content.find(_START, place + 8)


def _require_objects(content: mmap.mmap, start: int, end: int) -> None:
    place = start + _HEADER
    while place + _HEADER <= end:
        number, _, nbytes = struct.unpack_from("<HH4xQ", content, place)
        step = nbytes if number == 0 else _HEADER + -(-nbytes // 8) * 8
        if step < (_HEADER if number else 1) or step > end - place:
            raise FileFault("file", f"a heap with an object of {nbytes} bytes at {place}", "objects that fill the heap")
        place += step
