"""The arguments of `load` beside the path, as every reader gets them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from rhochain.weights.byte_counts import byte_count
from rhochain.weights.machine_memory import machine_memory

__all__ = ["LoadOptions"]

_CHOICES = {"rows": ("target", "source"), "unknown": ("error", "drop"), "dry_run": (False, True)}


@dataclass(frozen=True, eq=False)
class LoadOptions:
    """What the caller of `load` asked for; `load` documents each."""

    source: str | None = None
    target: str | None = None
    weight: str | float | None = None
    nodes: Any = None
    unknown: str = "error"
    sign: Any = None
    transmitter: Any = None
    unknown_sign: int | None = None
    rows: str | None = None
    name: str | None = None
    memory: int | str | None = None
    dry_run: bool = False

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value is not None and not any(value is choice or value == choice for choice in choices):
                raise ValueError(f"{name} must be {' or '.join(map(repr, choices))}; got {value!r}")
        for name in ("source", "target", "name"):
            value = getattr(self, name)
            if not isinstance(value, (str, type(None))):
                raise TypeError(f"{name} must be a name; got {value!r}")
        if self.unknown_sign not in (None, 1, -1):
            raise ValueError(f"unknown_sign must be 1 or -1; got {self.unknown_sign!r}")
        if self.memory is not None:
            byte_count("memory", self.memory)

    @property
    def given(self) -> list[str]:
        """The names of the arguments that differ from their defaults."""
        values = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}
        return [
            name
            for name, (value, default) in values.items()
            if value is not default and not (isinstance(value, str) and value == default)
        ]

    @property
    def allowed_bytes(self) -> int:
        """What small files may unpack to, however small they are: `memory` where it is given."""
        return 0 if self.memory is None else byte_count("memory", self.memory)

    @property
    def most_bytes(self) -> int | None:
        """What a reader may take: `memory`, else the memory of the machine; None where neither is known."""
        return machine_memory() if self.memory is None else byte_count("memory", self.memory)
