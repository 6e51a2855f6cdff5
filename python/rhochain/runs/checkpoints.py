"""The state of a long run in a file, from which a killed run goes on to the same bits.

The file: a magic number, the length of a header, a BLAKE2b-256 digest of all that follows, the header (JSON: the run's
identity, the steps done, shapes), then vectors, integers, norms and reals in 8 little-endian bytes each.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import math
import os
import stat
import struct
from collections.abc import Callable, Mapping
from typing import Any, TypedDict, TypeVar

import numpy as np
import numpy.typing as npt

from rhochain.inputs.arguments import not_negative
from rhochain.inputs.arrays import Floats, Integers
from rhochain.ranks.callers import Callers

__all__ = ["CheckpointError", "RunCheckpoint", "RunState", "SavedRun"]

RunState = tuple[int, Floats, Integers, Floats, Floats]
"""Steps or products done, vectors (n, b), integers, norms of the vectors (b,), reals, as the core has them."""

_Result = TypeVar("_Result")

_MAGIC = b"\x89rhochn1"
_PREFIX = struct.Struct("<8sQ32s")
_PIECE = 1 << 16  # numbers, which stay in the cache from their digest to their copy
_TYPES = ("<f8", "<i8", "<f8", "<f8")


class CheckpointError(OSError):
    """A checkpoint could not be written. `result` holds what was done by then; an earlier checkpoint is intact."""

    _TELLING = "cannot write the checkpoint: "

    def __init__(self, path: str, cause: OSError, result: Any) -> None:
        super().__init__(cause.errno, f"{self._TELLING}{cause.strerror or cause}", path)
        self.result = result

    def __reduce__(self) -> tuple[Any, ...]:
        cause = OSError(self.errno, str(self.strerror).removeprefix(self._TELLING))
        return type(self), (self.filename, cause, self.result), self.__dict__


class _SavingOptions(TypedDict):
    resume: RunState | None
    save: Callable[[int, Floats, Integers, Floats, Floats], bool] | None
    save_seconds: float


class SavedRun:
    """A run that a file may keep, and the options of the core for it.

    On ranks all of them have one and make the same calls. The first rank alone reads and writes the file, which has
    whole vectors: any number of ranks goes on from it.

    Parameters
    ----------
    path : str, os.PathLike or None
        None for a run that is not kept.
    seconds : float
        At most one write in so many.
    identity : callable
        Returns what `RunCheckpoint` compares; called only with a path.
    callers : Callers
        Those that make the run.

    Attributes
    ----------
    begun : int
        Steps done before.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        seconds: float,
        identity: Callable[[], Mapping[str, Any]],
        callers: Callers,
    ) -> None:
        self._callers = callers
        self._file: RunCheckpoint | None = None
        self._state: RunState | None = None
        self.begun = 0
        if path is None and callers.comm is None:
            self._seconds = not_negative("checkpoint_seconds", seconds)
            return
        self._seconds, given = callers.together(
            lambda: (not_negative("checkpoint_seconds", seconds), None if path is None else _path_text(path))
        )
        callers.require_same(**{"whether there is checkpoint": given is not None})
        if given is not None:
            self._file = RunCheckpoint(given, identity())
            self._state = callers.together(self._file.load if callers.leads else lambda: None)
            self.begun = callers.of_first(0 if self._state is None else self._state[0])

    @property
    def core_options(self) -> _SavingOptions:
        """The arguments of the core's call."""
        save = self._file.save if self._file is not None and self._callers.leads else None
        return {"resume": self._state, "save": save, "save_seconds": self._seconds}

    def outcome(self, result: Callable[[], _Result]) -> _Result:
        """What result() returns or raises, unless the file could not be written."""
        if self._file is None:
            return result()
        self._file.failure = self._callers.of_first(self._file.failure)
        return self._file.outcome(result)


def _write(file: io.BufferedWriter, header: bytes, parts: list[npt.NDArray[Any]]) -> None:
    digest = hashlib.blake2b(struct.pack("<Q", len(header)) + header, digest_size=32)
    file.seek(_PREFIX.size)
    file.write(header)
    for part in parts:
        flat = part.reshape(-1).data
        for first in range(0, len(flat), _PIECE):
            digest.update(flat[first : first + _PIECE])
            file.write(flat[first : first + _PIECE])
    file.seek(0)
    file.write(_PREFIX.pack(_MAGIC, len(header), digest.digest()))


class RunCheckpoint:
    """The file of one run.

    Parameters
    ----------
    path : str or os.PathLike
    identity : mapping of str to what JSON knows
        What must agree with a file for it to be continued.
    """

    def __init__(self, path: str | os.PathLike[str], identity: Mapping[str, Any]) -> None:
        # os.replace would put a file in the place of a link.
        self.path = os.path.realpath(_path_text(path))
        self._identity = json.loads(json.dumps(identity))
        self.failure: OSError | None = None

    def outcome(self, result: Callable[[], _Result]) -> _Result:
        """What result() returns or raises, unless the file could not be written."""
        failure = self.failure
        try:
            found = result()
        except KeyboardInterrupt as stop:
            raise stop from failure
        if failure is not None:
            raise CheckpointError(self.path, failure, found) from failure
        return found

    def load(self) -> RunState | None:
        """The state in the file; None without a file.

        Raises
        ------
        ValueError
            The file is damaged, no checkpoint or that of another run.
        OSError
            It cannot be read.
        """
        try:
            if not stat.S_ISREG(os.stat(self.path).st_mode):
                raise ValueError(f"checkpoint must name a file; got {self.path!r}, which is something else")
            with open(self.path, "rb") as file:
                prefix = file.read(_PREFIX.size)
                if prefix[: len(_MAGIC)] != _MAGIC[: len(prefix)] or not prefix:
                    raise ValueError(f"checkpoint {self.path!r} is not a checkpoint of this library")
                rest = file.read()
        except FileNotFoundError:
            return None
        if len(prefix) < _PREFIX.size:
            raise self._damaged()
        _, header_length, digest = _PREFIX.unpack(prefix)
        if hashlib.blake2b(prefix[8:16] + rest, digest_size=32).digest() != digest:
            raise self._damaged()
        header = json.loads(rest[:header_length])
        self._require_same_run(header["run"])
        parts, offset = [], header_length
        for kind, shape in zip(_TYPES, header["shapes"], strict=True):
            parts.append(np.frombuffer(rest, kind, math.prod(shape), offset).reshape(shape))
            offset += parts[-1].nbytes
        vectors, integers, norms, reals = parts
        return header["done"], vectors, integers, norms, reals

    def save(self, done: int, vectors: Floats, integers: Integers, norms: Floats, *reals: Floats) -> bool:
        """Write the state; True, with `failure` set, if the system refuses. The file is the old or the new one.

        `reals` are parts of one array, which are not put together in memory.
        """
        if self.failure is not None:
            return True
        types = (*_TYPES[:3], *(_TYPES[3] for _ in reals))
        parts = [
            np.ascontiguousarray(part, dtype=kind)
            for part, kind in zip((vectors, integers, norms, *reals), types, strict=True)
        ]
        shapes = [*(part.shape for part in parts[:3]), (sum(part.size for part in parts[3:]),)]
        header = json.dumps({"run": self._identity, "done": done, "shapes": shapes}).encode()
        header += b" " * (-(_PREFIX.size + len(header)) % 64)
        try:
            self._replace(header, parts)
        except OSError as error:
            self.failure = error
        return self.failure is not None

    def _replace(self, header: bytes, parts: list[npt.NDArray[Any]]) -> None:
        partial = self.path + ".partial"
        try:
            with open(partial, "wb") as file:
                _write(file, header, parts)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(partial)
            raise
        if os.name == "posix":  # the new name lasts once its folder is on the disk
            folder = os.open(os.path.dirname(self.path), os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _damaged(self) -> ValueError:
        return ValueError(f"checkpoint {self.path!r} is damaged or cut short; remove it to begin anew")

    def _require_same_run(self, theirs: Mapping[str, Any]) -> None:
        ours = self._identity
        differing = [key for key in {**ours, **theirs} if ours.get(key) != theirs.get(key)]
        if differing:
            difference = "; ".join(f"{key}: {theirs.get(key)!r} there, {ours.get(key)!r} here" for key in differing)
            raise ValueError(f"checkpoint {self.path!r} is of another run ({difference})")


def _path_text(path: str | os.PathLike[str]) -> str:
    try:
        given = os.fspath(path)
    except TypeError:
        raise TypeError(f"checkpoint must be a path or None; got {type(path).__name__}") from None
    if not isinstance(given, str):
        raise TypeError(f"checkpoint must be a path of text; got {given!r}")
    return given
