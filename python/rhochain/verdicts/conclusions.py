"""What a check can conclude: a verdict, the sentence that justifies it, the paper's conditions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

__all__ = ["Condition", "Decision", "Verdict"]


class Verdict(str, Enum):
    """What happens to the long-term part of the gradient. 'Vanishing' is not about the whole gradient.

    The first that holds is given: VANISHES, EXPLODES, EXPLODES_FOR_SOME_SLOPES, CANNOT_EXPLODE, EXPLOSION_NOT_EXCLUDED,
    UNDECIDED. A chain, where one is given, then replaces all but VANISHES by a verdict for its trajectory if it has
    one; CANNOT_EXPLODE gives way to VANISHES_ON_TRAJECTORY alone. A verdict of explosion rests on a rate above 1 that
    goes on for ever, never on growth over a few steps.
    """

    VANISHES = "VANISHES"
    """For every input: gain * c < 1 with a graded upper bound c of a scaled norm, or the worst-case growth rate R(W)
    is below 1, or W has no cycle. Linear: rho < 1."""
    VANISHES_ON_TRAJECTORY = "VANISHES_ON_TRAJECTORY"
    """A graded upper bound of the chain's norm is below the stated level."""
    EXPLODES = "EXPLODES"
    """Linear network, and a graded lower bound of the spectral radius of its Jacobian is above 1."""
    EXPLODES_FOR_SOME_SLOPES = "EXPLODES_FOR_SOME_SLOPES"
    """A graded lower bound of R(W) is above 1: a cycle of slopes in the activation's range makes gradients grow by this
    rate. The reason says whether inputs bring them about."""
    EXPLODES_ON_TRAJECTORY = "EXPLODES_ON_TRAJECTORY"
    """A graded lower bound of the chain's norm is above the stated level."""
    CANNOT_EXPLODE = "CANNOT_EXPLODE"
    """gain * ||D W D^-1|| <= 1 + 1e-9 for a known diagonal D: growth stays at the level of rounding."""
    EXPLOSION_NOT_EXCLUDED = "EXPLOSION_NOT_EXCLUDED"
    """Every norm of a scaled W is at least 1 / gain, so none certifies; nor does a bound of R(W)."""
    UNDECIDED = "UNDECIDED"
    """The bounds straddle 1 within the budget spent; the reason says what was tried and what else may decide. Of gated
    cells: W alone decides nothing."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Condition:
    """A condition of Pascanu, Mikolov & Bengio (2013) and what the graded bounds say of it.

    Attributes
    ----------
    name, equation, statement : str
    holds : bool or None
        None where the graded bounds leave it open.
    """

    name: str
    equation: str
    statement: str
    holds: bool | None

    def to_dict(self) -> dict[str, Any]:
        """The condition in plain JSON types."""
        return {
            "name": self.name,
            "equation": self.equation,
            "statement": self.statement,
            "holds": self.holds,
        }


@dataclass(frozen=True)
class Decision:
    """A verdict, the sentence that justifies it, and remarks."""

    verdict: Verdict
    reason: str
    notes: tuple[str, ...] = ()
