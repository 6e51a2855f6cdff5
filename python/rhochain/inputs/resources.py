"""What a call may use: threads, and memory as people write it."""

from __future__ import annotations

import operator
import os
import sys

import rhochain._core as _core
from rhochain.weights.byte_counts import byte_count

__all__ = ["byte_count", "granted_threads", "thread_count"]

_MOST_THREADS = 4096


def thread_count(threads: int | None) -> int:
    """The number of threads for the core, where 0 stands for as many as the system grants (granted_cores.hpp)."""
    if threads is None:
        return 1 if _siblings_share_the_cores() else 0
    count = _integer("threads", threads, "an integer or None")
    if not 1 <= count <= _MOST_THREADS:
        raise ValueError(f"threads must be an integer from 1 to {_MOST_THREADS}, or None; got {count}")
    return count


def granted_threads() -> int:
    """The number that 0 stands for."""
    return int(_core.build_info()["threads"])


def _siblings_share_the_cores() -> bool:
    """Whether this is a worker of `multiprocessing.Pool` or of a PyTorch DataLoader, without OMP_NUM_THREADS."""
    process = sys.modules.get("multiprocessing.process")  # not imported: this process is no such worker
    return process is not None and process.current_process().daemon and "OMP_NUM_THREADS" not in os.environ


def _integer(name: str, given: object, expected: str) -> int:
    try:
        return operator.index(given)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be {expected}; got {given!r}") from None
