"""From bounds to a verdict. Only PROVED and PROBABLE bounds count, an ESTIMATE decides nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from rhochain.estimates import Bound, Bracket, Grade
from rhochain.report import Condition, Verdict, outward
from rhochain.spectra import Components

__all__ = ["Decision", "Evidence", "decide", "decide_on_trajectory", "paper_conditions"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that a verdict for every input rests on. `norm_bounds` are upper bounds of sigma_1 beside its bracket."""

    gain: float
    leak: float
    linear: bool
    components: Components | None
    spectral_radius: Bracket
    spectral_norm: Bracket
    perron_radius: Bracket | None
    norm_bounds: tuple[Bound, ...] = ()


@dataclass(frozen=True)
class Decision:
    """A verdict, the sentence that justifies it, and remarks."""

    verdict: Verdict
    reason: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Certificate:
    name: str
    bound: Bound
    plain: bool  # the 2-norm without a scaling: no burn-in


def decide(evidence: Evidence) -> Decision:
    """The verdict for every input (section 7 of the theory)."""
    found = evidence.components
    if found is not None and found.cyclic == 0:
        return _without_cycle(found, evidence.leak)
    certificates = _certificates(evidence)
    certifying = [c for c in certificates if below_one(evidence.gain, c.bound.value)]
    if certifying:
        return _certified(evidence, certifying)
    rho = evidence.spectral_radius
    if evidence.linear and rho.upper.graded and below_one(evidence.gain, rho.upper.value):
        return Decision(
            Verdict.VANISHES,
            f"the network is linear and rho(W) <= {at_most(rho.upper.value)} < 1 "
            f"(upper bound {rho.upper.label}), so powers of W tend to 0.",
            ("burn-in unknown: a non-normal W can let gradients grow before they decay.",),
        )
    if evidence.linear and evidence.leak == 1.0 and rho.lower.graded and rho.lower.value > 1.0:
        return Decision(
            Verdict.EXPLODES,
            f"the network is linear and rho(W) >= {at_least(rho.lower.value)} > 1 "
            f"(lower bound {rho.lower.label}), so powers of W grow without limit.",
        )
    if rho.lower.graded and reaches_one(evidence.gain, rho.lower.value):
        return Decision(
            Verdict.EXPLOSION_NOT_EXCLUDED,
            f"every norm c of a scaled W is at least rho(W) >= {at_least(rho.lower.value)} "
            f"(lower bound {rho.lower.label}), so gamma * c >= {at_least(evidence.gain * rho.lower.value)} >= 1: "
            "no condition of this kind can certify W, and whether gradients explode depends on the inputs. "
            "A JacobianChain along a trajectory decides for that trajectory.",
            _linear_leak_note(evidence),
        )
    return _undecided(evidence, certificates)


def decide_on_trajectory(
    base: Decision, steps: int, log_norm: Bracket, vanish_level: float, explode_level: float
) -> Decision:
    """`base` refined by the norm of a chain; VANISHES for every input stands."""
    span = f"over the {steps:,} steps given"
    if base.verdict is Verdict.VANISHES:
        return base
    lower, upper = log_norm.lower, log_norm.upper
    for_all = (f"for all inputs: {base.verdict}: {base.reason}", *base.notes)
    if upper.graded and upper.value < math.log(vanish_level):
        return Decision(
            Verdict.VANISHES_ON_TRAJECTORY,
            f"{span} ln ||P||_2 <= {outward(upper.value, up=True)} (upper bound {upper.label}), "
            f"below the level ln {vanish_level:g} = {math.log(vanish_level):.4g}.",
            for_all,
        )
    if lower.graded and lower.value > math.log(explode_level):
        return Decision(
            Verdict.EXPLODES_ON_TRAJECTORY,
            f"{span} ln ||P||_2 >= {outward(lower.value, up=False)} (lower bound {lower.label}), "
            f"above the level ln {explode_level:g} = {math.log(explode_level):.4g}.",
            for_all,
        )
    inside = (
        f"{span} ln ||P||_2 lies between {outward(lower.value, up=False)} ({lower.label}) and "
        f"{outward(upper.value, up=True)} ({upper.label}): no graded bound crosses a level, "
        f"ln {vanish_level:g} or ln {explode_level:g}."
    )
    return Decision(base.verdict, base.reason, (*base.notes, inside))


def paper_conditions(evidence: Evidence) -> tuple[Condition, ...]:
    """The conditions of Pascanu, Mikolov & Bengio (2013) that apply; `holds` from graded bounds alone."""
    gain = evidence.gain
    sigma = evidence.spectral_norm
    upper = min((b.value for b in (sigma.upper, *evidence.norm_bounds) if b.graded), default=math.inf)
    conditions = [
        Condition(
            "sufficient for vanishing",
            "eq. 6",
            f"sigma_1(W) < 1/gamma = {1 / gain:.7g}",
            _holds_below(gain, sigma.lower, upper),
        ),
        Condition(
            "necessary for exploding",
            "eq. 6 inverted",
            f"sigma_1(W) > 1/gamma = {1 / gain:.7g}",
            _holds_above(gain, sigma.lower, upper),
        ),
    ]
    if evidence.linear:
        rho = evidence.spectral_radius
        rho_upper = rho.upper.value if rho.upper.graded else math.inf
        conditions += [
            Condition(
                "sufficient for vanishing",
                "linear, sec. 2.1",
                "rho(W) < 1",
                _holds_below(1.0, rho.lower, rho_upper),
            ),
            Condition(
                "necessary for exploding",
                "linear, sec. 2.1",
                "rho(W) > 1",
                _holds_above(1.0, rho.lower, rho_upper),
            ),
        ]
    return tuple(conditions)


def below_one(gain: float, bound: float) -> bool:
    """Whether gain * bound < 1 exactly: rounding is monotone, so a rounded product below 1 is proof."""
    return gain * bound < 1.0


def reaches_one(gain: float, bound: float) -> bool:
    """Whether gain * bound >= 1 exactly."""
    product = gain * bound
    return product > 1.0 or (product == 1.0 and Fraction(gain) * Fraction(bound) >= 1)


def at_most(x: float) -> str:
    """An upper bound in seven digits, or as many as keep it on its side of 1."""
    return _beside_one(x, outward(x, up=True))


def at_least(x: float) -> str:
    """A lower bound in seven digits, or as many as keep it on its side of 1."""
    return _beside_one(x, outward(x, up=False))


def _beside_one(x: float, short: str) -> str:
    shown = float(short)
    return short if (shown > 1.0) == (x > 1.0) and (shown < 1.0) == (x < 1.0) else repr(x)


def _holds_below(gain: float, lower: Bound, upper: float) -> bool | None:
    if below_one(gain, upper):
        return True
    return False if lower.graded and reaches_one(gain, lower.value) else None


def _holds_above(gain: float, lower: Bound, upper: float) -> bool | None:
    if lower.graded and gain * lower.value > 1.0:
        return True
    return False if below_one(gain, upper) else None


def _certificates(evidence: Evidence) -> list[_Certificate]:
    """The graded upper bounds, PROVED first, the smaller first."""
    found = [_Certificate("sigma_1(W)", evidence.spectral_norm.upper, plain=True)]
    found += [_Certificate("sigma_1(W)", bound, plain=True) for bound in evidence.norm_bounds]
    if evidence.perron_radius is not None:
        found.append(_Certificate("rho(|W|)", evidence.perron_radius.upper, plain=False))
    graded = [c for c in found if c.bound.graded]
    return sorted(graded, key=lambda c: (c.bound.grade is not Grade.PROVED, c.bound.value))


def _certified(evidence: Evidence, certifying: list[_Certificate]) -> Decision:
    best, gain, leak = certifying[0], evidence.gain, evidence.leak
    contraction = gain * best.bound.value
    rate = contraction if leak == 1.0 else (1.0 - leak) + leak * contraction
    where = "the 2-norm" if best.plain else "a scaled norm"
    source = "eq. 6" if best.plain else "Theorem B"
    reason = (
        f"gamma * {best.name} <= {gain:.7g} * {at_most(best.bound.value)} = {at_most(contraction)} < 1 "
        f"(upper bound {best.bound.label}, {source}): for every input each step multiplies {where} of the gradient by "
        f"at most {at_most(rate)}."
    )
    if best.plain:
        return Decision(Verdict.VANISHES, reason)
    plain = next((c for c in certifying if c.plain), None)
    if plain is None:
        note = (
            "burn-in unknown: the certificate holds in a norm scaled by some diagonal D that was not computed; "
            "in the 2-norm growth up to max D / min D can come first."
        )
    else:
        note = (
            f"gamma * {plain.name} <= {at_most(gain * plain.bound.value)} < 1 (upper bound {plain.bound.label}, "
            "eq. 6) certifies it too, in the 2-norm from the first step on."
        )
    return Decision(Verdict.VANISHES, reason, (note,))


def _without_cycle(found: Components, leak: float) -> Decision:
    longest = found.longest_path
    if leak == 1.0:
        consequence = f"every product of more than {longest:,} Jacobians is exactly 0"
    else:
        consequence = f"rho(|W|) = 0 and the leak alone sets the decay, {1.0 - leak:.7g} a step"
    return Decision(
        Verdict.VANISHES,
        f"W has no cycle (longest path: {longest:,} edges), so {consequence}, for every input (PROVED, Theorem C).",
        () if leak == 1.0 else ("burn-in unknown: growth along the longest path can come first.",),
    )


def _linear_leak_note(evidence: Evidence) -> tuple[str, ...]:
    if evidence.linear and evidence.leak != 1.0:
        return ("with a leak the linear Jacobian is (1 - a) I + a W, whose spectral radius was not computed.",)
    return ()


def _undecided(evidence: Evidence, certificates: list[_Certificate]) -> Decision:
    gain, rho = evidence.gain, evidence.spectral_radius
    certificate = min(certificates, key=lambda c: c.bound.value, default=None)
    if certificate is None:
        above = "no upper bound is graded"
    else:
        above = (
            f"the best certificate is gamma * {certificate.name} <= "
            f"{at_most(gain * certificate.bound.value)} ({certificate.bound.label}), not below 1"
        )
    if rho.lower.graded:
        below = f"gamma * rho(W) >= {at_least(gain * rho.lower.value)} ({rho.lower.label}), below 1"
    else:
        below = (
            f"gamma * rho(W) is about {gain * rho.value:.7g}, but its lower bound is an ESTIMATE, which decides nothing"
        )
    notes = _linear_leak_note(evidence)
    if not evidence.linear and below_one(gain, rho.value):
        notes += ("gamma * rho(W) < 1 proves nothing in a nonlinear network.",)
    brackets = (evidence.spectral_norm, rho, evidence.perron_radius)
    if any(b is not None and b.status.value == "budget_spent" for b in brackets):
        notes += ("a budget ran out: more products or seconds may narrow the bounds.",)
    return Decision(
        Verdict.UNDECIDED,
        f"{above}; {below}. A diagonal scaling D with gamma * ||D W D^-1|| < 1, a graded lower bound of such "
        "norms, or a JacobianChain along a trajectory would decide.",
        notes,
    )
