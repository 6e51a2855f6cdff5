"""The verdict follows from graded bounds alone, and its sentence names them."""

import re

import numpy as np
import pytest

import rhochain as rc
from rhochain.estimates.comparisons import at_least, at_most, below_one, reaches_one
from rhochain.verdicts.decision import decide
from rhochain.verdicts.evidence import Evidence

PROVED, PROBABLE, ESTIMATE = rc.Grade.PROVED, rc.Grade.PROBABLE, rc.Grade.ESTIMATE
V = rc.Verdict


def bracket(lower, upper, grades=(PROVED, PROVED), value=None):
    low, high = (
        rc.Bound(x, grade, 1e-9 if grade is PROBABLE else None, "by hand")
        for x, grade in zip((lower, upper), grades, strict=True)
    )
    return rc.Bracket((lower + upper) / 2 if value is None else value, low, high, rc.Status.BRACKETED)


def evidence(rho, sigma, perron, *, gain=1.0, leak=1.0, linear=False, norm_bounds=()):
    return Evidence(gain, leak, linear, rc.Components(2, 1, -1, np.zeros(2, np.int64)), rho, sigma, perron, norm_bounds)


WIDE = bracket(0.5, 1.5)
DECISIONS = {
    "sigma_1 proved": (evidence(WIDE, bracket(0.8, 0.9), bracket(1.0, 1.1)), V.VANISHES, "0.9 < 1 .*PROVED, eq. 6"),
    "sigma_1 probable": (
        evidence(WIDE, bracket(0.8, 0.9, (PROVED, PROBABLE)), bracket(1.0, 1.1)),
        V.VANISHES,
        r"PROBABLE\(1e-09\), eq. 6",
    ),
    "proved before probable": (
        evidence(WIDE, bracket(0.8, 0.9, (PROVED, PROBABLE)), bracket(0.9, 0.95)),
        V.VANISHES,
        r"rho\(\|W\|\) <= 1 \* 0.95 = 0.95 < 1 \(upper bound PROVED, Theorem B\)",
    ),
    "a norm": (
        evidence(WIDE, bracket(0.8, 1.2), bracket(1, 2), norm_bounds=(rc.Bound(0.99, PROVED, None, "||W||_F"),)),
        V.VANISHES,
        "0.99 < 1",
    ),
    "gain": (evidence(WIDE, bracket(3.0, 3.9), bracket(4, 5), gain=0.25), V.VANISHES, r"0.25 \* 3.9 = 0.975"),
    "leak": (evidence(WIDE, bracket(0.5, 0.5), bracket(1, 2), leak=0.5), V.VANISHES, "at most 0.75"),
    "an estimate certifies nothing": (
        evidence(bracket(0.1, 0.2), bracket(0.8, 0.9, (PROVED, ESTIMATE)), None),
        V.UNDECIDED,
        "No upper bound of a norm is graded",
    ),
    "rho < 1 certifies nothing": (
        evidence(bracket(0.1, 0.2), bracket(2, 2.1), bracket(1, 1.1)),
        V.UNDECIDED,
        r"gamma \* rho\(\|W\|\) <= 1.1 \(PROVED\), not below 1",
    ),
    "rho estimated above 1": (
        evidence(bracket(1.2, 1.3, (ESTIMATE, PROBABLE)), bracket(2, 2.1), bracket(2, 3)),
        V.UNDECIDED,
        "ESTIMATE, which decides nothing",
    ),
    "rho proved above 1": (
        evidence(bracket(1.2, 1.3), bracket(2, 2.1), bracket(2, 3)),
        V.EXPLODES_FOR_SOME_SLOPES,  # all slopes at gamma
        r"R\(W\) >= gamma \* rho\(W\) >= 1.2 > 1 .*the largest slope, 1, in every neuron",
    ),
    "rho times gain": (
        evidence(bracket(3.0, 3.5), bracket(5, 6), bracket(5, 6), gain=0.25),
        V.UNDECIDED,
        r"gamma \* rho\(W\) >= 0.75 \(PROVED\), below 1",
    ),
    "linear, rho < 1": (
        evidence(bracket(0.8, 0.9, (ESTIMATE, PROBABLE)), bracket(2, 2.1), bracket(1, 1.1), linear=True),
        V.VANISHES,
        r"linear and rho\(W\) <= 0.9 < 1 \(upper bound PROBABLE\(1e-09\)\)",
    ),
    "linear, rho < 1 estimated": (
        evidence(bracket(0.8, 0.9, (ESTIMATE, ESTIMATE)), bracket(2, 2.1), bracket(1, 1.1), linear=True),
        V.UNDECIDED,
        "",
    ),
    "linear, rho > 1": (
        evidence(bracket(1.1, 1.2), bracket(2, 2.1), bracket(1.1, 1.2), linear=True),
        V.EXPLODES,
        r"linear and rho\(W\) >= 1.1 > 1 \(lower bound PROVED\)",
    ),
    "linear, rho = 1": (
        evidence(bracket(1.0, 1.0), bracket(2, 2.1), bracket(1.1, 1.2), linear=True),
        V.EXPLOSION_NOT_EXCLUDED,
        "",
    ),
    "linear with a leak": (
        evidence(bracket(1.1, 1.2), bracket(2, 2.1), bracket(1.1, 1.2), linear=True, leak=0.1),
        V.EXPLOSION_NOT_EXCLUDED,
        "",
    ),
    "sigma_1 = 1": (
        evidence(bracket(1.0, 1.0), bracket(1.0, 1.0), bracket(1.0, 1.0)),
        V.CANNOT_EXPLODE,
        r"gamma \* sigma_1\(W\) <= 1 \(upper bound PROVED\).*\|\|P\|\|_2 <= 1, so gradients cannot explode",
    ),
    "gamma sigma_1 = 1 by one of the norms": (
        evidence(WIDE, bracket(1.9, 2.1), None, norm_bounds=(rc.Bound(2.0, PROVED, None, "exact"),), gain=0.5),
        V.CANNOT_EXPLODE,
        r"gamma \* sigma_1\(W\) <= 1 \(upper bound PROVED\)",
    ),
    "sigma_1 a rounding above 1": (
        evidence(bracket(1.0, 1.0), bracket(1.0, 1 + 2**-52), bracket(1.0, 1.0)),
        V.CANNOT_EXPLODE,
        r"\(1 \+ 2.3e-16\)\^K, growth by less than 1 % over the first 4.5e\+13 steps",
    ),
    "linear with a leak, rho < 1": (
        evidence(bracket(0.8, 0.9), bracket(2, 2.1), bracket(1, 1.1), linear=True, leak=0.5),
        V.VANISHES,
        r"powers of \(1 - a\) I \+ a W tend to 0",
    ),
    "a leak that doubles cannot tell from 0": (
        evidence(WIDE, bracket(0.5, 0.5), bracket(1, 2), leak=1e-17),
        V.VANISHES,
        "by at most 1 - 5e-18",
    ),
    "without entries": (evidence(WIDE, bracket(0.8, 0.9), None), V.VANISHES, "eq. 6"),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_decision(case):
    found, verdict, words = DECISIONS[case]
    decision = decide(found)
    assert decision.verdict is verdict
    assert re.search(words, decision.reason), decision.reason


def test_products_with_the_gain_are_judged_exactly():
    gain, just_below = 1 / 3, 3 * (1 - 2**-53)
    assert below_one(gain, just_below) == (gain * just_below < 1)
    assert reaches_one(1.0, 1.0)
    assert gain * 3.0 == 1.0  # rounded: 1/3 as stored is less than a third
    assert not reaches_one(gain, 3.0)


def test_sentences_claim_no_more_than_the_bounds():
    assert (at_most(0.5), at_least(0.5)) == ("0.5", "0.5")
    assert (at_most(1 / 3), at_least(1 / 3)) == ("0.3333334", "0.3333333")
    assert (at_most(1 - 1e-12), at_least(1 + 1e-12)) == (repr(1 - 1e-12), repr(1 + 1e-12))


def test_no_decay_is_printed_as_none():
    acyclic = Evidence(1.0, 1e-17, False, rc.Components(2, 0, 1, np.zeros(2, np.int64)), WIDE, WIDE, WIDE)
    assert "by 1 - 1e-17 a step" in decide(acyclic).reason
