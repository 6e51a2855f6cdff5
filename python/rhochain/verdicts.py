"""From bounds to a verdict. Only PROVED and PROBABLE bounds count, an ESTIMATE decides nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rhochain.burn_in import known_burn_in, unknown_burn_in
from rhochain.comparisons import at_least, at_most, below_one, outward, reaches_one, within_one
from rhochain.estimates import Bound, Bracket, Grade
from rhochain.report import Verdict
from rhochain.scaling import ScaledNorm
from rhochain.spectra import Components

__all__ = ["Decision", "Evidence", "decide", "decide_for_chain", "decide_on_trajectory", "needs_burn_in"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that a verdict for every input rests on; None is what was not computed.

    `norm_bounds` are upper bounds of sigma_1 beside its bracket.
    """

    gain: float
    leak: float
    linear: bool
    components: Components | None
    spectral_radius: Bracket | None
    spectral_norm: Bracket | None
    perron_radius: Bracket | None
    norm_bounds: tuple[Bound, ...] = ()
    scaled_norm: ScaledNorm | None = None


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
    if evidence.linear and rho is not None and rho.upper.graded and below_one(evidence.gain, rho.upper.value):
        return Decision(
            Verdict.VANISHES,
            f"the network is linear and rho(W) <= {at_most(rho.upper.value)} < 1 "
            f"(upper bound {rho.upper.label}), so powers of {_linear_jacobian(evidence)} tend to 0.",
            (unknown_burn_in("a non-normal W can let gradients grow before they decay."),),
        )
    graded = None if rho is None else rho.graded_lower
    if evidence.linear and evidence.leak == 1.0 and graded is not None and graded.value > 1.0:
        return Decision(
            Verdict.EXPLODES,
            f"the network is linear and rho(W) >= {at_least(graded.value)} > 1 "
            f"(lower bound {graded.label}), so powers of W grow without limit.",
        )
    contained = next((c for c in certificates if c.plain and within_one(evidence.gain, c.bound.value)), None)
    if contained is not None:
        return _contained(evidence, contained)
    least = _least_certificate(evidence)
    if least is not None and reaches_one(evidence.gain, least.bound.value):
        return Decision(
            Verdict.EXPLOSION_NOT_EXCLUDED,
            f"every norm c of a scaled W is at least {least.name} >= {at_least(least.bound.value)} "
            f"(lower bound {least.bound.label}), so gamma * c >= {at_least(evidence.gain * least.bound.value)} >= 1: "
            "no condition of this kind can certify W, and whether gradients explode depends on the inputs. "
            "A JacobianChain along a trajectory decides for that trajectory.",
            _linear_leak_note(evidence),
        )
    return _undecided(evidence, certificates)


def needs_burn_in(evidence: Evidence, decision: Decision) -> bool:
    """Whether a scaling would say when a certified decay sets in: none holds in the plain 2-norm."""
    acyclic = evidence.components is not None and evidence.components.cyclic == 0
    if decision.verdict is not Verdict.VANISHES or acyclic:
        return False
    certifying = [c for c in _certificates(evidence) if below_one(evidence.gain, c.bound.value)]
    return bool(certifying) and not any(c.plain for c in certifying)


def decide_on_trajectory(
    base: Decision, steps: int, log_norm: Bracket, vanish_level: float, explode_level: float, *, by_neuron: bool = False
) -> Decision:
    """`base` refined by the norm of a chain; VANISHES for every input stands. `by_neuron`: each neuron has a gain."""
    lower = log_norm.lower
    if base.verdict is Verdict.VANISHES:
        if not (lower.graded and lower.value > 0.0):
            return base
        grown = (
            f"over the {steps:,} steps given ln ||P||_2 >= {outward(lower.value, up=False)} (lower bound "
            f"{lower.label}): this chain grew, as the burn-in before the decay allows"
            + (", if its slopes obey the gain of each neuron, which was not compared." if by_neuron else ".")
        )
        return Decision(base.verdict, base.reason, (*base.notes, grown))
    own = decide_for_chain(steps, log_norm, vanish_level, explode_level)
    if own.verdict is Verdict.UNDECIDED:
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


def _certificates(evidence: Evidence) -> list[_Certificate]:
    """The graded upper bounds, PROVED first, the smaller first."""
    found = []
    if evidence.spectral_norm is not None:
        found.append(_Certificate("sigma_1(W)", evidence.spectral_norm.upper, plain=True))
    found += [_Certificate("sigma_1(W)", bound, plain=True) for bound in evidence.norm_bounds]
    if evidence.perron_radius is not None:
        found.append(_Certificate("rho(|W|)", evidence.perron_radius.upper, plain=False))
    if evidence.scaled_norm is not None:
        found.append(_Certificate("mu_D(W)", evidence.scaled_norm.upper, plain=False))
    graded = [c for c in found if c.bound.graded]
    return sorted(graded, key=lambda c: (c.bound.grade is not Grade.PROVED, c.bound.value))


def _least_certificate(evidence: Evidence) -> _Certificate | None:
    """The largest graded lower bound that no norm of a scaled W goes below."""
    named = (("rho(W)", evidence.spectral_radius), ("mu_D(W)", evidence.scaled_norm))
    bounds = [(name, b.graded_lower) for name, b in named if b is not None]
    found = [_Certificate(name, bound, plain=False) for name, bound in bounds if bound is not None]
    return max(found, key=lambda c: c.bound.value, default=None)


def _certified(evidence: Evidence, certifying: list[_Certificate]) -> Decision:
    best, gain, leak = certifying[0], evidence.gain, evidence.leak
    contraction = gain * best.bound.value
    where = "the 2-norm" if best.plain else "a scaled norm"
    source = "eq. 6" if best.plain else "Theorem B"
    reason = (
        f"gamma * {best.name} <= {gain:.7g} * {at_most(best.bound.value)} = {at_most(contraction)} < 1 "
        f"(upper bound {best.bound.label}, {source}): for every input each step multiplies {where} of the gradient by "
        f"at most {_rate(leak, contraction)}."
    )
    if best.plain:
        return Decision(Verdict.VANISHES, reason)
    plain = next((c for c in certifying if c.plain), None)
    scaled = evidence.scaled_norm
    steps = math.inf
    if plain is None and scaled is not None and below_one(gain, scaled.attained.value):
        steps = scaled.burn_in(gain, leak=leak)
    if scaled is not None and steps < math.inf:
        note = known_burn_in(steps, scaled.log_kappa, gain * scaled.attained.value, scaled.attained.label)
    elif plain is None:
        note = unknown_burn_in(
            "the certificate holds in a norm scaled by some diagonal D that was not computed; "
            "in the 2-norm growth up to max D / min D can come first."
        )
    else:
        note = (
            f"gamma * {plain.name} <= {at_most(gain * plain.bound.value)} < 1 (upper bound {plain.bound.label}, "
            "eq. 6) certifies it too, in the 2-norm from the first step on."
        )
    return Decision(Verdict.VANISHES, reason, (note,))


def _rate(leak: float, contraction: float) -> str:
    """(1 - a) + a * contraction, rounded up; as 1 - x where it is closer to 1 than doubles can tell."""
    rate = contraction if leak == 1.0 else (1.0 - leak) + leak * contraction
    return at_most(rate) if rate < 1.0 else f"1 - {outward(leak * (1.0 - contraction), up=False)}"


def _contained(evidence: Evidence, certificate: _Certificate) -> Decision:
    product = f"{evidence.gain:.7g} * {at_most(certificate.bound.value)}"
    return Decision(
        Verdict.UNDECIDED,
        f"gamma * {certificate.name} <= {product} = 1 (upper bound {certificate.bound.label}, eq. 6): every product of "
        "Jacobians has ||P||_2 <= 1, so gradients cannot explode; as equality is not excluded, vanishing is not proved "
        "either. Slopes that stay below gamma along a trajectory, shown by a JacobianChain, would decide for it.",
    )


def _without_cycle(found: Components, leak: float) -> Decision:
    longest = found.longest_path
    if leak == 1.0:
        consequence = f"every product of more than {longest:,} Jacobians is exactly 0"
    else:
        consequence = f"rho(|W|) = 0 and the leak alone sets the decay, by {_rate(leak, 0.0)} a step"
    return Decision(
        Verdict.VANISHES,
        f"W has no cycle (longest path: {longest:,} edges), so {consequence}, for every input (PROVED, Theorem C).",
        () if leak == 1.0 else (unknown_burn_in("growth along the longest path can come first."),),
    )


def _linear_jacobian(evidence: Evidence) -> str:
    return "W" if evidence.leak == 1.0 else "(1 - a) I + a W"


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
    least = _least_certificate(evidence)
    if least is not None and least.name == "mu_D(W)":
        below = f"gamma * mu_D(W) >= {at_least(gain * least.bound.value)} ({least.bound.label}), below 1"
    elif rho is None:
        below = "rho(W) was not computed"
    elif rho.lower.graded:
        below = f"gamma * rho(W) >= {at_least(gain * rho.lower.value)} ({rho.lower.label}), below 1"
    else:
        below = (
            f"gamma * rho(W) is about {gain * rho.value:.7g}, but its lower bound is an ESTIMATE, which decides nothing"
        )
    notes = _linear_leak_note(evidence)
    if not evidence.linear and rho is not None and below_one(gain, rho.value):
        notes += ("gamma * rho(W) < 1 proves nothing in a nonlinear network.",)
    brackets = (evidence.spectral_norm, rho, evidence.perron_radius, evidence.scaled_norm)
    if any(b is not None and b.status.value == "budget_spent" for b in brackets):
        notes += ("a budget ran out: more products or seconds may narrow the bounds.",)
    return Decision(
        Verdict.UNDECIDED,
        f"{above}; {below}. {_would_decide(evidence)}",
        notes,
    )


def _would_decide(evidence: Evidence) -> str:
    chain = "a JacobianChain along a trajectory decides for that trajectory."
    if evidence.scaled_norm is None:
        return f"Bounds of mu_D(W), the least norm of a scaled W, may decide; {chain}"
    threshold = 1.0 / evidence.gain
    return (
        f"mu_D(W) lies too close to 1 / gamma = {threshold:.7g} to tell at this budget: a smaller rtol and more "
        f"products narrow its bracket; {chain}"
    )
