"""Ctrl-C during a long run, with what was known by then."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

__all__ = ["InterruptedRun"]

_Result = TypeVar("_Result")


class InterruptedRun(KeyboardInterrupt, Generic[_Result]):
    """Ctrl-C. `result` holds what was done by then."""

    def __init__(self, result: _Result) -> None:
        super().__init__(f"interrupted at {result!r}")
        self.result = result

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.result,), self.__dict__
