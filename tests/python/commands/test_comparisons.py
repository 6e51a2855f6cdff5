"""compare: brackets of two matrices, or of reports in JSON, side by side."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from schemas import require_valid

from rhochain import cli
from rhochain.commands.two_sides import Ends, relation
from rhochain.estimates.brackets import Bound, Grade


@pytest.fixture
def pair(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    W = np.random.default_rng(6).standard_normal((20, 20))
    np.save("a.npy", W)
    np.save("b.npy", 3.0 * W)
    return W


def compared(capsys, *files):
    assert cli.main(["compare", *files, "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    require_valid("comparison", found)
    return found["quantities"]


def test_a_multiple_is_larger_by_at_most_its_factor(pair, capsys):
    found = compared(capsys, "a.npy", "b.npy")
    assert list(found) == ["spectral_radius", "spectral_norm", "perron_radius", "scaled_norm"]
    for quantity in found.values():
        assert quantity["larger"] == "B"
        assert 2.9 < quantity["factor"] <= 3.0 + 1e-12
    expected = np.linalg.norm(pair, 2)
    assert found["spectral_norm"]["A"]["lower"]["value"] <= expected * (1 + 1e-12)
    assert expected <= found["spectral_norm"]["A"]["upper"]["value"] * (1 + 1e-12)


def test_reports_in_json_give_the_brackets_that_they_hold(pair, capsys):
    for name in "ab":
        assert cli.main(["check", f"{name}.npy", "--activation", "tanh", "--json", f"{name}.json"]) == 0
    assert cli.main(["norm", "a.npy", "--json", "norm.json"]) == 0
    capsys.readouterr()
    reports = compared(capsys, "a.json", "b.json")
    assert {"spectral_radius", "spectral_norm", "perron_radius", "worst_case_growth"} <= set(reports)
    stored = json.loads(Path("a.json").read_text(encoding="utf-8"))
    assert reports["spectral_norm"]["A"]["upper"] == stored["spectral_norm"]["upper"]
    mixed = compared(capsys, "norm.json", "b.npy")
    assert list(mixed) == ["spectral_norm"]
    assert mixed["spectral_norm"]["larger"] == "B"


def test_the_words(pair, capsys):
    assert cli.main(["compare", "a.npy", "a.npy"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("A           a.npy: 20 x 20")
    assert text.count("not separated: the brackets overlap") == 4
    assert max(map(len, text.splitlines())) <= 80


def ends(low, high, grade=Grade.PROVED, graded=None):
    def bound(x):
        return Bound(x, grade, 1e-9 if grade is Grade.PROBABLE else None, "a theorem")

    behind = (None, None) if graded is None else tuple(Bound(x, Grade.PROVED, None, "another") for x in graded)
    own = grade is not Grade.ESTIMATE
    lower, upper = bound(low), bound(high)
    return Ends(low, lower, upper, lower if own else behind[0], upper if own else behind[1])


@pytest.mark.parametrize(
    ("a", "b", "larger", "grade"),
    [
        (ends(1, 2), ends(2, 3), None, None),
        (ends(1, 2), ends(2.5, 3), "B", "PROVED"),
        (ends(4, 5, Grade.PROBABLE), ends(2.5, 3), "A", "PROBABLE(1e-09)"),
        (ends(4, 5, Grade.ESTIMATE), ends(2.5, 3), "A", "ESTIMATE"),
        (ends(4, 5, Grade.ESTIMATE, graded=(3.5, 6)), ends(2.5, 3), "A", "PROVED"),
        (ends(4, 5, Grade.ESTIMATE, graded=(1, 6)), ends(2.5, 3), "A", "ESTIMATE"),
    ],
)
def test_a_relation_has_the_weaker_grade(a, b, larger, grade):
    found = relation("spectral_norm", a, b)
    assert (found.larger, found.grade) == (larger, grade)
    turned = relation("spectral_norm", b, a)
    assert turned.larger == {"A": "B", "B": "A", None: None}[larger]
    assert (turned.grade, turned.factor) == (found.grade, found.factor)


def test_a_factor_is_rounded_down():
    rng = np.random.default_rng(7)
    for low, high in np.sort(rng.uniform(0.1, 9.0, (200, 2))):
        factor = relation("spectral_norm", ends(0.05, low), ends(high, 10.0)).factor
        assert Fraction(factor) * Fraction(low) <= Fraction(high)
        assert factor == pytest.approx(high / low, rel=1e-15)


def test_logarithms_have_no_factor():
    assert relation("chain_norm", ends(-9, -8), ends(-5, -4)).factor is None
    assert str(relation("chain_norm", ends(-9, -8), ends(-5, -4))) == "B is larger, PROVED"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[1]", "a list; expected the JSON of one report or bracket"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("{}", "no bracket"),
        ('{"quantity": "spectral_norm", "value": 1}', "a bracket without 'lower'"),
        ('{"spectral_norm": {"value": "x", "lower": {}, "upper": {}}}', "a bracket without"),
    ],
)
def test_other_json_is_refused_in_one_line(content, words, pair, capsys):
    Path("bad.json").write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as caught:
        cli.main(["compare", "a.npy", "bad.json"])
    assert caught.value.code == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert shown.count("\n") == 1
