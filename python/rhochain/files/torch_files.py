"""PyTorch's files of `torch.save`: state dicts, checkpoints, one tensor. `weights_only` is never turned off."""

from __future__ import annotations

import errno
import os
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.extras import optional_library
from rhochain.files.faults import FileFault, require_memory, require_sane_shape, shown_name
from rhochain.files.sparse_parts import compressed_matrix, coordinate_matrix, wide_entries

__all__ = ["TorchTensors"]

_STATE_DICTS = ("state_dict", "model_state_dict", "model")  # where checkpoints keep it; the first is Lightning's
_ALONE = "tensor"  # the name of a tensor that was saved by itself
_SAVE_AGAIN = "a state dict: torch.save(model.state_dict(), path)"


class TorchTensors(Mapping[str, Any]):
    """The tensors of a file by name, as arrays or sparse arrays, read when asked for; bfloat16 as float32."""

    def __init__(self, path: Path, most_bytes: int | None = None) -> None:
        _require_plain_archive(path)
        torch = optional_library("torch", "torch", "a file of PyTorch")
        try:
            with warnings.catch_warnings():
                # PyTorch warns that its check of a sparse tensor may take long. The check is wanted.
                warnings.filterwarnings("ignore", "Validating sparse tensor invariants", UserWarning)
                loaded = torch.load(os.fspath(path), map_location="cpu", weights_only=True, mmap=True)
        except MemoryError:
            raise
        except Exception as error:
            # PyTorch seeks where a corrupt directory of the zip points, which may be before the start of the file.
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise
            if "GLOBAL" in str(error):  # a class or a function that is none of a state dict's
                what = "Python objects, such as a whole model, which are never loaded"
                raise FileFault("file", what, _SAVE_AGAIN) from error
            raise FileFault("file", f"cut short or corrupt ({type(error).__name__})", _SAVE_AGAIN) from error
        self._torch = torch
        self._size = path.stat().st_size
        self._most_bytes = most_bytes
        self._tensors = self._state_dict(loaded)

    def _state_dict(self, loaded: Any) -> dict[str, Any]:
        if isinstance(loaded, self._torch.Tensor):
            return {_ALONE: loaded}
        inner = [loaded[key] for key in _STATE_DICTS if isinstance(loaded, Mapping) and key in loaded]
        for given in (*inner, loaded):  # a checkpoint may hold single tensors beside it, such as a loss
            if isinstance(given, Mapping):
                found = {str(key): value for key, value in given.items() if isinstance(value, self._torch.Tensor)}
                if found:
                    return found
        raise FileFault("file", f"a {type(loaded).__name__} without tensors", _SAVE_AGAIN)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor, which is not read."""
        return tuple(self._tensors[name].shape)

    def __getitem__(self, name: str) -> Any:
        tensor = self._tensors[name].detach()
        place = f"tensor {shown_name(name)}"
        shape = tuple(tensor.shape)
        if tensor.layout in (self._torch.sparse_csr, self._torch.sparse_csc) and tensor.ndim == 2:
            rows = tensor.layout == self._torch.sparse_csr
            parts = (tensor.col_indices, tensor.crow_indices) if rows else (tensor.row_indices, tensor.ccol_indices)
            data, *positions = (self._array(place, part) for part in (tensor.values(), *(part() for part in parts)))
            require_sane_shape(place, shape[0], shape[1], len(data))
            return compressed_matrix("csr" if rows else "csc", wide_entries(data), positions, shape, f"{place}, ")
        if tensor.layout == self._torch.sparse_coo and tensor.ndim == 2:
            data, both = (self._array(place, part) for part in (tensor._values(), tensor._indices()))
            require_sane_shape(place, shape[0], shape[1], len(data))
            return sparse.csr_array(coordinate_matrix(wide_entries(data), list(both), shape, f"{place}, "))
        return self._array(place, tensor)

    def _array(self, place: str, tensor: Any) -> npt.NDArray[Any]:
        if tensor.layout != self._torch.strided or tensor.is_quantized or tensor.device.type != "cpu":
            raise FileFault(place, f"{tensor.layout} on {tensor.device.type}", "entries in a dense or sparse tensor")
        nbytes = tensor.numel() * tensor.element_size()
        if nbytes > self._size:  # strides of 0 repeat entries
            raise FileFault(
                place, f"{nbytes} bytes for shape {tuple(tensor.shape)}", f"at most {self._size} of the file"
            )
        half = tensor.dtype == self._torch.bfloat16
        taken = (4 if half else 2) * nbytes  # as float32 and as an array
        require_memory(place, f"shape {tuple(tensor.shape)}", taken, self._most_bytes)
        if half:
            tensor = tensor.to(self._torch.float32)
        try:
            return np.array(tensor.numpy())
        except TypeError as error:
            raise FileFault(place, f"entries of type {tensor.dtype}", "numbers") from error


def _require_plain_archive(path: Path) -> None:
    """A zip of stored members, as `torch.save` writes it: packed ones could unpack to more than memory holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FileFault("file", f"no zip ({error})", "a file of torch.save of PyTorch 1.6 or later") from error
    if any(each.compress_type != zipfile.ZIP_STORED for each in members):
        raise FileFault("file", "packed members", "stored ones, as torch.save writes them")
