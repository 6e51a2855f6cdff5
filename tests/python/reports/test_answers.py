"""Verdicts in plain words, the text of a report, and what it says of its computation."""

import io
import json

import numpy as np
import pytest

import rhochain as rc
from rhochain.markup.blocks import Tone
from rhochain.reports.answers import answer, headline

V = rc.Verdict
A = np.array([[0.0, 10.0], [-0.012, 1.1]])


@pytest.mark.parametrize(
    ("verdict", "words", "tone"),
    [
        (V.VANISHES, "Gradients vanish for every input", Tone.VANISHES),
        (V.VANISHES_ON_TRAJECTORY, "Gradients vanished along this trajectory", Tone.VANISHES),
        (V.EXPLODES, "Gradients explode", Tone.EXPLODES),
        (V.EXPLODES_FOR_SOME_SLOPES, "Some slopes make gradients explode: here they are", Tone.EXPLODES),
        (V.EXPLODES_ON_TRAJECTORY, "Gradients exploded along this trajectory", Tone.EXPLODES),
        (V.CANNOT_EXPLODE, "No input can make gradients explode", Tone.BOUNDED),
        (V.EXPLOSION_NOT_EXCLUDED, "Not decided by W alone: ", Tone.OPEN),
        (V.UNDECIDED, "Not decided by W alone: ", Tone.OPEN),
    ],
)
def test_each_verdict_has_a_headline_of_its_own(verdict, words, tone):
    said = answer(verdict, "gamma * c < 1.")
    assert said.headline == headline(verdict)
    assert said.headline.startswith(words)
    assert (said.tone, said.verdict, said.reason) == (tone, str(verdict), "gamma * c < 1.")
    assert len({headline(one) for one in V}) == len(V)


def test_an_open_verdict_says_what_is_open():
    assert headline(V.UNDECIDED, "trajectory").startswith("Not decided by this trajectory")
    assert "radius" in headline(V.UNDECIDED, "linear")
    assert headline(V.VANISHES, "linear") == headline(V.VANISHES)


@pytest.mark.parametrize(
    ("reason", "shown"), [("over 3 steps", "Over 3 steps"), ("gamma * c", "gamma * c"), ("rho(W) < 1", "rho(W) < 1")]
)
def test_a_reason_is_a_sentence_and_a_symbol_keeps_its_letter(reason, shown):
    assert answer(V.UNDECIDED, reason).reason == shown


def test_the_text_leads_with_the_answer():
    report = rc.check(A, activation="tanh")
    lines = str(report).splitlines()
    assert lines[0] == report.headline == "Some slopes make gradients explode: here they are"
    assert lines[2] == "verdict   EXPLODES_FOR_SOME_SLOPES"
    order = ["reason ", "slopes ", "gain ", "  rho(W)", "Conditions of", "The network", "How it was computed"]
    places = [next(k for k, line in enumerate(lines) if line.startswith(words)) for words in order]
    assert places == sorted(places)
    assert repr(report) == f"GradientReport(EXPLODES_FOR_SOME_SLOPES, 2 x 2: {report.headline})"


def test_the_slopes_of_an_explosion_name_their_neurons():
    W = rc.Weights(A, np.array(["first", "second"]), "target")
    report = rc.check(W, activation="tanh")
    assert report.worst_case_growth.active.tolist() == [[False, True]]
    assert "slopes    1 in 1 of 2 neurons, 0 in the others: second" in str(report)
    assert "1 in 1 of 2 neurons (indices), 0 in the others: 1" in str(rc.check(A, activation="tanh"))
    everywhere = rc.check(np.diag([3.0, 2.0]), activation="tanh")
    assert "slopes    1 in all 2 neurons" in str(everywhere)


def test_a_report_says_how_it_was_computed():
    report = rc.check(A, activation="tanh", rtol=1e-2, delta=1e-6, seed=5, threads=1, max_seconds=60.0)
    c = report.computed
    assert (c.rtol, c.delta, c.seed, c.threads, c.max_seconds, c.quick) == (1e-2, 1e-6, 5, 1, 60.0, False)
    named = (report.spectral_radius, report.spectral_norm, report.perron_radius, report.worst_case_growth)
    assert c.products >= sum(bracket.matvecs for bracket in named) > 0
    assert c.seconds >= sum(bracket.seconds for bracket in named) > 0.0
    assert json.loads(report.to_json())["computed"] == c.to_dict()
    text = " ".join(str(report).split())
    assert f"{c.products:,} products, 1 thread options rtol 0.01, delta 1e-06, seed 5, at most 60 s" in text
    assert "quick: stopped at the first proof" in str(rc.check(A / 20, activation="tanh", quick=True))


def test_a_chain_counts_in_the_products():
    chain = rc.JacobianChain(A, slopes=np.full((30, 2), 0.5))
    alone, with_chain = rc.check(A, activation="tanh"), rc.check(A, activation="tanh", chain=chain)
    assert with_chain.computed.products == alone.computed.products + with_chain.chain_norm.matvecs
    of_chain = rc.check_chain(chain, seed=3)
    assert (of_chain.computed.products, of_chain.computed.seed) == (of_chain.norm.matvecs, 3)


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_shows_the_same_blocks(width):
    rich = pytest.importorskip("rich.console")
    names = rc.Weights(A, np.array(["[bold]x[/bold]", "a name of a neuron " * 9]), "target", "[red]file[/red].csv")
    chain = rc.JacobianChain(A, slopes=np.full((30, 2), 0.5))
    for report in (
        rc.check(names, activation="tanh"),
        rc.check_chain(chain),
        rc.check(A, activation="tanh", chain=chain),
    ):
        console = rich.Console(width=width, record=True, file=io.StringIO(), force_terminal=True)
        console.print(report)
        text = console.export_text()
        assert max(map(len, text.splitlines())) <= width
        squeezed = " ".join(text.replace("│", " ").split())
        for words in (report.headline, str(report.verdict), "lower bound", "How it was computed", "rhochain"):
            assert words in squeezed
    assert "[red]file[/red].csv" not in squeezed


def test_rich_is_not_imported_by_a_report():
    import subprocess
    import sys

    program = "import sys, rhochain as rc; str(rc.check([[0.5]], activation='tanh')); print('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"
