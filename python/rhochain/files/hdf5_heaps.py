"""Heaps of texts and names in HDF5 files, of which the library reads some damaged ones without end.

A global heap holds texts. The library reads an object without bytes again and again.

    "GCOL", version 1, three zeros, bytes of the heap
    objects: number, uses, four zeros, bytes, data up to a multiple of 8

An object numbered 0 is the space that is left, with these 16 bytes.

A local heap holds the names of a group. The library follows a list of free blocks that leads in a circle, and takes
memory for each block.

    "HEAP", version 0, three zeros, bytes of the data, place of the first free block, address of the data
    a free block: place of the next one, or 1; its bytes

Sources: HDF5 File Format Specification, sections III.D, "Disk Format: Level 1D - Local Heaps", and III.E, "Disk Format:
Level 1E - Global Heap".
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from typing import BinaryIO

from rhochain.files.faults import FileFault

__all__ = ["require_sound_heaps"]

_LARGEST_SEARCHED = 1 << 30  # bytes of a file
_GLOBAL, _LOCAL = b"GCOL\x01\0\0\0", b"HEAP\0\0\0\0"
_HEADER = 16  # bytes of a global heap before its objects, and of an object before its data
_LOCAL_HEADER = 32
_BLOCK = 16  # bytes of the smallest free block
_LAST_BLOCK = 1


def require_sound_heaps(stream: BinaryIO, size: int, start: int) -> None:
    """Refuse a heap that the library reads without end, in files that are searched fast.

    `start` is the place of the signature, from which addresses count.
    """
    if not 0 < size <= _LARGEST_SEARCHED:
        return
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for place in _places(content, _GLOBAL, _HEADER):
            (nbytes,) = struct.unpack_from("<Q", content, place + 8)
            _require_objects(content, place, min(place + nbytes, size))
        for place in _places(content, _LOCAL, _LOCAL_HEADER):
            nbytes, first, address = struct.unpack_from("<QQQ", content, place + 8)
            _require_free_blocks(content, start + address, min(nbytes, size), first)


def _places(content: mmap.mmap, signature: bytes, header: int) -> Iterator[int]:
    """Of each whole header with this signature."""
    place = content.find(signature)
    while 0 <= place <= len(content) - header:
        yield place
        place = content.find(signature, place + len(signature))


def _require_objects(content: mmap.mmap, start: int, end: int) -> None:
    place = start + _HEADER
    while place + _HEADER <= end:
        number, _, nbytes = struct.unpack_from("<HH4xQ", content, place)
        step = nbytes if number == 0 else _HEADER + -(-nbytes // 8) * 8
        if step < (_HEADER if number else 1) or step > end - place:
            raise FileFault("file", f"a heap with an object of {nbytes} bytes at {place}", "objects that fill the heap")
        place += step


def _require_free_blocks(content: mmap.mmap, start: int, nbytes: int, block: int) -> None:
    for _ in range(nbytes // _BLOCK):
        # The library itself refuses a block outside of the data.
        if block == _LAST_BLOCK or block > nbytes - _BLOCK or start + block > len(content) - _BLOCK:
            return
        (block,) = struct.unpack_from("<Q", content, start + block)
    if block != _LAST_BLOCK:
        raise FileFault("file", f"a heap whose free blocks lead in a circle at {start}", "a list that ends")
