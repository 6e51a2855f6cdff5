"""Files of named tensors: state dicts of networks, in safetensors or PyTorch's own format."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rhochain.files.choices import chosen_name
from rhochain.files.faults import shown_name
from rhochain.files.load_options import LoadOptions
from rhochain.files.numpy_files import require_numbers
from rhochain.files.safe_tensors import SafeTensors
from rhochain.files.torch_files import TorchTensors

__all__ = ["arrays_of", "read_state_dict"]


def arrays_of(path: str | os.PathLike[str], most_bytes: int | None = None) -> SafeTensors | TorchTensors:
    """The tensors of a file by name, each read when it is asked for, of at most `most_bytes` each.

    A mapping; its method `shape` gives that of a tensor without reading it. Names ending in ``.safetensors`` are read
    by the library safetensors, all others by PyTorch.
    """
    file = Path(path)
    return (SafeTensors if file.suffix.lower() == ".safetensors" else TorchTensors)(file, most_bytes)


def read_state_dict(path: Path, options: LoadOptions) -> Any:
    """The matrix called `options.name`, else the only square one."""
    tensors = arrays_of(path, options.most_bytes)
    found = {name: shape for name in tensors if len(shape := tensors.shape(name)) == 2 and 0 not in shape}
    name = chosen_name(found, options.name, "matrices")
    matrix = tensors[name]
    require_numbers(f"tensor {shown_name(name)}", matrix.dtype)
    return matrix
