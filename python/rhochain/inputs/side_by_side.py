"""One call for each of many matrices, in threads that Python makes; the order of the matrices stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from rhochain.inputs.batches import Batch
from rhochain.inputs.resources import granted_threads, thread_count

__all__ = ["side_by_side", "thread_number"]

_T = TypeVar("_T")
_S = TypeVar("_S")


def thread_number(threads: int | None) -> int:
    """The threads of a call as a number, where the core has 0 for as many as the system grants."""
    return thread_count(threads) or granted_threads()


def side_by_side(
    each: Iterable[Batch], threads: int, call: Callable[[Any], _T]
) -> Iterator[tuple[int, _T | Exception]]:
    """(index, what the call returned or raised) of each matrix. After Ctrl-C no further call begins."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="rhochain")
    try:
        for batch in each:
            started: list[Exception | Future[_T]] = [
                pool.submit(call, prepared.given) if prepared.error is None else prepared.error
                for prepared in batch.matrices
            ]
            for k, running in enumerate(started):
                outcome = _outcome(running)
                yield batch.first + k, outcome
    finally:
        pool.shutdown(cancel_futures=True)


def _outcome(running: Exception | Future[_S]) -> _S | Exception:
    if isinstance(running, Exception):
        return running
    try:
        return running.result()
    except Exception as error:
        return error
