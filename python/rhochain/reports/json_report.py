"""What every report has: its plain form as a text of JSON."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any

__all__ = ["JsonReport"]


class JsonReport(ABC):
    """A report that is also for programs."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The report in plain JSON types, always with the same keys in the same order."""

    def to_json(self, *, indent: int | None = 2) -> str:
        """`to_dict` as strict JSON: NaN is null, an infinity the text "inf" or "-inf"."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)
