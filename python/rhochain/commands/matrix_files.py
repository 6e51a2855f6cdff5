"""Matrices written to .npz, .npy and .mtx files: whole or not at all, with the ids of their neurons."""

from __future__ import annotations

import io
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.io import mmwrite

from rhochain.commands.output import require_writable
from rhochain.weights.machine_memory import machine_memory

__all__ = ["STANDARD_OUTPUT", "ids_file", "require_matrix_file", "write_matrix", "written_whole"]

STANDARD_OUTPUT = "-"
_ENDINGS = (".npz", ".npy", ".mtx")


def require_matrix_file(name: str) -> None:
    """ValueError where `name` cannot be written, or has no ending that says how."""
    if name == STANDARD_OUTPUT:
        return
    if _ending(name) is None:
        raise ValueError(f"OUT must end in {', '.join(_ENDINGS[:-1])} or {_ENDINGS[-1]}, or be -; got {name}")
    require_writable("OUT", name)


def write_matrix(name: str, W: Any, ids: npt.NDArray[Any] | None) -> list[str]:
    """Write W and, where it has them, the ids of its neurons; return the files.

    .npz is sparse, as `scipy.sparse.save_npz` writes it, with the array ``ids`` beside the others; .npy is dense; .mtx
    is as W is. Beside the last two ids go to a file of their own, `ids_file`. ``-`` is Matrix Market on standard
    output, without ids.
    """
    named = None if ids is None else _fixed(ids)
    if name == STANDARD_OUTPUT:
        text = io.BytesIO()
        _write_market(text, W)
        sys.stdout.buffer.write(text.getbuffer())
        return []
    ending = _ending(name)
    with written_whole(name) as path:
        if ending == ".npz":
            _write_archive(path, W, named)
        elif ending == ".npy":
            np.save(path, _dense(W))
        else:
            with path.open("wb") as stream:
                _write_market(stream, W)
    if named is None or ending == ".npz":
        return [name]
    with written_whole(ids_file(name)) as path:
        np.save(path, named)
    return [name, ids_file(name)]


def ids_file(name: str) -> str:
    """Where the ids of a matrix in `name` lie.

    Examples
    --------
    >>> ids_file("W.mtx")
    'W.mtx.ids.npy'
    """
    return f"{name}.ids.npy"


@contextmanager
def written_whole(name: str) -> Iterator[Path]:
    """A path to write to, which takes the place of `name` when the block ends. An error leaves `name` as it was."""
    target = Path(name).resolve()
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        yield target  # a device or a pipe
        return
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=target.suffix, dir=target.parent)
    path = Path(temporary)
    try:
        _set_mode(handle, target)
        os.close(handle)
        yield path
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
        path.replace(target)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _set_mode(handle: int, target: Path) -> None:
    """The permissions that the file has, or that a new one would have."""
    if not hasattr(os, "fchmod"):
        return
    if target.exists():
        os.fchmod(handle, stat.S_IMODE(target.stat().st_mode))
        return
    mask = os.umask(0)
    os.umask(mask)
    os.fchmod(handle, 0o666 & ~mask)


def _ending(name: str) -> str | None:
    return next((ending for ending in _ENDINGS if name.lower().endswith(ending)), None)


def _write_archive(path: Path, W: Any, ids: npt.NDArray[Any] | None) -> None:
    A = sparse.csr_array(W)
    parts: dict[str, Any] = {"format": np.array(b"csr"), "shape": np.array(A.shape)}
    parts |= {"indices": A.indices, "indptr": A.indptr, "data": A.data}
    parts |= {} if ids is None else {"ids": ids}
    np.savez_compressed(path, **parts)


def _write_market(stream: Any, W: Any) -> None:
    entries = W.astype(np.float64)  # SciPy writes as many digits as give every float64 back, but not every float32
    mmwrite(stream, entries.tocoo() if sparse.issparse(entries) else entries, symmetry="general")


def _dense(W: Any) -> Any:
    if not sparse.issparse(W):
        return W
    nbytes, most = W.shape[0] * W.shape[1] * W.dtype.itemsize, machine_memory()
    if most is not None and nbytes > most:
        raise ValueError(f"OUT must hold a dense .npy of {nbytes:,} bytes, more than the memory: .npz is sparse")
    return W.toarray()


def _fixed(ids: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Ids as a type that .npy holds without a pickle."""
    return ids.astype(str) if ids.dtype.hasobject else ids
