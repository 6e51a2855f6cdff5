"""Brackets as a picture, of matplotlib and of a page."""

import builtins
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import rhochain as rc
from rhochain.estimates.comparisons import outward
from rhochain.reports.axis import Axis, linear_axis, logarithmic_axis
from rhochain.reports.figure import Bar, Mark, svg

REPORTS = {
    "some slopes": rc.check(np.array([[0.0, 10.0], [-0.012, 1.1]]), activation="tanh"),
    "exact zeros": rc.check(np.eye(4, k=1), activation="tanh"),
    "quick": rc.check(np.eye(4, k=1), activation="tanh", quick=True),
    "far": rc.check(np.diag([1e-200, 1e200]), gain=3.0),
}


@pytest.mark.parametrize("name", REPORTS)
def test_figure_has_a_bar_for_each_quantity(name):
    report = REPORTS[name]
    axes = report.plot().axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    named = {
        "rho(W)": report.spectral_radius,
        "sigma_1(W)": report.spectral_norm,
        "rho(|W|)": report.perron_radius,
        "mu_D(W)": report.scaled_norm,
        "w(W)": report.numerical_radius,
        "R(W)/gamma": report.worst_case_growth,
    }
    assert labels == [label for label, bracket in named.items() if bracket is not None]
    low, high = axes.get_xlim()
    assert 0.0 < low < 1.0 / report.gain < high


@pytest.mark.parametrize("name", REPORTS)
def test_the_axis_has_the_critical_gains(name):
    """A critical factor g stands where 1 / gamma lies for g W, beside the brackets of W itself."""
    report = REPORTS[name]
    axes = report.plot().axes[0]
    low, high = axes.get_xlim()
    marks = {str(line.get_label()): line for line in axes.lines if not str(line.get_label()).startswith("_")}
    critical = report.critical_gain
    ends = {"vanishes: g <": critical.vanishes_below, "can explode: g >": critical.explodes_above}
    shown = {words: bound for words, bound in ends.items() if bound is not None and bound.value < math.inf}
    assert len(marks) == 1 + len(shown)
    page = report.to_html()
    for words, bound in shown.items():
        ((label, line),) = ((label, line) for label, line in marks.items() if label.startswith(words))
        assert line.get_xdata()[0] == pytest.approx(1.0 / (report.gain * bound.value))
        assert line.get_linestyle() == "--"
        assert low < line.get_xdata()[0] < high
        number = float(label.removeprefix(words))
        assert number <= bound.value if words.startswith("vanishes") else number >= bound.value
        assert number == pytest.approx(bound.value, rel=1e-3)
        assert label.replace("<", "&lt;").replace(">", "&gt;") in page


def picture(report):
    return ElementTree.fromstring(re.search(r"<svg role.*?</svg>(?=<figcaption>)", report.to_html())[0])


@pytest.mark.parametrize("name", [name for name, report in REPORTS.items() if name != "quick"])
def test_the_numbers_stand_in_the_picture_and_in_its_alternative(name):
    """Rounded outwards, with the grade of each end in the words for who does not see it."""
    report = REPORTS[name]
    root = picture(report)
    texts = {"".join(text.itertext()) for text in root.iter("text")}
    words = root.get("aria-label")
    for bracket in (report.spectral_radius, report.spectral_norm, report.perron_radius):
        low, high = outward(bracket.lower.value, up=False), outward(bracket.upper.value, up=True)
        assert (low if low == high else f"{low} … {high}") in texts
        assert f"from {low} ({bracket.lower.grade}) to {high} ({bracket.upper.grade})" in words
    assert f"1/gamma = {1 / report.gain:.7g}" in words


@pytest.mark.parametrize("seed", range(20))
def test_everything_is_inside_and_in_order(seed):
    rng = np.random.default_rng(seed)
    grades = ["PROVED", "PROBABLE", "ESTIMATE"]
    bars = []
    for k in range(5):
        low, value, high = np.sort(10.0 ** rng.uniform(-3, 3, 3))
        ends = [0.0 if seed % 3 == 0 else low, value, math.inf if seed % 4 == 0 else high]
        bars.append(Bar(f"q{k}", *ends, *rng.choice(grades, 2)))
    marks = [Mark(10.0 ** rng.uniform(-3, 3), f"m{k}", "network") for k in range(3)]
    root = ElementTree.fromstring(svg(bars, marks))
    places = [
        float(x[:-1]) for part in root.iter() for key in ("x1", "x2", "x") if (x := part.get(key, "")).endswith("%")
    ]
    assert places
    assert all(0.0 <= place <= 100.0 for place in places)
    height = float(root.get("height"))
    assert all(0.0 <= float(y) <= height for part in root.iter() for key in ("y1", "y2", "y") if (y := part.get(key)))
    values = [float(part.get("x1")[:-1]) for part in root.iter("line") if part.get("class") == "rhc-value"]
    assert np.array_equal(np.argsort(values), np.argsort([bar.value for bar in bars]))


@pytest.mark.parametrize("grade", ["PROVED", "PROBABLE", "ESTIMATE"])
def test_grades_differ_in_their_class_and_a_point_has_no_bar(grade):
    mark = [Mark(1.0, "m", "network")]
    drawn = svg([Bar("q", 0.5, 1.0, 2.0, grade, grade)], mark)
    assert drawn.count(f"rhc-bar rhc-{grade.lower()}") == 2
    assert "rhc-bar" not in svg([Bar("q", 1.0, 1.0, 1.0, grade, grade)], mark)


@pytest.mark.parametrize("decades", [0.01, 0.1, 0.3, 1.0, 2.0, 5.0, 12.0, 300.0])
def test_ticks_are_few_round_and_inside(decades):
    rng = np.random.default_rng(int(decades * 100))
    for _ in range(20):
        low = 10.0 ** rng.uniform(-150, 150 - decades / 2)
        axis = Axis(low, low * 10.0**decades)
        ticks = axis.ticks()
        assert 1 <= len(ticks) <= 6
        assert all(axis.low * (1 - 1e-9) <= tick <= axis.high * (1 + 1e-9) for tick in ticks)
        places = [axis.place(tick) for tick in ticks]
        assert places == sorted(places)


@pytest.mark.parametrize(("scale", "gain"), [(1.5e308, 1.0), (1e-300, 1.0), (0.5, 1e-308), (1e300, 1e-300)])
def test_numbers_at_the_ends_of_float64_are_drawn(scale, gain):
    report = rc.check(scale * np.diag([1.0, 0.5]), gain=gain)
    drawn = picture(report)
    places = [float(at) for at in re.findall(r'x[12]="([0-9.]+)%"', ElementTree.tostring(drawn, encoding="unicode"))]
    assert places
    assert all(0.0 <= at <= 100.0 for at in places)


def test_axes_hold_their_lines():
    for make in (logarithmic_axis, linear_axis):
        axis = make([1.0, 5.0], [0.0, 2.0, math.inf, -math.inf])
        assert axis.low < 1.0 < 5.0 < axis.high
        assert 0.0 <= axis.place(-math.inf) <= axis.place(1.0) < axis.place(5.0) <= axis.place(math.inf) <= 1.0


def test_without_matplotlib_the_message_names_the_command(monkeypatch):
    original = builtins.__import__

    def missing(name, *rest):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImportError, match=r"pip install 'rhochain\[plot\]'"):
        REPORTS["far"].plot()
