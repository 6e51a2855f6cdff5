"""What a call may use: threads, and memory as people write it."""

from __future__ import annotations

import math
import operator
import os
import re
import sys

import rhochain._core as _core

__all__ = ["byte_count", "granted_threads", "thread_count"]

_MOST_THREADS = 4096
_MOST_BYTES = 2**63 - 1
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}
_AMOUNT = re.compile(r"([0-9]*\.?[0-9]+)\s*([KMGT]?I?)B?", re.IGNORECASE)


def byte_count(name: str, amount: int | str) -> int:
    """Bytes of an integer or of text such as "500 MB" or "2GiB".

    Examples
    --------
    >>> byte_count("memory", "2GB"), byte_count("memory", "1.5 KiB"), byte_count("memory", 8)
    (2000000000, 1536, 8)
    """
    if isinstance(amount, str):
        found = _AMOUNT.fullmatch(amount.strip())
        if found is None or found[2].upper() not in _UNITS:
            raise ValueError(f'{name} must be bytes or text such as "500 MB" or "2GiB"; got {amount!r}')
        count = math.floor(float(found[1]) * _UNITS[found[2].upper()])
    else:
        count = _integer(name, amount, 'an integer or text such as "2GB"')
    if not 0 <= count <= _MOST_BYTES:
        raise ValueError(f"{name} must be at least 0 bytes and at most 2^63 - 1; got {amount!r}")
    return count


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
