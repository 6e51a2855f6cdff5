"""The text for a paper names what was run and its sources, and every source has its entry."""

import re

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc
from rhochain.reports.citations import bibtex, in_text, sources

A = np.array([[0.0, 10.0], [-0.012, 1.1]])


def entries(text):
    return dict(re.findall(r"^@(\w+)\{(\w+),\n(?:  \w+ = \{.*\},\n)+\}$", text, re.MULTILINE))


@pytest.mark.parametrize("W", [A, 0.5 * np.eye(3), sparse.random(200, 200, 0.05, random_state=1) * 0.3])
def test_a_paragraph_has_quantities_grades_and_options(W):
    report = rc.check(W, activation="tanh", rtol=1e-2, delta=1e-6, seed=11)
    text = report.methods()
    assert "\n" not in text
    for words in (f"rhochain {rc.__version__}", "rtol 0.01", "delta 1e-06", "seed 11", "tanh", str(report.verdict)):
        assert words in text
    assert report.reason in text
    for name, bracket in (("rho(W)", report.spectral_radius), ("sigma_1(W)", report.spectral_norm)):
        assert re.search(re.escape(name) + r", \S+ \(" + re.escape(bracket.lower.label), text)
    keys = re.findall(r"@\w+\{(\w+),", report.citations())
    assert keys[0] == "pascanu2013"
    assert keys[-1] == "rhochain"
    assert all(in_text([key]) in text for key in keys[:-1])


def test_sources_follow_from_what_the_bounds_rest_on():
    def bracket(source, grade=rc.Grade.PROVED):
        bound = rc.Bound(1.0, grade, None, source)
        return rc.Bracket(1.0, bound, bound, rc.Status.CONVERGED)

    assert sources([]) == ["pascanu2013"]
    assert sources([("rho(|W|)", bracket("Collatz-Wielandt"))]) == ["pascanu2013", "collatz1942", "wielandt1950"]
    assert sources([("rho(W)", bracket("powers of a random start"))]) == ["pascanu2013", "dixon1983"]
    assert sources([("sigma_1(W)", bracket("Golub-Kahan from a random start"))]) == ["pascanu2013", "kuczynski1992"]
    assert "doyle1982" in sources([("mu_D(W)", bracket("anything"))])


def test_what_the_core_names_is_known():
    """A random sparse W has its upper bounds by random starts."""
    W = sparse.random(300, 300, 0.03, random_state=3, data_rvs=np.random.default_rng(3).standard_normal)
    keys = sources([("rho(W)", rc.spectral_radius(W)), ("sigma_1(W)", rc.spectral_norm(W))])
    assert {"dixon1983", "kuczynski1992"} <= set(keys)


def test_every_source_has_a_complete_entry():
    from rhochain.reports.citations import _IN_TEXT

    text = bibtex(_IN_TEXT)
    found = re.findall(r"@(\w+)\{(\w+),\n((?:  \w+ = \{.*\},\n)+)\}", text)
    assert [key for _, key, _ in found] == [*_IN_TEXT, "rhochain"]
    for kind, key, fields in found:
        named = dict(re.findall(r"  (\w+) = \{(.*)\},\n", fields))
        assert {"author", "title"} <= set(named), key
        assert text.count("{") == text.count("}")
        if kind == "article":
            assert {"journal", "year", "pages"} <= set(named), key
        if key != "rhochain":
            assert named["year"] in _IN_TEXT[key]
    assert rc.__version__ in text


def test_a_chain_has_its_own_paragraph():
    chain = rc.JacobianChain(A, slopes=np.full((30, 2), 0.5))
    report = rc.check_chain(chain)
    assert "The product P of 30 Jacobians, 2 x 2 along one trajectory" in report.methods()
    assert str(report.verdict) in report.methods()
    assert report.citations().startswith("@inproceedings{pascanu2013,")
