"""Verdicts for linear networks, whose gradients are multiplied by powers of one matrix whatever the inputs."""

from __future__ import annotations

from rhochain.estimates.brackets import Bound
from rhochain.estimates.burn_in import unknown_burn_in
from rhochain.estimates.comparisons import at_least, at_most, below_one, reaches_one
from rhochain.verdicts.boundary import cannot_explode
from rhochain.verdicts.certificates import least_certificate
from rhochain.verdicts.conclusions import Decision, Verdict
from rhochain.verdicts.evidence import Evidence
from rhochain.verdicts.explosion import steps_to_factor
from rhochain.verdicts.second_attempts import attempted
from rhochain.verdicts.vanishing import vanishes

__all__ = ["decide_linear"]


def decide_linear(evidence: Evidence) -> Decision:
    """The verdict for sigma = identity, with J = (1 - a) I + a W."""
    return vanishes(evidence) or _decays(evidence) or _explodes(evidence) or cannot_explode(evidence) or _open(evidence)


def _decays(evidence: Evidence) -> Decision | None:
    """By rho(W), below 1 with any one leak: rho(J) <= (1 - a) + a rho(W)."""
    rho = evidence.spectral_radius
    if rho is None or rho.graded_upper is None or evidence.leaks is not None:
        return None
    upper = rho.graded_upper
    if not below_one(evidence.gain, upper.value):
        return None
    return Decision(
        Verdict.VANISHES,
        f"the network is linear and rho(W) <= {at_most(upper.value)} < 1 "
        f"(upper bound {upper.label}), so powers of {evidence.jacobian} tend to 0.",
        (unknown_burn_in("a non-normal W can let gradients grow before they decay."),),
    )


def _explodes(evidence: Evidence) -> Decision | None:
    """By a graded lower bound of rho(J) above 1."""
    found: list[Bound] = []
    rho, growth = evidence.spectral_radius, evidence.worst_case_growth
    if evidence.leak == 1.0 and rho is not None and rho.graded_lower is not None:
        found.append(rho.graded_lower)
    if growth is not None and growth.graded_lower is not None:
        found.append(growth.graded_lower)
    best = max(found, key=lambda bound: bound.value, default=None)
    if best is None or not best.value > 1.0:
        return None
    return Decision(
        Verdict.EXPLODES,
        f"the network is linear and {_radius(evidence)} >= {at_least(best.value)} > 1 (lower bound {best.label}), so "
        f"powers of {evidence.jacobian} grow without limit: a gradient along the leading direction by a factor of "
        f"1000 in {steps_to_factor(1000.0, best.value)} steps.",
    )


def _open(evidence: Evidence) -> Decision:
    """Neither decay nor growth nor a norm of 1."""
    least = least_certificate(evidence)
    notes = _power_growth(evidence)
    bracket, tried = _known_radius(evidence), attempted(evidence.second_attempts)
    if least is not None and reaches_one(evidence.gain, least.bound.value):
        return Decision(
            Verdict.EXPLOSION_NOT_EXCLUDED,
            f"the network is linear, its gradients are multiplied by powers of {evidence.jacobian}, and "
            f"{least.name} >= {at_least(least.bound.value)} (lower bound {least.bound.label}): no norm of a scaled "
            f"W is below 1. {bracket}, and no bound shows it below or above 1{tried}: powers may decay, stay bounded "
            "or grow.",
            notes,
        )
    if _budget_ran_out(evidence):
        notes += ("a budget ran out: more products or seconds may narrow the bounds.",)
    return Decision(
        Verdict.UNDECIDED,
        f"the network is linear, its gradients are multiplied by powers of {evidence.jacobian}, and its spectral "
        f"radius decides, whatever the inputs. {bracket}: no graded bound is below or above 1{tried}"
        f"{_ungraded(evidence)}.",
        notes,
    )


def _ungraded(evidence: Evidence) -> str:
    """What keeps a radius above 1 from deciding, as the end of a sentence."""
    bracket = evidence.worst_case_growth if evidence.leak != 1.0 else evidence.spectral_radius
    if bracket is None or bracket.lower.graded or not bracket.lower.value > 1.0:
        return ""
    proof = ": give the entries of W and it may be PROVED" if evidence.components is None else ""
    return f"; the lower one is above 1 but an ESTIMATE, which decides nothing{proof}"


def _known_radius(evidence: Evidence) -> str:
    """What is known of rho(J), as the beginning of a sentence."""
    bracket = evidence.worst_case_growth if evidence.leak != 1.0 else evidence.spectral_radius
    if bracket is None:
        return f"{_radius(evidence)} was not computed"
    lower, upper = bracket.lower, bracket.upper
    return (
        f"{_radius(evidence)} lies between {at_least(lower.value)} ({lower.label}) and {at_most(upper.value)} "
        f"({upper.label})"
    )


def _power_growth(evidence: Evidence) -> tuple[str, ...]:
    bound = evidence.power_growth
    if bound is None or not (bound.graded and bound.value > 1.0):
        return ()
    return (
        f"some power of {evidence.jacobian} has a 2-norm of at least {at_least(bound.value)} ({bound.label}, "
        "growth_factor), whatever becomes of later ones.",
    )


def _budget_ran_out(evidence: Evidence) -> bool:
    brackets = (evidence.spectral_norm, evidence.spectral_radius, evidence.perron_radius, evidence.scaled_norm)
    return any(b is not None and b.status.value == "budget_spent" for b in brackets)


def _radius(evidence: Evidence) -> str:
    return "rho(W)" if evidence.leak == 1.0 else f"the spectral radius of {evidence.jacobian}"
