"""VANISHES for every input: the sentence, and how long gradients may grow before."""

from __future__ import annotations

import math

from rhochain.estimates.burn_in import known_burn_in, steps_of_burn_in, steps_to_decay, unknown_burn_in
from rhochain.estimates.comparisons import at_most, below_one, outward
from rhochain.estimates.spectra import Components
from rhochain.verdicts.certificates import Certificate, certificates
from rhochain.verdicts.conclusions import Decision, Verdict
from rhochain.verdicts.evidence import Evidence

__all__ = ["needs_burn_in", "vanishes"]


def vanishes(evidence: Evidence) -> Decision | None:
    """By the structure of W, by a norm of a scaled W, or by the numerical radius of one; None if nothing certifies."""
    found = evidence.components
    if found is not None and found.cyclic == 0:
        return _without_cycle(found, evidence.leak)
    certifying = _certifying(evidence)
    if certifying:
        return _with_long_run(evidence, _certified(evidence, certifying), certifying[0])
    return _by_numerical_radius(evidence) or _by_worst_case(evidence)


def needs_burn_in(evidence: Evidence, decision: Decision) -> bool:
    """Whether a scaling would say when a certified decay sets in: no certificate holds in the plain 2-norm."""
    acyclic = evidence.components is not None and evidence.components.cyclic == 0
    if decision.verdict is not Verdict.VANISHES or acyclic or evidence.linear:
        return False
    return not any(_in_two_norm(evidence, c) for c in _certifying(evidence)) and _by_numerical_radius(evidence) is None


def _certifying(evidence: Evidence) -> list[Certificate]:
    return [c for c in certificates(evidence) if below_one(evidence.gain, c.bound.value)]


def _in_two_norm(evidence: Evidence, certificate: Certificate) -> bool:
    """Leaks that differ weigh the norm, as a scaling does."""
    return certificate.plain and evidence.leaks is None


def _without_cycle(found: Components, leak: float) -> Decision:
    longest = found.longest_path
    edges = "1 edge" if longest == 1 else f"{longest:,} edges"
    cause = "W is 0" if longest == 0 else f"W has no cycle (longest path: {edges})"
    if leak != 1.0:
        consequence = f"rho(|W|) = 0 and the leak alone sets the decay, by {_rate(leak, 0.0)} a step"
    elif longest == 0:
        consequence = "every Jacobian is exactly 0"
    else:
        consequence = f"every product of {longest + 1:,} or more Jacobians is exactly 0"
    at_once = leak == 1.0 or longest == 0
    return Decision(
        Verdict.VANISHES,
        f"{cause}, so {consequence}, for every input (PROVED, Theorem C).",
        () if at_once else (unknown_burn_in("growth along the longest path can come first."),),
    )


def _certified(evidence: Evidence, certifying: list[Certificate]) -> Decision:
    best, gain, leak = certifying[0], evidence.gain, evidence.leak
    contraction = gain * best.bound.value
    plain = next((c for c in certifying if _in_two_norm(evidence, c)), None)
    where = "the 2-norm" if best is plain else "a scaled norm"
    source = "eq. 6" if best is plain else "Theorem B" if evidence.leaks is None else "Theorem G"
    whenever = "each step" if evidence.linear else "for every input each step"
    reason = (
        f"gamma * {best.name} <= {gain:.7g} * {at_most(best.bound.value)} = {at_most(contraction)} < 1 "
        f"(upper bound {best.bound.label}, {source}): {whenever} multiplies {where} of the gradient by "
        f"at most {_rate(leak, contraction)}."
    )
    if best is plain:
        return Decision(Verdict.VANISHES, reason)
    if plain is not None:
        note = (
            f"gamma * {plain.name} <= {at_most(gain * plain.bound.value)} < 1 (upper bound {plain.bound.label}, "
            "eq. 6) certifies it too, in the 2-norm from the first step on."
        )
        return Decision(Verdict.VANISHES, reason, (note,))
    dated = _dated(evidence)
    if dated is None:
        dated = unknown_burn_in(
            "the certificate holds in a norm scaled by some diagonal D that was not computed; "
            "in the 2-norm growth up to max D / min D can come first."
        )
    return Decision(Verdict.VANISHES, reason, (dated,))


def _with_long_run(evidence: Evidence, decision: Decision, certificate: Certificate) -> Decision:
    """With a note on the rate, where R(W) is known to be clearly below what the norm allows."""
    growth = evidence.worst_case_growth
    allowed = (1.0 - evidence.leak) + evidence.leak * evidence.gain * certificate.bound.value
    if evidence.linear or growth is None or growth.graded_upper is None or growth.graded_upper.value > 0.99 * allowed:
        return decision
    upper = growth.graded_upper
    note = (
        f"in the long run gradients shrink faster: R(W) <= {at_most(upper.value)} a step under any "
        f"{evidence.slopes_in_words} (upper bound {upper.label})."
    )
    return Decision(decision.verdict, decision.reason, (*decision.notes, note))


def _dated(evidence: Evidence) -> str | None:
    """The burn-in by the scaling at hand, or by the numerical radius."""
    gain, leak, scaled = evidence.gain, evidence.leak, evidence.scaled_norm
    if evidence.leaks is not None:
        return _dated_with_leaks(evidence)
    if scaled is not None and below_one(gain, scaled.attained.value):
        steps = scaled.burn_in(gain, leak=leak)
        if steps < math.inf:
            return known_burn_in(steps, scaled.log_kappa, gain * scaled.attained.value, scaled.attained.label)
    plain = _by_numerical_radius(evidence)
    return None if plain is None else plain.notes[0]


def _dated_with_leaks(evidence: Evidence) -> str | None:
    """The shortest burn-in by Theorem G, for D = I or the scaling at hand."""
    found = [(0.0, c.bound) for c in _certifying(evidence) if c.plain]
    scaled = evidence.scaled_norm
    if scaled is not None and below_one(evidence.gain, scaled.attained.value):
        found.append((scaled.log_kappa, scaled.attained))
    dates = []
    for of_scaling, bound in found:
        contraction = evidence.gain * bound.value
        log_kappa = of_scaling + evidence.log_kappa_of_leaks(contraction)
        steps = steps_of_burn_in(log_kappa, bound.value, evidence.gain, evidence.leak)
        dates.append((steps, log_kappa, bound.label))
    steps, log_kappa, label = min(dates, default=(math.inf, 0.0, ""))
    if steps == math.inf:
        return None
    kappa = math.exp(log_kappa) if log_kappa < 709.0 else math.inf
    return (
        f"burn-in: growth by up to {at_most(kappa)} can come first; after {math.ceil(steps):,} steps every product is "
        f"below 1 in the 2-norm ({label}, Theorem G)."
    )


def _by_numerical_radius(evidence: Evidence) -> Decision | None:
    """Theorem E with D = I; with a leak Theorem F, for a numerical range within the disc of radius w."""
    w, gain, leak = evidence.numerical_radius, evidence.gain, evidence.leak
    if w is None or w.graded_upper is None or evidence.slopes[0] < 0.0 or evidence.leaks is not None:
        return None
    bound = w.graded_upper
    if not below_one(gain, bound.value):
        return None
    contraction = gain * bound.value
    rate = (1.0 - leak) + leak * contraction
    if rate >= 1.0:
        return None
    factor = 2.0 / (1.0 - (1.0 - leak) / rate)
    steps = steps_to_decay(factor, rate)
    return Decision(
        Verdict.VANISHES,
        f"gamma * w(W) <= {gain:.7g} * {at_most(bound.value)} = {at_most(contraction)} < 1 (upper bound {bound.label}, "
        f"Theorem {'E' if leak == 1.0 else 'F'}) for the numerical radius w of W and {evidence.slopes_in_words}: for "
        f"every input K steps multiply the gradient by at most {at_most(factor)} * {_rate(leak, contraction)}^K.",
        (
            f"burn-in: growth by up to {at_most(factor)} can come first; after {steps:,} steps every product is below "
            f"1 in the 2-norm ({bound.label}, numerical radius).",
        ),
    )


def _by_worst_case(evidence: Evidence) -> Decision | None:
    """By the upper end of R(W)."""
    growth = evidence.worst_case_growth
    if growth is None or growth.graded_upper is None or not growth.graded_upper.value < 1.0:
        return None
    upper = growth.graded_upper
    if evidence.linear:
        return Decision(
            Verdict.VANISHES,
            f"the network is linear and the spectral radius of {evidence.jacobian} is at most {at_most(upper.value)} "
            f"< 1 (upper bound {upper.label}, {upper.source}), so its powers tend to 0.",
            (unknown_burn_in("a non-normal W can let gradients grow before they decay."),),
        )
    dated = _dated(evidence)
    if dated is None:
        dated = unknown_burn_in(
            "the rate holds in a norm that depends on W; in the 2-norm growth by a constant factor can come first."
        )
    return Decision(
        Verdict.VANISHES,
        f"R(W) <= {at_most(upper.value)} < 1 (upper bound {upper.label}, {upper.source}): under any "
        f"{evidence.slopes_in_words}, whatever the inputs, gradients shrink at least by this factor a step in the long "
        "run.",
        (dated,),
    )


def _rate(leak: float, contraction: float) -> str:
    """(1 - a) + a * contraction, rounded up; as 1 - x where it is closer to 1 than doubles can tell."""
    rate = contraction if leak == 1.0 else (1.0 - leak) + leak * contraction
    return at_most(rate) if rate < 1.0 else f"1 - {outward(leak * (1.0 - contraction), up=False)}"
