"""What holds for every answer of `worst_case_growth`."""

from __future__ import annotations

import growth_cases as cases
import numpy as np
from growth_oracle import radii, simulated_rate

import rhochain as rc

ROUNDING = 1e-9
MODELS = {
    "tanh": ("tanh", 1.0),
    "leaky_relu:0.5": ("leaky_relu:0.5", 1.0),
    "gelu": ("gelu", 1.0),
    "sigmoid": ("sigmoid", 1.0),
    "tanh, leak 0.5": ("tanh", 0.5),
    "gelu, leak 0.3": ("gelu", 0.3),
}


def model_of(name):
    activation, leak = MODELS[name]
    lo, hi = rc.activation(activation).slope_range
    return {"lo": lo, "hi": hi, "leak": leak}


def solve(W, name="tanh", **options):
    activation, leak = MODELS[name]
    return rc.worst_case_growth(W, activation, leak=leak, **options)


def dense_rate(W, g):
    """rho of the witness's product ^ (1/p), from dense eigenvalues."""
    W, log = cases.dense(W), 0.0
    product = np.eye(len(W))
    for slopes in g.slopes:
        product = (1 - g.leak) * product + g.leak * (W * slopes) @ product
        norm = np.linalg.norm(product)
        product, log = product / norm, log + np.log(norm)
    return float(np.exp((log + np.log(radii(product))) / len(g.slopes)))


def assert_honest(W, g):
    """What holds for every answer: order and grades, a witness behind the lower end, no cycle above the upper end."""
    lo, hi = g.slope_range
    assert 0 <= g.lower.value <= g.value <= g.upper.value
    # Equal slopes with a leak: R is the radius of one map, whose lower end may be an estimate (`spectral_radius`).
    if lo != hi or g.leak == 1:
        assert g.lower.graded
    assert g.upper.graded
    assert g.active.dtype == bool
    assert g.active.shape[1:] == (W.shape[0],)
    assert ((g.slopes == lo) | (g.slopes == hi)).all()
    if len(g.active) == 0:
        assert g.lower.value <= 1 - g.leak
    elif g.lower.value > 0:
        rate = dense_rate(W, g) if W.shape[0] <= 320 else simulated_rate(W, g.slopes, g.leak)
        assert rate >= g.lower.value * (1 - ROUNDING)
        assert rate <= g.upper.value * (1 + ROUNDING)
    if g.vanishes_below is not None and g.explodes_above is not None:
        assert g.vanishes_below.value <= g.explodes_above.value * (1 + ROUNDING)
