"""Matrices from files: the table of readers by ending, and `load`."""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.archives import lines_of_npz, read_npz
from rhochain.files.binary_files import lines_of_binary, read_binary
from rhochain.files.edge_tables import read_edge_table
from rhochain.files.faults import FileFault
from rhochain.files.hdf5_matrices import lines_of_hdf5, read_hdf5
from rhochain.files.load_options import LoadOptions
from rhochain.files.mat_files import read_mat
from rhochain.files.matrix_market import read_matrix_market
from rhochain.files.node_lists import nodes_from
from rhochain.files.numpy_files import read_npy
from rhochain.files.packed_text import opened_packed_text
from rhochain.files.sign_requests import neuron_signs
from rhochain.files.state_dicts import read_state_dict
from rhochain.files.stored_lines import StoredLines
from rhochain.files.table_files import TABLE_ENDINGS
from rhochain.weights.labelled_matrix import named_neurons
from rhochain.weights.neuron_signs import with_signs
from rhochain.weights.orientation import with_target_rows
from rhochain.weights.refusals import BadArgument, BadData
from rhochain.weights.weights import Counts, Weights

__all__ = ["KINDS", "FileError", "FileKind", "faults_named", "load", "require_finite", "stored_lines"]


class FileError(ValueError):
    """A file that holds no usable matrix. The message is one line: file, place, what came, what was expected."""

    def __init__(self, path: str | os.PathLike[str], came: str) -> None:
        super().__init__(f"{_printable(os.fspath(path))}: {_printable(' '.join(came.split()))}")
        self._given = os.fspath(path), came

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._given, self.__dict__


class FileKind(NamedTuple):
    """A row of the table of readers.

    `read` gets the path of a regular file and the options, and gives an array, a sparse array, or a `Weights`. It
    raises `FileFault` for what is wrong in the file. `uses` names the arguments of `load` that it reads; the others are
    refused before it runs. `rows`, `nodes`, `sign` by neuron and `dry_run` work for every array without its help: list
    them all the same. `signs`: whether `read` applies `sign` itself. `lines`: those of the matrix, or None for a file
    that has to be read as a whole.
    """

    endings: tuple[str, ...]
    read: Callable[[Path, LoadOptions], Any]
    uses: frozenset[str]
    signs: bool = False
    lines: Callable[[Path, LoadOptions], StoredLines | None] | None = None


def _mtx(path: Path, _options: LoadOptions) -> Any:
    with path.open("rb") as stream:
        return read_matrix_market(stream)


def _mtx_gz(path: Path, options: LoadOptions) -> Any:
    with opened_packed_text(path, "file", options.allowed_bytes) as text:
        return read_matrix_market(text)


def _npy(path: Path, _options: LoadOptions) -> Any:
    with path.open("rb") as stream:
        return read_npy(stream, path.stat().st_size)


_OF_MATRICES = frozenset({"rows", "nodes", "sign", "unknown_sign", "dry_run"})
_OF_CONTAINERS = _OF_MATRICES | {"name", "memory"}
_OF_EDGES = frozenset(
    {"source", "target", "weight", "nodes", "unknown", "sign", "transmitter", "unknown_sign", "memory", "dry_run"}
)

# Readers of optional libraries import them when they run.
KINDS = (
    FileKind((".mtx",), _mtx, _OF_MATRICES),
    FileKind((".mtx.gz",), _mtx_gz, _OF_MATRICES | {"memory"}),
    FileKind((".npz",), read_npz, _OF_CONTAINERS, lines=lines_of_npz),
    FileKind((".npy",), _npy, _OF_MATRICES),
    FileKind((".h5ad", ".h5", ".hdf5"), read_hdf5, _OF_CONTAINERS | {"weight"}, lines=lines_of_hdf5),
    FileKind((".mat",), read_mat, _OF_CONTAINERS),
    FileKind((".safetensors", ".pt", ".pth", ".ckpt"), read_state_dict, _OF_CONTAINERS),
    FileKind((".bin", ".dat", ".petsc"), read_binary, _OF_CONTAINERS, lines=lines_of_binary),
    FileKind(TABLE_ENDINGS, read_edge_table, _OF_EDGES, signs=True),
)


def _kind_of(path: str | os.PathLike[str]) -> FileKind:
    """The row of the longest ending that the name has."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(
            f"path must be the name of a file; got {type(path).__name__}: an object in memory is given as W itself, as "
            "in rc.check(W)"
        )
    name = os.fspath(path).lower()
    endings = {ending: kind for kind in KINDS for ending in kind.endings}
    found = max((ending for ending in endings if name.endswith(ending)), key=len, default=None)
    expected = ", ".join(endings)
    if os.path.isdir(path):
        raise FileError(path, f"a directory; expected a file {expected}")
    if found is None:
        raise FileError(path, f"unknown kind of file {Path(path).suffix!r}; expected {expected}")
    return endings[found]


def load(
    path: str | os.PathLike[str],
    *,
    source: str | None = None,
    target: str | None = None,
    weight: str | float | None = None,
    nodes: Any = None,
    unknown: str = "error",
    sign: Any = None,
    transmitter: Any = None,
    unknown_sign: int | None = None,
    rows: str | None = None,
    name: str | None = None,
    memory: int | str | None = None,
    dry_run: bool = False,
) -> sparse.csr_array | npt.NDArray[Any] | Weights | Counts:
    """W of a file, as `rhochain.load` documents it."""
    options = LoadOptions(
        source, target, weight, nodes, unknown, sign, transmitter, unknown_sign, rows, name, memory, dry_run
    )
    kind = _usable_kind(path, options)
    with faults_named(path):
        return _finished(kind.read(Path(path), options), os.fspath(path), options, kind.signs)


def stored_lines(path: str | os.PathLike[str], options: LoadOptions) -> StoredLines | None:
    """The lines of the matrix of a file; None where only all of it can be read.

    `StoredLines.empty` is what `load` gives, without entries. The lines are as stored, before ``rows="source"``.
    """
    kind = _usable_kind(path, options)
    if kind.lines is None or options.sign is not None or options.dry_run:
        return None
    with faults_named(path):
        found = kind.lines(Path(path), options)
        if found is None:
            return None
        empty = _finished(found.empty, os.fspath(path), options, kind.signs)
        return dataclasses.replace(found, empty=empty)


@contextmanager
def faults_named(path: str | os.PathLike[str]) -> Iterator[None]:
    """What goes wrong while the file is read becomes a `FileError`."""
    try:
        yield
    except (FileError, BadArgument, ImportError):
        raise
    except BadData as fault:
        raise FileError(path, str(fault)) from fault
    except MemoryError:
        raise FileError(path, "the matrix it states does not fit in memory") from None
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror or error})") from error
    except Exception as error:  # the modules for zip and gzip document no complete list
        came = str(error) or type(error).__name__
        endings = " or ".join(_kind_of(path).endings)
        raise FileError(path, f"cut short or corrupt ({came}); expected {endings}") from error


def _usable_kind(path: str | os.PathLike[str], options: LoadOptions) -> FileKind:
    kind = _kind_of(path)
    _require_regular(path)
    _require_use(path, kind, options)
    return kind


def _require_use(path: str | os.PathLike[str], kind: FileKind, options: LoadOptions) -> None:
    """Refuse an argument that this kind of file cannot use."""
    unused = [name for name in options.given if name not in kind.uses]
    if unused:
        shown = _printable(os.fspath(path))
        use = ", ".join(sorted(kind.uses)) or "none"
        raise ValueError(f"{unused[0]} has no meaning for {shown}; arguments for a file {kind.endings[0]}: {use}")
    for name in ("transmitter", "unknown_sign"):
        if name in options.given and options.sign is None:
            raise BadArgument(f"{name} goes with sign, which says the sign of each transmitter or neuron")


def _finished(found: Any, path: str, options: LoadOptions, signed: bool) -> Any:
    """What a reader gave, with finite entries and the rows that the caller asked for; counts alone in a dry run."""
    if isinstance(found, Counts):
        return found
    W = found if isinstance(found, Weights) else Weights(found)
    W = W if W.origin else dataclasses.replace(W, origin=path)
    if sparse.issparse(W.matrix):
        W = dataclasses.replace(W, matrix=sparse.csr_array(W.matrix))
    require_finite(W.matrix)
    if not signed:
        _require_unsaid(W, options)
    if options.dry_run:
        return W.counts if isinstance(found, Weights) else Counts(rows=int(W.matrix.size))
    if W.ids is None and options.nodes is not None:
        W = named_neurons(W, nodes_from(options.nodes, options.most_bytes))
    if W.rows is None:
        W = with_target_rows(W, options.rows)
    if options.sign is not None and not signed:
        W = with_signs(W, neuron_signs(options.sign, options.most_bytes), options.unknown_sign)
    return W if isinstance(found, Weights) or W.rows is not None or W.ids is not None else W.matrix


def _require_unsaid(W: Weights, options: LoadOptions) -> None:
    """Refuse what the caller says of a matrix where its file says it already."""
    if W.ids is not None and options.nodes is not None:
        raise BadArgument("nodes must be left out for a file that names its neurons, as this one does")
    if W.rows is not None and options.rows == "source":
        raise BadArgument("rows must be \"target\" or left out for a file that says which side receives; got 'source'")


def _printable(text: str) -> str:
    """Control characters as escapes, for one line on a terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _require_regular(path: str | os.PathLike[str]) -> None:
    """A regular file. A pipe could make its reader wait for ever, a device never end."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        target = f"; a symbolic link to {os.readlink(path)}" if os.path.islink(path) else ""
        raise FileError(path, f"no such file{target}") from None
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror or error})") from error
    if not stat.S_ISREG(found.st_mode):
        raise FileError(path, "a pipe or a device; expected a regular file")


def require_finite(matrix: Any, first_row: int = 0) -> None:
    """Refuse NaN and Inf among the entries of a matrix, or of its rows from `first_row` on."""
    entries = matrix.data if sparse.issparse(matrix) else matrix
    if np.isfinite(entries).all():
        return
    at = np.argwhere(~np.isfinite(entries))[0]
    if sparse.issparse(matrix):
        at = np.array([np.searchsorted(matrix.indptr, at[0], side="right") - 1, matrix.indices[at[0]]])
    place = f"row {first_row + at[0] + 1}, column {at[1] + 1}"
    raise FileFault(place, "NaN or Inf among the entries", "finite numbers")
