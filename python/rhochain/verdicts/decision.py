"""From bounds to a verdict for every input. Only PROVED and PROBABLE bounds count, an ESTIMATE decides nothing."""

from __future__ import annotations

from rhochain.estimates.brackets import Status
from rhochain.estimates.comparisons import at_least, at_most, below_one, reaches_one
from rhochain.verdicts.boundary import cannot_explode
from rhochain.verdicts.certificates import Certificate, certificates, least_certificate
from rhochain.verdicts.conclusions import Decision, Verdict
from rhochain.verdicts.evidence import Evidence
from rhochain.verdicts.explosion import explodes_for_some_slopes
from rhochain.verdicts.linear_networks import decide_linear
from rhochain.verdicts.second_attempts import attempted
from rhochain.verdicts.vanishing import vanishes

__all__ = ["decide"]


def decide(evidence: Evidence) -> Decision:
    """The first verdict that holds, in the order of `Verdict` (docs/theory/21-verdicts.md)."""
    if evidence.linear:
        return decide_linear(evidence)
    return (
        vanishes(evidence)
        or explodes_for_some_slopes(evidence)
        or cannot_explode(evidence)
        or _not_excluded(evidence)
        or _undecided(evidence)
    )


def _not_excluded(evidence: Evidence) -> Decision | None:
    """No norm certifies."""
    least = least_certificate(evidence)
    if least is None or not reaches_one(evidence.gain, least.bound.value):
        return None
    return Decision(
        Verdict.EXPLOSION_NOT_EXCLUDED,
        f"every norm c of a scaled W is at least {least.name} >= {at_least(least.bound.value)} "
        f"(lower bound {least.bound.label}), so gamma * c >= {at_least(evidence.gain * least.bound.value)}: "
        f"no condition of this kind can certify W. {_worst_case(evidence)}Whether gradients explode depends on the "
        "slopes, and so on the inputs; a JacobianChain along a trajectory decides for that trajectory.",
    )


def _worst_case(evidence: Evidence) -> str:
    """What is known of R(W), as sentences."""
    growth = evidence.worst_case_growth
    if growth is None:
        return ""
    lower, upper = growth.lower, growth.upper
    return (
        f"The growth rate R(W) under the worst {evidence.slopes_in_words} lies between {at_least(lower.value)} "
        f"({lower.label}) and {at_most(upper.value)} ({upper.label}) a step: no slopes are known that make gradients "
        "explode, and no bound excludes them. "
    )


def _undecided(evidence: Evidence) -> Decision:
    gain, rho = evidence.gain, evidence.spectral_radius
    best = min(certificates(evidence), key=lambda c: c.bound.value, default=None)
    notes: tuple[str, ...] = ()
    if rho is not None and below_one(gain, rho.value):
        notes += ("gamma * rho(W) < 1 proves nothing in a nonlinear network.",)
    growth = evidence.worst_case_growth
    brackets = (evidence.spectral_norm, rho, evidence.perron_radius, evidence.scaled_norm, growth)
    if any(b is not None and b.status.value == "budget_spent" for b in brackets):
        notes += ("a budget ran out: more products or seconds may narrow the bounds.",)
    return Decision(
        Verdict.UNDECIDED,
        f"{_worst_case(evidence)}{_above(evidence, best)}; {_below(evidence)}. {_would_decide(evidence)}",
        notes,
    )


def _above(evidence: Evidence, best: Certificate | None) -> str:
    if best is None:
        return "No upper bound of a norm is graded"
    return (
        f"The best norm is gamma * {best.name} <= {at_most(evidence.gain * best.bound.value)} ({best.bound.label}), "
        "not below 1"
    )


def _below(evidence: Evidence) -> str:
    gain, rho, least = evidence.gain, evidence.spectral_radius, least_certificate(evidence)
    if least is not None and least.name == "mu_D(W)":
        return f"gamma * mu_D(W) >= {at_least(gain * least.bound.value)} ({least.bound.label}), below 1"
    if rho is None:
        return "rho(W) was not computed"
    if rho.lower.graded:
        return f"gamma * rho(W) >= {at_least(gain * rho.lower.value)} ({rho.lower.label}), below 1"
    return f"gamma * rho(W) is about {gain * rho.value:.7g}, but its lower bound is an ESTIMATE, which decides nothing"


def _would_decide(evidence: Evidence) -> str:
    chain = "a JacobianChain along a trajectory decides for that trajectory."
    scaled = evidence.scaled_norm
    if scaled is None:
        return f"Bounds of mu_D(W), the least norm of a scaled W, may decide; {chain}"
    if not scaled.lower.graded and not below_one(evidence.gain, scaled.value):
        return (
            f"mu_D(W) is about {scaled.value:.7g}, not below 1 / gamma, but its lower bound is an ESTIMATE: give the "
            f"entries of W and it can be PROVED; {chain}"
        )
    place = f"1 / gamma = {1.0 / evidence.gain:.7g}"
    if scaled.status is Status.BUDGET_SPENT:
        return f"mu_D(W) lies too close to {place} to tell at this budget: more products narrow its bracket; {chain}"
    return f"mu_D(W) cannot be distinguished from {place}{attempted(evidence.second_attempts)}; {chain}"
