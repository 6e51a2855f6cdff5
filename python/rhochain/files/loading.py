"""Matrices from files."""

from __future__ import annotations

import gzip
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.archives import read_npz
from rhochain.files.faults import FileFault
from rhochain.files.matrix_market import read_matrix_market
from rhochain.files.numpy_files import read_npy

__all__ = ["FileError", "load"]

_EXPECTED = ".mtx, .mtx.gz, .npz or .npy"


class FileError(ValueError):
    """A file that holds no usable matrix. The message is one line: file, place, what came, what was expected."""

    def __init__(self, path: str | os.PathLike[str], came: str) -> None:
        super().__init__(f"{_printable(os.fspath(path))}: {_printable(' '.join(came.split()))}")
        self._given = os.fspath(path), came

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._given, self.__dict__


def load(path: str | os.PathLike[str]) -> sparse.csr_array | npt.NDArray[Any]:
    """Read a matrix from a file.

    Parameters
    ----------
    path : path
        ``.mtx`` or ``.mtx.gz`` (Matrix Market: coordinate or array; real, integer or pattern; general,
        symmetric or skew-symmetric), ``.npz`` (of `scipy.sparse.save_npz`, or of `numpy.savez` with one 2-D
        array), ``.npy`` (a 2-D array).

    Returns
    -------
    csr_array or ndarray of shape (m, n)
        Sparse from sparse files, with positions listed twice summed, a pattern's entries 1 and integers as float64;
        dense from dense.

    Raises
    ------
    FileError
        Missing, unreadable, unknown, cut short or corrupt; no regular file; complex or objects; NaN or Inf among the
        entries; a sparse matrix of more than 10,000,000 rows or columns and 100 more for each entry. A `ValueError`.

    Notes
    -----
    Pickled objects are never loaded. What a file states about its size is compared with what it holds before memory is
    taken for it. A Matrix Market file has its banner, ``%%MatrixMarket matrix coordinate real general``, as its first
    line, in any case of letters.

    Examples
    --------
    >>> import rhochain as rc
    >>> rc.load("W.mtx")
    Traceback (most recent call last):
    ...
    rhochain.files.loading.FileError: W.mtx: no such file
    """
    file = Path(path)
    readers = {".mtx": _read_mtx, ".mtx.gz": _read_mtx_gz, ".npz": read_npz, ".npy": read_npy}
    reader = next((r for ending, r in readers.items() if file.name.lower().endswith(ending)), None)
    try:
        if file.is_dir():
            raise FileError(path, f"a directory; expected a file {_EXPECTED}")
        if reader is None:
            raise FileError(path, f"unknown kind of file {file.suffix!r}; expected {_EXPECTED}")
        size = _size(path)
        with file.open("rb") as stream:
            matrix = reader(stream, size)
        if sparse.issparse(matrix):
            matrix = sparse.csr_array(matrix)
        _require_finite(matrix)
    except FileError:
        raise
    except FileFault as fault:
        raise FileError(path, str(fault)) from fault
    except MemoryError:
        raise FileError(path, "the matrix it states does not fit in memory") from None
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror or error})") from error
    except Exception as error:  # the modules for zip and gzip document no complete list
        came = str(error) or type(error).__name__
        raise FileError(path, f"cut short or corrupt ({came}); expected {_EXPECTED}") from error
    return matrix


def _printable(text: str) -> str:
    """Control characters as escapes, for one line on a terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _size(path: str | os.PathLike[str]) -> int:
    """Bytes of a regular file. A pipe could make its reader wait for ever, a device never end."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        target = f"; a symbolic link to {os.readlink(path)}" if os.path.islink(path) else ""
        raise FileError(path, f"no such file{target}") from None
    if not stat.S_ISREG(found.st_mode):
        raise FileError(path, "a pipe or a device; expected a regular file")
    return found.st_size


def _read_mtx(stream: BinaryIO, _size: int) -> Any:
    return read_matrix_market(stream)


def _read_mtx_gz(stream: BinaryIO, _size: int) -> Any:
    with gzip.open(stream, "rb") as text:
        return read_matrix_market(text)  # type: ignore[arg-type]


def _require_finite(matrix: Any) -> None:
    entries = matrix.data if sparse.issparse(matrix) else matrix
    if np.isfinite(entries).all():
        return
    at = np.argwhere(~np.isfinite(entries))[0]
    if sparse.issparse(matrix):
        at = np.array([np.searchsorted(matrix.indptr, at[0], side="right") - 1, matrix.indices[at[0]]])
    raise FileFault(f"row {at[0] + 1}, column {at[1] + 1}", "NaN or Inf among the entries", "finite numbers")
