"""Recurrent layers of a state dict in a file."""

from __future__ import annotations

import os
from pathlib import Path

from rhochain.files.faults import FileFault
from rhochain.files.loading import FileError, load
from rhochain.files.state_dicts import arrays_of
from rhochain.objects.recurrent_layers import Layers
from rhochain.objects.state_dicts import layers_of_state_dict

__all__ = ["layers_of_file"]

_ENDINGS = {".safetensors", ".pt", ".pth", ".ckpt"}


def layers_of_file(path: str | os.PathLike[str]) -> Layers | None:
    """The layers in a file of named tensors; None where it holds no recurrent weights or is no such file."""
    file = Path(path)
    if file.suffix.lower() not in _ENDINGS:
        return None
    if not file.is_file():
        load(path)  # raises: it says what is there in its place
        return None
    try:
        tensors = arrays_of(file)
        recurrent = any("weight_hh" in name for name in tensors)
        return layers_of_state_dict(tensors, os.fspath(path)) if recurrent else None
    except FileFault as fault:
        raise FileError(path, str(fault)) from fault
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror or error})") from error
