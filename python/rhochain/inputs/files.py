"""Matrices from files."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.io
from scipy import sparse

__all__ = ["FileError", "load"]

_EXPECTED = ".mtx, .mtx.gz, .npz or .npy"


class FileError(ValueError):
    """A file that holds no usable matrix. The message is one line: file, what came, what was expected."""

    def __init__(self, path: str | os.PathLike[str], came: str) -> None:
        super().__init__(f"{os.fspath(path)}: {' '.join(came.split())}")
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
        Missing, unreadable, unknown, cut short or corrupt; complex or objects; NaN or Inf among the entries. A
        `ValueError`.

    Notes
    -----
    Pickled objects are never loaded.

    Examples
    --------
    >>> import rhochain as rc
    >>> rc.load("W.mtx")
    Traceback (most recent call last):
    ...
    rhochain.inputs.files.FileError: W.mtx: no such file
    """
    file = Path(path)
    readers = {".mtx": _read_mtx, ".mtx.gz": _read_mtx, ".npz": _read_npz, ".npy": _read_npy}
    reader = next((r for ending, r in readers.items() if file.name.lower().endswith(ending)), None)
    try:
        if file.is_dir():
            raise FileError(path, f"a directory; expected a file {_EXPECTED}")
        if reader is None:
            raise FileError(path, f"unknown kind of file {file.suffix!r}; expected {_EXPECTED}")
        if not file.exists():
            raise FileError(path, "no such file")
        matrix = reader(file)
        if sparse.issparse(matrix):
            if matrix.dtype.kind in "biu":  # SciPy adds up positions listed twice in the type of the entries
                matrix = matrix.astype(np.float64)
            matrix = sparse.csr_array(matrix)
    except FileError:
        raise
    except MemoryError:
        raise FileError(path, "the matrix it states does not fit in memory") from None
    except Exception as error:  # the readers document no complete list
        raise FileError(path, _came(error)) from error
    _require_finite(path, matrix)
    return matrix


def _came(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None:  # a reader's own OSErrors have no number
        return f"cannot be read ({error.strerror})"
    if isinstance(error, ValueError) and "Object arrays" in str(error):
        return "an array of objects; expected numbers (objects are pickles, which are never loaded)"
    return f"cut short or corrupt ({str(error) or type(error).__name__})"


def _read_mtx(file: Path) -> Any:
    opener = gzip.open if file.suffix.lower() == ".gz" else open
    with opener(file, "rb") as lines:  # SciPy before 1.12 waits for ever where nothing follows the comments
        if all(line.startswith(b"%") or not line.strip() for line in lines):
            raise FileError(file, "cut short or corrupt (no size line); expected a Matrix Market matrix")
    with opener(file, "rb") as stream:  # SciPy by itself knows .gz in lower case alone
        return scipy.io.mmread(stream)


def _read_npz(file: Path) -> Any:
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        names = archive.files
        if "format" not in names:
            if len(names) == 1:
                return archive[names[0]]
            found = f"{len(names)} arrays ({', '.join(names)})" if names else "no array"
            raise FileError(file, f"{found}; expected a SciPy sparse matrix or one 2-D array")
    with file.open("rb") as stream:
        matrix = sparse.load_npz(stream)
    if hasattr(matrix, "check_format"):  # SciPy's compiled conversions trust the indices
        matrix.check_format(full_check=True)
    return matrix


def _read_npy(file: Path) -> Any:
    with file.open("rb") as stream:
        return np.lib.format.read_array(stream, allow_pickle=False)


def _require_finite(path: str | os.PathLike[str], matrix: Any) -> None:
    if matrix.ndim != 2:
        raise FileError(path, f"an array of shape {matrix.shape}; expected two dimensions")
    entries = matrix.data if sparse.issparse(matrix) else matrix
    if entries.dtype.kind not in "biuf":
        raise FileError(path, f"entries of type {entries.dtype}; expected real numbers")
    if not np.isfinite(entries).all():
        raise FileError(path, "NaN or Inf among the entries; expected finite numbers")
