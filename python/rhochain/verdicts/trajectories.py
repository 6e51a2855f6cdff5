"""Verdicts for one trajectory, from the norm of its chain of Jacobians."""

from __future__ import annotations

import math

from rhochain.estimates.brackets import Bracket
from rhochain.estimates.comparisons import outward
from rhochain.inputs.arguments import real_number
from rhochain.verdicts.conclusions import Decision, Verdict

__all__ = ["decide_for_chain", "decide_on_trajectory", "decide_with", "levels"]


def decide_on_trajectory(
    base: Decision, steps: int, log_norm: Bracket, vanish_level: float, explode_level: float, *, by_neuron: bool = False
) -> Decision:
    """`base` refined by the norm of a chain. What holds for every input stands. `by_neuron`: each neuron has a gain."""
    lower = log_norm.lower
    own = decide_for_chain(steps, log_norm, vanish_level, explode_level)
    bounded = base.verdict is Verdict.CANNOT_EXPLODE and own.verdict is not Verdict.VANISHES_ON_TRAJECTORY
    if base.verdict is Verdict.VANISHES or bounded:
        if not (lower.graded and lower.value > 0.0):
            return base
        allowed = "as the burn-in before the decay allows" if base.verdict is Verdict.VANISHES else "within that bound"
        grown = (
            f"over the {steps:,} steps given ln ||P||_2 >= {outward(lower.value, up=False)} (lower bound "
            f"{lower.label}): this chain grew, {allowed}"
            + (", if its slopes obey the gain of each neuron, which was not compared." if by_neuron else ".")
        )
        return Decision(base.verdict, base.reason, (*base.notes, grown))
    return decide_with(base, own)


def decide_with(base: Decision, own: Decision) -> Decision:
    """`base` refined by what holds on trajectories. What holds for every input stands."""
    bounded = base.verdict is Verdict.CANNOT_EXPLODE and own.verdict is not Verdict.VANISHES_ON_TRAJECTORY
    if own.verdict is Verdict.UNDECIDED or base.verdict is Verdict.VANISHES or bounded:
        return Decision(base.verdict, base.reason, (*base.notes, own.reason))
    return Decision(own.verdict, own.reason, (f"for all inputs: {base.verdict}: {base.reason}", *base.notes))


def decide_for_chain(steps: int, log_norm: Bracket, vanish_level: float, explode_level: float) -> Decision:
    """What the norm of a chain says of its trajectory alone."""
    span = f"over the {steps:,} steps given"
    lower, upper = log_norm.lower, log_norm.upper
    if upper.graded and upper.value < math.log(vanish_level):
        return Decision(
            Verdict.VANISHES_ON_TRAJECTORY,
            f"{span} ln ||P||_2 <= {outward(upper.value, up=True)} (upper bound {upper.label}), "
            f"below the level ln {vanish_level:g} = {math.log(vanish_level):.4g}.",
        )
    if lower.graded and lower.value > math.log(explode_level):
        return Decision(
            Verdict.EXPLODES_ON_TRAJECTORY,
            f"{span} ln ||P||_2 >= {outward(lower.value, up=False)} (lower bound {lower.label}), "
            f"above the level ln {explode_level:g} = {math.log(explode_level):.4g}.",
        )
    return Decision(
        Verdict.UNDECIDED,
        f"{span} ln ||P||_2 lies between {outward(lower.value, up=False)} ({lower.label}) and "
        f"{outward(upper.value, up=True)} ({upper.label}): no graded bound crosses a level, "
        f"ln {vanish_level:g} or ln {explode_level:g}.",
    )


def levels(vanish_level: object, explode_level: object) -> tuple[float, float]:
    """The levels of a chain's norm."""
    low, high = real_number("vanish_level", vanish_level), real_number("explode_level", explode_level)
    if not 0.0 < low < high < math.inf:
        raise ValueError(f"levels must obey 0 < vanish_level < explode_level < inf; got {low!r} and {high!r}")
    return low, high
