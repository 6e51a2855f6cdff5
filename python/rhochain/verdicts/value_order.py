"""Values of the quantities of one W in the order that holds between the quantities themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from rhochain.estimates.brackets import Bracket
from rhochain.verdicts.evidence import Evidence

__all__ = ["with_ordered_values"]

_B = TypeVar("_B", bound=Bracket)


def with_ordered_values(evidence: Evidence) -> Evidence:
    """rho <= R / gamma <= mu_D <= sigma_1, rho(|W|) and rho <= w <= sigma_1: a value below one of these moves up to it.

    R takes part without a leak. Bounds stay, and no value exceeds its upper bound: a search that stopped early, or that
    has only ESTIMATEs, leaves a value that another quantity refutes.
    """
    gain, rho = evidence.gain, _value(evidence.spectral_radius)
    growth, rate = evidence.worst_case_growth, rho
    if evidence.leak == 1.0:
        growth = _at_least(growth, gain * rho)
        rate = max(rho, _value(growth) / gain)
    scaled = _at_least(evidence.scaled_norm, rate)
    w = _at_least(evidence.numerical_radius, rho)
    mu = max(rate, _value(scaled))
    return replace(
        evidence,
        worst_case_growth=growth,
        scaled_norm=scaled,
        numerical_radius=w,
        perron_radius=_at_least(evidence.perron_radius, mu),
        spectral_norm=_at_least(evidence.spectral_norm, max(mu, _value(w))),
    )


def _value(bracket: Bracket | None) -> float:
    return 0.0 if bracket is None else bracket.value


def _at_least(bracket: _B | None, least: float) -> _B | None:
    if bracket is None or not bracket.value < least:
        return bracket
    return replace(bracket, value=max(bracket.value, min(least, bracket.upper.value)))
