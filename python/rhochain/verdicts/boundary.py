"""CANNOT_EXPLODE: gain * ||D W D^-1||_p is 1 up to rounding for a known D, and growth stays at that level."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Context
from fractions import Fraction

import numpy as np

from rhochain.estimates.brackets import Bound
from rhochain.estimates.comparisons import at_most
from rhochain.verdicts.conclusions import Decision, Verdict
from rhochain.verdicts.evidence import Evidence

__all__ = ["cannot_explode"]

# ||P|| <= kappa (1 + eta)^K, and a larger eta is no rounding.
_LARGEST_EXCESS = 1e-9
_GROWTH = 1.01


@dataclass(frozen=True)
class _Norm:
    name: str
    where: str  # the norm of a product P
    bound: Bound
    log_kappa: float
    remark: str


def cannot_explode(evidence: Evidence) -> Decision | None:
    """The decision, if a norm of W under one finite D says so; it excludes growth of P beyond max D / min D."""
    found = [(n, _excess(evidence.gain, n.bound.value)) for n in _norms(evidence) if n.bound.graded]
    near = [(n, eta) for n, eta in found if eta <= _LARGEST_EXCESS]
    if not near:
        return None
    norm, eta = min(near, key=lambda pair: (pair[0].log_kappa, pair[1]))
    weights = _log_kappa_of_leaks(evidence, norm.where)
    norm = replace(norm, log_kappa=norm.log_kappa + weights)
    scale = "" if norm.log_kappa == 0.0 else f"{at_most(_exponential(norm.log_kappa))} * "
    one = "1" if eta == 0.0 else f"1 + {_few_digits(eta)}"
    growth = f"||P||_{norm.where} <= {scale}" + ("1" if eta == 0.0 else f"({one})^K")
    horizon = ""
    if eta > 0.0:
        steps = math.log(_GROWTH) / ((evidence.leak if evidence.leaks is None else 1.0) * eta)
        horizon = f", growth by less than 1 % over the first {_count(steps)} steps"
    factor = "the factor max D / min D" if weights == 0.0 else "this factor, which the leaks are part of"
    kept = "" if norm.log_kappa == 0.0 else f" beyond {factor}"
    return Decision(
        Verdict.CANNOT_EXPLODE,
        f"gamma * {norm.name} <= {one} (upper bound {norm.bound.label}): every product P of K Jacobians has "
        f"{growth}{horizon}, so gradients cannot explode{kept}.{norm.remark} As equality is not excluded, vanishing is "
        "not proved either.",
    )


def _norms(evidence: Evidence) -> list[_Norm]:
    """All with one D on the whole of W. An infimum over D, or one for each component, proves nothing here."""
    found = []
    if evidence.spectral_norm is not None:
        found.append(_Norm("sigma_1(W)", "2", evidence.spectral_norm.upper, 0.0, ""))
    found += [_Norm("sigma_1(W)", "2", bound, 0.0, "") for bound in evidence.norm_bounds]
    if evidence.inf_norm is not None:
        remark = (
            " Gradients travel by P^T, so it is their 1-norm that this bounds; their 2-norm up to a factor sqrt(n)."
        )
        found.append(_Norm("||W||_inf", "inf", evidence.inf_norm, 0.0, remark))
    if evidence.one_norm is not None:
        remark = (
            " Gradients travel by P^T, so it is their largest entry that this bounds; their 2-norm up to a factor "
            "sqrt(n)."
        )
        found.append(_Norm("||W||_1", "1", evidence.one_norm, 0.0, remark))
    scaled = evidence.scaled_norm
    if scaled is not None:
        found.append(_Norm("||D W D^-1||_2", "2", scaled.attained, scaled.log_kappa, ""))
    return found


def _log_kappa_of_leaks(evidence: Evidence, where: str) -> float:
    """ln kappa of the weights a^(-1/p) under which a step has a p-norm up to 1 + eta (docs/theory/27-leaks.md)."""
    if evidence.leaks is None or where == "inf":
        return 0.0
    return float(np.ptp(np.log(evidence.leaks))) / (2.0 if where == "2" else 1.0) * (1.0 + 2.0**-40)


def _excess(gain: float, bound: float) -> float:
    """gain * bound - 1, at least 0, rounded up."""
    if not bound < math.inf:
        return math.inf
    exact = Fraction(gain) * Fraction(bound) - 1
    if exact <= 0:
        return 0.0
    if exact > Fraction(sys.float_info.max):
        return math.inf
    near = float(exact)
    return near if Fraction(near) >= exact else math.nextafter(near, math.inf)


def _exponential(x: float) -> float:
    return math.exp(x) if x < 709.0 else math.inf


def _few_digits(eta: float) -> str:
    return f"{float(Context(prec=2, rounding=ROUND_CEILING).create_decimal(eta)):.2g}"


def _count(steps: float) -> str:
    return f"{math.floor(steps):,}" if steps < 1e9 else f"{steps:.1e}"
