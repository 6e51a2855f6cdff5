"""Vectors and rows that options name, from .npy files, and numbers that may stand in place of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.files.faults import FileFault
from rhochain.files.loading import FileError, load
from rhochain.files.numpy_files import array_header, require_numbers
from rhochain.inputs.coercion import numbers
from rhochain.inputs.matrix import Matrix
from rhochain.ranks.callers import callers_of

__all__ = ["number_or_vector", "own_part", "read_matrix", "read_rows", "read_vector"]


def number_or_vector(option: str, given: str) -> float | npt.NDArray[Any]:
    """A number, or the vector of a .npy file with one for each neuron."""
    try:
        return float(given)
    except ValueError:
        pass
    if not given.lower().endswith(".npy"):
        raise ValueError(f"{option} must be a number, or a .npy file with one for each neuron; got {given!r}")
    return read_vector(option, given)


def own_part(name: str, given: Any, W: Any) -> Any:
    """What the argument `name` takes of an option with a number or row for each neuron: that of this rank's neurons."""
    if not isinstance(W, Matrix) or not W.on_ranks or isinstance(given, (float, str, type(None))):
        return given
    each = given if isinstance(given, np.ndarray) else numbers(given)
    if each.shape[0] != W.shape[0]:
        raise ValueError(f"{name} must have one for each of the {W.shape[0]} neurons; got shape {tuple(each.shape)}")
    first = callers_of(W).first
    return each[first : first + W.own_columns]


def read_vector(option: str, path: str) -> npt.NDArray[Any]:
    """The vector of a .npy file."""
    vector = _mapped(path)
    if vector.ndim != 1:
        raise ValueError(f"{option} must name a vector; {path} has shape {vector.shape}")
    return np.array(vector)


def read_rows(path: str) -> npt.NDArray[Any]:
    """One row a step, shape (K, m) or (K,): a .npy file as a memory map, any other file as `load` reads it."""
    return _mapped(path) if path.lower().endswith(".npy") else np.asarray(_dense(load(path)))


def read_matrix(path: str) -> Any:
    """A matrix as `load` reads it; a vector of a .npy file is a matrix of one column."""
    if not path.lower().endswith(".npy"):
        return load(path)
    array = _mapped(path)
    return np.array(array)[:, None] if array.ndim == 1 else load(path)


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix


def _mapped(path: str) -> npt.NDArray[Any]:
    """The array of a .npy file, checked against the bytes of the file and not yet read."""
    try:
        with open(path, "rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            header = array_header(stream, size, "header")
        require_numbers("header", header.dtype)
        array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileFault as fault:
        raise FileError(path, str(fault)) from fault
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror or error})") from error
    return array
