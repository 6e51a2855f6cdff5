"""A report as a figure and as a page."""

import builtins
import math
from xml.etree import ElementTree

import numpy as np
import pytest

import rhochain as rc
from rhochain.reports.figure import Bar, Mark, svg

REPORTS = {
    "undecided": rc.check(np.array([[0.0, 10.0], [-0.012, 1.1]]), activation="tanh"),
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
        "R(W) / gamma": report.worst_case_growth,
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
    marks = {line.get_label(): line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"}
    critical = report.critical_gain
    ends = {"vanishes below g": critical.vanishes_below, "explodes above g": critical.explodes_above}
    shown = {words: bound for words, bound in ends.items() if bound is not None and bound.value < math.inf}
    assert len(marks) == 1 + len(shown)
    for words, bound in shown.items():
        (at,) = (x for label, x in marks.items() if label.startswith(words))
        assert at == pytest.approx(1.0 / (report.gain * bound.value))
        assert low < at < high
        assert f"{words} = {bound.value:.4g}" in report.to_html()


@pytest.mark.parametrize("name", REPORTS)
def test_page_is_well_formed_and_complete(name):
    report = REPORTS[name]
    text = report.to_html()
    ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>").replace('<meta charset="utf-8">', ""))
    assert str(report.verdict) in text
    for condition in report.conditions:
        assert condition.equation in text
    assert "http" not in text


def test_text_is_escaped():
    report = rc.check(np.eye(2), gain=0.5)
    page = rc.GradientReport(**{**report.__dict__, "source": "<script>&.mtx", "reason": "1 < 2"}).to_html()
    assert "<script>" not in page
    assert "1 &lt; 2" in page


def test_svg_keeps_infinite_ends_inside():
    bar = Bar("x", 0.0, 1.0, math.inf, "PROVED", "PROBABLE")
    root = ElementTree.fromstring(svg([bar], [Mark(1.0, "one", "network")]))
    for rect in root.iter("rect"):
        assert 0.0 <= float(rect.get("x")) <= 640.0
        assert 0.0 < float(rect.get("width")) <= 640.0


def test_without_matplotlib_the_message_names_the_command(monkeypatch):
    original = builtins.__import__

    def missing(name, *rest):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImportError, match=r"pip install 'rhochain\[plot\]'"):
        REPORTS["far"].plot()
