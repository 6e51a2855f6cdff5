"""safetensors: named tensors, row after row.

The library checks the header. The entries are read out of the file here, which gives bfloat16 without PyTorch: it is
the first two bytes of a float32.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.files.extras import optional_library
from rhochain.files.faults import FileFault, require_memory

__all__ = ["SafeTensors"]

_TYPES = {"BOOL": "?", "U8": "u1", "I8": "i1", "I16": "<i2", "U16": "<u2", "I32": "<i4", "U32": "<u4", "I64": "<i8"}
_TYPES |= {"U64": "<u8", "F16": "<f2", "F32": "<f4", "F64": "<f8"}
_HALF = "BF16"
_BYTES_OF_LENGTH = 8


class SafeTensors(Mapping[str, npt.NDArray[Any]]):
    """The tensors of a file by name, each read when it is asked for; bfloat16 as float32."""

    def __init__(self, path: Path, most_bytes: int | None = None) -> None:
        library = optional_library("safetensors", "safetensors", "a file of safetensors")
        try:
            with library.safe_open(path, framework="numpy"):
                pass
            with path.open("rb") as stream:
                length = int.from_bytes(stream.read(_BYTES_OF_LENGTH), "little")
                header = json.loads(stream.read(length))
        except OSError:
            raise
        except Exception as error:  # of the library, and of the parser of JSON
            raise FileFault("header", str(error), "what safetensors writes") from error
        self._path = path
        self._start = _BYTES_OF_LENGTH + length
        self._most_bytes = most_bytes
        self._tensors = {name: given for name, given in header.items() if name != "__metadata__"}

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor, which is not read."""
        return tuple(self._tensors[name]["shape"])

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        given = self._tensors[name]
        kind, shape = given["dtype"], self.shape(name)
        if kind != _HALF and kind not in _TYPES:
            raise FileFault(f"tensor {name}", f"entries of type {kind}", f"{_HALF} or {' or '.join(_TYPES)}")
        dtype = np.dtype("<u2" if kind == _HALF else _TYPES[kind])
        count = math.prod(shape)
        width = 4 if kind == _HALF else dtype.itemsize
        require_memory(f"tensor {name}", f"shape {shape}", 2 * count * width, self._most_bytes)
        with self._path.open("rb") as stream:
            stream.seek(self._start + given["data_offsets"][0])
            stored = np.frombuffer(stream.read(count * dtype.itemsize), dtype)
        if kind == _HALF:
            wide = stored.astype(np.uint32)
            wide <<= 16
            return wide.view(np.float32).reshape(shape)
        return stored.astype(stored.dtype.newbyteorder("=")).reshape(shape)
