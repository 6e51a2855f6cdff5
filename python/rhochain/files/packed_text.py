"""The text of a gzip file, refused where it grows far beyond what was read of the file.

Numbers and names shrink to a tenth or so, one line over and over to a thousandth: the text is compared with the bytes
that it came from while it is unpacked, so that a small file of a huge text costs little.
"""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any, BinaryIO

from rhochain.files.faults import FileFault

__all__ = ["opened_packed_text"]

_MOST_OF_BYTE = 60  # of text, from a byte of the file
_ALWAYS = 1 << 24  # bytes of text
_BUFFER = 1 << 20


def opened_packed_text(path: Path, place: str, allowed: int | None = None) -> BinaryIO:
    """The text of the file; `allowed` bytes, where the caller has a say, come whatever they are unpacked from."""
    return io.BufferedReader(_Unpacked(path.open("rb"), place, allowed), _BUFFER)


class _Unpacked(io.RawIOBase):
    def __init__(self, stream: BinaryIO, place: str, allowed: int | None) -> None:
        super().__init__()
        self._stream = stream
        self._text = gzip.GzipFile(fileobj=stream)
        self._place = place
        self._always = max(_ALWAYS, allowed or 0)
        self._hint = "" if allowed is None else "; memory= allows more"
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._text.read1(len(buffer))  # what comes before a place where the file is broken too
        buffer[: len(data)] = data
        self._unpacked += len(data)
        read = self._stream.tell()
        most = max(self._always, _MOST_OF_BYTE * read)
        if self._unpacked > most:
            raise FileFault(
                self._place,
                f"{self._unpacked:,} bytes unpacked from the first {read:,} of the file",
                f"at most {most:,} ({_MOST_OF_BYTE} for each of the file{self._hint})",
            )
        return len(data)

    def close(self) -> None:
        self._text.close()
        self._stream.close()
        super().close()
