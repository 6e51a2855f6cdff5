"""Endings that say nothing: the first bytes of `.bin`, `.dat` and `.petsc` decide between PETSc and PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rhochain.files.faults import FileFault, in_quotes
from rhochain.files.load_options import LoadOptions
from rhochain.files.petsc_files import PETSC_MATRICES, lines_of_petsc, read_petsc
from rhochain.files.state_dicts import read_state_dict
from rhochain.files.stored_lines import StoredLines

__all__ = ["lines_of_binary", "read_binary"]

_ZIP = b"PK\x03\x04"


def read_binary(path: Path, options: LoadOptions) -> Any:
    """A sparse matrix of PETSc, or a tensor of `torch.save` (Hugging Face's `pytorch_model.bin`)."""
    with path.open("rb") as stream:
        first = stream.read(8)
        if first.startswith(PETSC_MATRICES):
            stream.seek(0)
            return read_petsc(stream, path.stat().st_size, options.most_bytes)
    if first.startswith(_ZIP):
        return read_state_dict(path, options)
    expected = "a matrix of PETSc (class 1211216) or a file of torch.save"
    raise FileFault("header", f"first bytes {in_quotes(first)}", expected)


def lines_of_binary(path: Path, options: LoadOptions) -> StoredLines | None:
    """The rows of a matrix of PETSc; None for another file."""
    with path.open("rb") as stream:
        of_petsc = stream.read(8).startswith(PETSC_MATRICES)
    return lines_of_petsc(path, options) if of_petsc else None
