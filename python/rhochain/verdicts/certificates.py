"""Norms c of W, or of a scaled W, that certify vanishing by gain * c < 1."""

from __future__ import annotations

from dataclasses import dataclass

from rhochain.estimates.brackets import Bound, Grade
from rhochain.verdicts.evidence import Evidence

__all__ = ["Certificate", "certificates", "least_certificate"]


@dataclass(frozen=True)
class Certificate:
    """A graded bound of a norm, or of the infimum of some."""

    name: str
    bound: Bound
    plain: bool  # the 2-norm without a scaling: no burn-in


def certificates(evidence: Evidence) -> list[Certificate]:
    """The graded upper bounds, PROVED first, the smaller first."""
    found = []
    if evidence.spectral_norm is not None:
        found.append(Certificate("sigma_1(W)", evidence.spectral_norm.upper, plain=True))
    found += [Certificate("sigma_1(W)", bound, plain=True) for bound in evidence.norm_bounds]
    if evidence.perron_radius is not None:
        found.append(Certificate("rho(|W|)", evidence.perron_radius.upper, plain=False))
    if evidence.scaled_norm is not None:
        found.append(Certificate("mu_D(W)", evidence.scaled_norm.upper, plain=False))
    graded = [c for c in found if c.bound.graded]
    return sorted(graded, key=lambda c: (c.bound.grade is not Grade.PROVED, c.bound.value))


def least_certificate(evidence: Evidence) -> Certificate | None:
    """The largest graded lower bound that no norm of a scaled W goes below."""
    named = (("rho(W)", evidence.spectral_radius), ("mu_D(W)", evidence.scaled_norm))
    bounds = [(name, b.graded_lower) for name, b in named if b is not None]
    found = [Certificate(name, bound, plain=False) for name, bound in bounds if bound is not None]
    return max(found, key=lambda c: c.bound.value, default=None)
