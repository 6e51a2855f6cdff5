"""How a report was computed: time, products, threads, options and version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import rhochain._core as _core

__all__ = ["Computation"]


@dataclass(frozen=True)
class Computation:
    """What a reader needs to repeat a computation.

    Attributes
    ----------
    seconds : float
        Wall time of the whole call.
    products : int
        With W, with its transpose, or with the Jacobians of a chain and their transposes.
    threads : int
    rtol, delta : float
    seed : int
    max_matvecs : int or None
    max_seconds : float or None
    quick : bool
        The computation stopped at the first bound that proved a verdict.
    out_of_time : bool
        `max_seconds` ended a quantity before it was done.
    """

    seconds: float
    products: int
    threads: int
    rtol: float
    delta: float
    seed: int
    max_matvecs: int | None = None
    max_seconds: float | None = None
    quick: bool = False
    out_of_time: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The same in plain JSON types."""
        return asdict(self)

    def facts(self) -> Sequence[tuple[str, str]]:
        """Labels and texts."""
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        products = "1 product" if self.products == 1 else f"{self.products:,} products"
        return (
            ("time", f"{_duration(self.seconds)}, {products}, {threads}"),
            ("options", self.options),
            ("version", f"rhochain {_core.build_info()['version']}"),
        )

    @property
    def options(self) -> str:
        """Those that a result depends on, as text."""
        shown = [f"rtol {self.rtol:g}", f"delta {self.delta:g}", f"seed {self.seed}"]
        if self.max_matvecs is not None:
            shown.append(f"at most {self.max_matvecs:,} products for each quantity")
        if self.max_seconds is not None:
            shown.append(f"at most {self.max_seconds:g} s")
        if self.quick:
            shown.append("quick: stopped at the first proof")
        return ", ".join(shown)


def _duration(seconds: float) -> str:
    if seconds < 1e-3:
        return "less than 1 ms"
    if seconds < 1.0:
        return f"{1e3 * seconds:.0f} ms"
    return f"{seconds:.3g} s" if seconds < 100.0 else f"{seconds:,.0f} s"
