"""`check_chain`: from a chain of any cell to a verdict for its trajectory."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

import rhochain._core as _core
from rhochain.chains.norm import ChainNorm
from rhochain.estimates.brackets import Bracket, Progress
from rhochain.estimates.comparisons import outward
from rhochain.estimates.options import levels
from rhochain.verdicts.conclusions import Verdict
from rhochain.verdicts.trajectories import decide_for_chain

__all__ = ["ChainReport", "check_chain"]


@dataclass(frozen=True, eq=False)
class ChainReport:
    """What `check_chain` found. ``print(report)`` says it in words, `to_json` gives it to programs.

    Attributes
    ----------
    verdict : Verdict
        VANISHES_ON_TRAJECTORY, EXPLODES_ON_TRAJECTORY or UNDECIDED.
    reason : str
        A sentence with the numbers and grades that decided.
    steps : int
        Factors of P.
    shape : (int, int)
        Of P.
    norm : Bracket
        Of ln ||P||_2.
    vanish_level, explode_level : float
    """

    verdict: Verdict
    reason: str
    steps: int
    shape: tuple[int, int]
    norm: Bracket
    vanish_level: float
    explode_level: float

    def to_dict(self) -> dict[str, Any]:
        """The report in plain JSON types, always with the same keys in the same order."""
        return {
            "verdict": str(self.verdict),
            "reason": self.reason,
            "steps": self.steps,
            "shape": list(self.shape),
            "norm": self.norm.to_dict(history=False),
            "vanish_level": self.vanish_level,
            "explode_level": self.explode_level,
            "version": _core.build_info()["version"],
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """`to_dict` as strict JSON: NaN is null, an infinity the text "inf" or "-inf"."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)

    def __str__(self) -> str:
        lower, upper = self.norm.lower, self.norm.upper
        rows, cols = self.shape
        bounds = f"{outward(lower.value, up=False)} ({lower.label}) to {outward(upper.value, up=True)} ({upper.label})"
        labelled = (
            ("chain", f"{self.steps:,} Jacobians, {rows:,} x {cols:,}"),
            ("ln ||P||_2", f"{self.norm.value:.7g}, {bounds}"),
            ("verdict", str(self.verdict)),
            ("", self.reason),
        )
        return "\n".join(
            textwrap.fill(text, 100, initial_indent=f"{label:<12}", subsequent_indent=" " * 12, break_on_hyphens=False)
            for label, text in labelled
        )


def check_chain(
    chain: ChainNorm,
    *,
    vanish_level: float = 1e-3,
    explode_level: float = 1e3,
    rtol: float = 1e-3,
    delta: float = 1e-9,
    seed: int = 0,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    start: npt.ArrayLike | None = None,
) -> ChainReport:
    """Did the gradient survive this trajectory? A verdict for a chain of any cell, GRU and LSTM too.

    Parameters
    ----------
    chain : JacobianChain, GRUChain or LSTMChain
        The Jacobians of a run, whose product is P.
    vanish_level, explode_level : float
        Norms of P below and above which it vanished or exploded; 0 < vanish < explode.
    rtol, delta, seed, max_matvecs, max_seconds, callback, start
        As in the chain's `norm`.

    Returns
    -------
    ChainReport
        Its verdict holds for these inputs alone; `check` speaks of all inputs, for networks x = W sigma(x) + ...

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names the argument, what came and what was expected.
    Interrupted
        Ctrl-C; carries the bracket so far.

    Notes
    -----
    Grades: a verdict rests on PROVED and PROBABLE(delta) bounds of ln ||P||_2 alone and names them. Source: the product
    of Jacobians of Pascanu, Mikolov & Bengio (2013), eq. 5, at its largest over all directions.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> half = np.full((50, 2), 0.5)     # without recurrent weights the Jacobian of a GRU is diag(z)
    >>> chain = rc.GRUChain.from_gates(np.zeros((6, 2)), h=half, r=half, z=half, n=half, q=half)
    >>> str(rc.check_chain(chain).verdict)
    'VANISHES_ON_TRAJECTORY'
    """
    if not isinstance(chain, ChainNorm):
        raise TypeError(f"chain must be a JacobianChain, GRUChain or LSTMChain; got {type(chain).__name__}")
    low, high = levels(vanish_level, explode_level)
    norm = chain.norm(
        rtol=rtol,
        delta=delta,
        seed=seed,
        max_matvecs=max_matvecs,
        max_seconds=max_seconds,
        callback=callback,
        start=start,
    )
    decision = decide_for_chain(chain.steps, norm, low, high)
    return ChainReport(
        verdict=decision.verdict,
        reason=decision.reason,
        steps=chain.steps,
        shape=chain.shape,
        norm=norm,
        vanish_level=low,
        explode_level=high,
    )
