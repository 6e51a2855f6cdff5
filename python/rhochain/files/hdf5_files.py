"""HDF5 files: objects by their paths inside the file, and datasets whose stated sizes were compared with its bytes.

Links, external storage and virtual datasets can name other files: such data are refused. HDF5 unpacks a chunk whatever
it grows to, so packed chunks are unpacked here first, up to the size that the dataset states.
"""

from __future__ import annotations

import math
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.files.extras import optional_library
from rhochain.files.faults import FileFault, require_memory
from rhochain.files.hdf5_heaps import require_sound_heaps
from rhochain.files.numpy_files import require_numbers
from rhochain.files.table_sizes import MOST_DEFLATED, require_unpacked
from rhochain.weights.refusals import BadArgument, BadData

__all__ = ["Hdf5File", "opened_hdf5"]

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MOST_LINKS = 16  # from one soft link to the next
_MOST_OBJECTS = 10_000  # that a search visits
_OWN = "#"  # begins the names of groups in which MATLAB keeps cells and objects
_LARGEST_ATTRIBUTE = 64  # numbers
_LONGEST_TEXT = 1000  # bytes
_TEXTS_AT_ONCE = 128
_TEXT_REFERENCE = 16  # bytes of a text of any length in a dataset: length, heap and number
_LARGEST_CHUNK, _CHUNKS_OF_DATASET = 1 << 26, 4  # bytes, and more for large datasets: that many times their bytes
_CHUNK_CACHE = 1 << 25  # bytes: names are read a few at a time out of one chunk
_DEFLATE, _SHUFFLE, _CHECKSUM, _LZF = 1, 2, 3, 32000


@contextmanager
def opened_hdf5(path: Path, most_bytes: int | None, allowed: int = 0) -> Iterator[Hdf5File]:
    """The file, open for reading; what h5py says of it becomes a `FileFault`."""
    with path.open("rb") as stream:
        size = path.stat().st_size
        places = [0, *(512 << k for k in range(32) if 512 << k < size)]
        start = next((place for place in places if stream.seek(place) == place and stream.read(8) == _SIGNATURE), None)
        if start is None:
            raise FileFault("file", "no HDF5 signature", "an HDF5 file")
        require_sound_heaps(stream, size, start)
    h5py = optional_library("h5py", "hdf5", "an HDF5 file")
    try:
        with h5py.File(path, "r", locking="best-effort", rdcc_nbytes=_CHUNK_CACHE) as file:
            yield Hdf5File(h5py, file, size, most_bytes, allowed)
    except (BadData, BadArgument, MemoryError):
        raise
    except Exception as error:  # h5py documents no complete list, and keeps the number of an error of the system
        raise FileFault("file", f"cut short or corrupt ({error})", "an HDF5 file") from error


class Hdf5File:
    """An open file of `size` bytes, from which at most `most_bytes` are read at a time.

    Datasets of `allowed` bytes together are read however far they were packed.
    """

    def __init__(self, h5py: Any, file: Any, size: int, most_bytes: int | None, allowed: int) -> None:
        self._h5py = h5py
        self._size = size
        self._most_bytes = most_bytes
        self._allowed = allowed
        self._unpacked = 0
        self.root = file["/"]

    def is_group(self, found: Any) -> bool:
        return isinstance(found, self._h5py.Group)

    def is_dataset(self, found: Any) -> bool:
        return isinstance(found, self._h5py.Dataset)

    def find(self, path: str, start: Any = None) -> Any:
        """The object at a path below `start` (the root without one), or None. A link to another file is refused."""
        parts = deque(path.split("/"))
        current, links = self.root if start is None else start, 0
        while parts:
            part = parts.popleft()
            if part in ("", "."):
                continue
            link = current.get(part, getlink=True) if self.is_group(current) else None
            if link is None:
                return None
            place = f"group {current.name}"
            if isinstance(link, self._h5py.ExternalLink):
                raise FileFault(place, f"{part!r} is a link to another file", "the data in this file")
            if isinstance(link, self._h5py.SoftLink):
                links += 1
                if links > _MOST_LINKS:
                    raise FileFault(place, f"more than {_MOST_LINKS} links from one to the next", "the data itself")
                parts.extendleft(reversed(link.path.split("/")))
                current = self.root if link.path.startswith("/") else current
                continue
            current = current[part]
        return current

    def groups(self) -> Iterator[Any]:
        """All groups, each once, from the root, but for MATLAB's own; links by name are not followed."""
        waiting, seen = deque([self.root]), set()
        while waiting:
            group = waiting.popleft()
            place = self._h5py.h5o.get_info(group.id).addr
            if place in seen:
                continue
            seen.add(place)
            if len(seen) > _MOST_OBJECTS:
                raise FileFault("file", f"more than {_MOST_OBJECTS} groups", "name= the path of one matrix")
            yield group
            below = {name: child for name, child in self.members(group).items() if not name.startswith(_OWN)}
            waiting.extend(child for child in below.values() if self.is_group(child))

    def members(self, group: Any) -> dict[str, Any]:
        """What a group itself holds, by name."""
        if len(group) > _MOST_OBJECTS:
            raise FileFault(f"group {group.name}", f"{len(group)} members", f"at most {_MOST_OBJECTS}")
        hard = (name for name in group if isinstance(group.get(name, getlink=True), self._h5py.HardLink))
        return {name: group[name] for name in hard}

    def attribute(self, owner: Any, name: str) -> Any:
        """A short attribute: text, or an array of numbers; None where it is missing or another."""
        if name not in owner.attrs or math.prod(owner.attrs.get_id(name).shape) > _LARGEST_ATTRIBUTE:
            return None
        value = owner.attrs[name]
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return value if isinstance(value, str) else np.asarray(value)

    def numbers(
        self, dataset: Any, dimensions: int, *, integers: bool = False, part: slice | None = None
    ) -> npt.NDArray[Any]:
        """The array of a dataset, in this machine's byte order; of one dimension, a part of it."""
        self.require_numbers(dataset, dimensions, integers=integers, part=part)
        array: npt.NDArray[Any] = dataset[() if part is None else part]
        return array.astype(array.dtype.newbyteorder("="), copy=False)

    def require_numbers(
        self, dataset: Any, dimensions: int, *, integers: bool = False, part: slice | None = None
    ) -> None:
        """Refuse a dataset whose array, or this part of it, cannot be read."""
        place = f"dataset {dataset.name}"
        kinds, expected = ("iu", "integers") if integers else ("biuf", "real numbers")
        require_numbers(place, dataset.dtype, kinds=kinds, expected=expected)
        if dataset.shape is None or len(dataset.shape) != dimensions:
            raise FileFault(place, f"shape {dataset.shape}", f"{dimensions} dimension{'s' if dimensions > 1 else ''}")
        self._require_sound(dataset, place, part)

    def texts(self, dataset: Any) -> npt.NDArray[Any]:
        """Names: text or integers, one for each neuron."""
        place = f"dataset {dataset.name}"
        if dataset.dtype.kind in "iu":
            return self.numbers(dataset, 1, integers=True)
        text = self._h5py.check_string_dtype(dataset.dtype)
        if text is None or dataset.shape is None or len(dataset.shape) != 1:
            raise FileFault(
                place, f"entries of type {dataset.dtype}, shape {dataset.shape}", "one text for each neuron"
            )
        if dataset.dtype.itemsize > _LONGEST_TEXT:
            raise FileFault(place, f"names of {dataset.dtype.itemsize} bytes", f"at most {_LONGEST_TEXT}")
        self._require_sound(dataset, place)
        # Texts of any length may share the bytes that hold them, so that their sum has no bound: a few at a time.
        parts: list[npt.NDArray[np.str_]] = [np.zeros(0, dtype="U1")]
        for start in range(0, dataset.shape[0], _TEXTS_AT_ONCE):
            part = [bytes(each) for each in dataset[start : start + _TEXTS_AT_ONCE]]
            longest = max(map(len, part))
            if longest > _LONGEST_TEXT:
                raise FileFault(place, f"a name of {longest} bytes", f"at most {_LONGEST_TEXT}")
            parts.append(np.array([each.decode("utf-8") for each in part]))
        width = max(part.dtype.itemsize for part in parts)
        require_memory(place, "names", 2 * width * dataset.shape[0], self._most_bytes)
        return np.concatenate(parts)

    def _require_sound(self, dataset: Any, place: str, part: slice | None = None) -> None:
        """Refuse data outside of the file, unknown filters, and sizes that the bytes of the file cannot unpack to."""
        made = dataset.id.get_create_plist()
        if made.get_external_count() or made.get_layout() == self._h5py.h5d.VIRTUAL:
            raise FileFault(place, "its entries are in other files", "entries in this file")
        filters = [made.get_filter(number) for number in range(made.get_nfilters())]
        for code, _, _, name in filters:
            if not self._h5py.h5z.filter_avail(code):
                shown = f"{name.decode('latin1')} ({code})" if name else str(code)
                raise FileFault(place, f"packed by the filter {shown}, which is missing", "gzip, or import hdf5plugin")
        width = _TEXT_REFERENCE if dataset.dtype.kind == "O" else dataset.dtype.itemsize
        nbytes = math.prod(dataset.shape) * width
        stored = dataset.id.get_storage_size()
        held = nbytes if part is None else (part.stop - part.start) * width
        require_memory(place, f"shape {dataset.shape}", held, self._most_bytes)
        if stored > self._size:
            raise FileFault(place, f"{stored} bytes of entries", f"at most {self._size}, the bytes of the file")
        codes = {code for code, *_ in filters}
        if _DEFLATE in codes and (len(codes) < len(filters) or not codes <= {_DEFLATE, _SHUFFLE, _CHECKSUM}):
            raise FileFault(place, "gzip beside other filters", "gzip once, with shuffle and a checksum")
        most = stored * (MOST_DEFLATED if codes & {_DEFLATE, _LZF} else 1)
        if codes <= {_DEFLATE, _SHUFFLE, _CHECKSUM, _LZF} and nbytes > most:
            raise FileFault(place, f"{nbytes} bytes stated, {stored} stored", f"at most {most} bytes")
        if filters:
            self._unpacked += nbytes
            require_unpacked(place, self._unpacked, self._size, allowed=self._allowed)
        if made.get_layout() == self._h5py.h5d.CHUNKED:
            chunk = math.prod(made.get_chunk()) * width
            most = max(_LARGEST_CHUNK, _CHUNKS_OF_DATASET * nbytes)
            if chunk > most:
                raise FileFault(place, f"a chunk of {chunk} bytes for entries of {nbytes}", f"at most {most}")
            if _DEFLATE in codes:
                skipped = 1 << [code for code, *_ in filters].index(_DEFLATE)
                self._require_chunks(dataset, place, chunk, skipped, part)

    def _require_chunks(self, dataset: Any, place: str, nbytes: int, skipped: int, part: slice | None) -> None:
        """Unpack each deflated chunk of a part, one at a time, up to `nbytes` and the checksum that may follow."""
        chunks: list[Any] = []
        dataset.id.chunk_iter(chunks.append)
        for chunk in chunks:
            begin = chunk.chunk_offset[0]
            if part is not None and not (begin < part.stop and part.start < begin + dataset.chunks[0]):
                continue
            if chunk.size > self._size:
                raise FileFault(place, f"a chunk of {chunk.size} bytes", f"at most {self._size}, the bytes of the file")
            mask, packed = dataset.id.read_direct_chunk(chunk.chunk_offset)
            if mask & skipped:
                continue
            unpacking = zlib.decompressobj()
            if len(unpacking.decompress(packed, nbytes + 5)) > nbytes + 4:
                raise FileFault(place, f"a chunk of more than {nbytes} bytes", f"{nbytes} as the dataset states")
