"""Reports as pages and in notebooks: whole, readable by a strict parser, without a request, and safe."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc
from rhochain.commands.output import one_line, paragraphs
from rhochain.markup.blocks import Section
from rhochain.reports.page import page
from rhochain.weights.weights import Counts

HOSTILE = "<script>alert(1)</script>"
A = np.array([[0.0, 10.0], [-0.012, 1.1]])
CHAIN = rc.JacobianChain(A, slopes=np.full((30, 2), 0.5))


def labelled(rows="target"):
    names = np.array([HOSTILE, '"><img src=x onerror=alert(1)>'])
    return rc.Weights(A, names, rows, f"{HOSTILE}.csv", Counts(7, 3, 2, 1), (f"read by {HOSTILE}",))


REPORTS = {
    "vanishes": rc.check(0.5 * np.eye(3), activation="tanh"),
    "some slopes": rc.check(A, activation="tanh"),
    "cannot explode": rc.check(np.eye(3), activation="tanh"),
    "explodes": rc.check(np.diag([3.0, 0.1]), activation="identity"),
    "no cycle": rc.check(np.eye(4, k=1), activation="tanh"),
    "quick": rc.check(0.5 * np.eye(3), activation="tanh", quick=True),
    "operator": rc.check(aslinearoperator(0.5 * A), activation="tanh"),
    "with a chain": rc.check(A, activation="tanh", chain=CHAIN),
    "chain": rc.check_chain(CHAIN),
    "labels": rc.check(labelled(), activation="tanh"),
    "far": rc.check(np.diag([1e-200, 1e200]), gain=3.0),
    "gains": rc.check(A, gain=[0.5, 0.2], leak=[0.5, 0.1]),
}


class Outline(HTMLParser):
    """Elements with their attributes, and text without that of <style>."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self._hidden = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._hidden = tag == "style"

    def handle_data(self, data):
        self.text += "" if self._hidden else data

    def handle_endtag(self, tag):
        self._hidden = False


@pytest.mark.parametrize("name", REPORTS)
def test_a_strict_parser_reads_the_page(name):
    html5lib = pytest.importorskip("html5lib")
    html5lib.HTMLParser(strict=True).parse(REPORTS[name].to_html())
    html5lib.HTMLParser(strict=True).parseFragment(REPORTS[name]._repr_html_())


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_has_what_a_reader_needs(name):
    report = REPORTS[name]
    outline = Outline(report.to_html())
    tags = [tag for tag, _ in outline.elements]
    assert ("html", {"lang": "en"}) in outline.elements
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in outline.elements
    assert tags.count("title") == tags.count("h1") == tags.count("main") == 1
    assert all("scope" in attributes for tag, attributes in outline.elements if tag == "th")
    assert tags.count("caption") == tags.count("table") > 0
    assert tags.count("figcaption") == tags.count("figure") <= 1
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert report.headline in outline.text
    assert str(report.verdict) in outline.text
    assert report.methods() in outline.text
    assert report.citations() in outline.text
    if isinstance(report, rc.GradientReport):
        assert all(condition.equation in outline.text for condition in report.conditions)


@pytest.mark.parametrize("name", REPORTS)
def test_the_answer_comes_first(name):
    text = Outline(REPORTS[name].to_html()).text
    order = [REPORTS[name].headline, "quantityvaluelower bound", "How it was computed", "to copy into a paper"]
    places = [text.index(words, text.index(REPORTS[name].headline)) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize("name", REPORTS)
def test_nothing_is_requested_and_nothing_runs(name):
    for text in (REPORTS[name].to_html(), REPORTS[name]._repr_html_()):
        assert not re.search(r"https?:|//|url\(|@import", text)
        outline = Outline(text)
        allowed = {"role", "aria-label", "aria-hidden", "tabindex", "class", "id", "scope", "colspan"}
        drawing = {
            "height",
            "width",
            "overflow",
            "text-anchor",
            "font-size",
            "dx",
            "dy",
            "x",
            "y",
            "x1",
            "x2",
            "y1",
            "y2",
        }
        for tag, attributes in outline.elements:
            assert tag not in {"script", "link", "img", "iframe", "object", "a", "form"}
            if tag not in {"html", "meta"}:
                assert set(attributes) <= allowed | drawing, tag


@pytest.mark.parametrize("rows", ["target", None])
def test_hostile_names_are_text(rows):
    report = rc.check(labelled(rows), activation="tanh")
    shown = [report.to_html(), report._repr_html_(), labelled(rows)._repr_html_()]
    if rows is not None:
        shown.append(report.hubs()._repr_html_())
    for text in shown:
        assert HOSTILE not in text
        assert HOSTILE in Outline(text).text
        assert not [tag for tag, _ in Outline(text).elements if tag in {"script", "img"}]


def test_a_file_of_a_hostile_name_and_a_formula_in_it_stay_as_they_are():
    W = rc.Weights(A, origin="<b>gamma * sigma_1 <= rho.mtx")
    text = Outline(rc.check(W, activation="tanh").to_html()).text
    assert text.count("<b>gamma * sigma_1 <= rho.mtx") >= 2


def test_terminals_get_no_control_characters():
    names = np.array(["\x1b[31mred\x1b[0m\n", "\u202egnp"])
    report = rc.check(rc.Weights(A, names, "target", "\x1b]0;title\x07.csv"), activation="tanh")
    shown = rc.Weights(A, names, None, "\x07", notes=("\x1b[2J",))._repr_html_()
    for text in (str(report), str(report.hubs()), report.to_html(), report._repr_html_(), shown):
        assert all(letter.isprintable() or letter in "\n\u200b" for letter in text)


def test_the_layers_of_a_model_have_names_without_control_characters(capsys):
    report = rc.check({"\x1b[31mred.weight_hh_l0": np.eye(6, 2), "b\x07.weight_hh_l0": np.eye(6, 2)})
    shown = [str(report), repr(report), report.to_html(), report._repr_html_(), report.layers[0].to_html()]
    rich = pytest.importorskip("rich.console")
    rich.Console(force_terminal=True, no_color=True, width=200).print(report)
    shown.append(re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out.replace("\x1b[31m", "\0")))
    for text in shown:
        assert all(letter.isprintable() or letter in "\n\u200b" for letter in text)
    message = one_line(ValueError("a\x1b[31m\nfile"))
    assert message == "a\\x1b[31m file"
    assert paragraphs([("note", "\x1b[2J")]).split() == ["note", "\\x1b[2J"]


def test_a_page_is_written_where_a_path_is_given(tmp_path):
    for path in (tmp_path / "a.html", str(tmp_path / "b.html")):
        text = REPORTS["some slopes"].to_html(path)
        assert (tmp_path / path).read_text(encoding="utf-8") == text == REPORTS["some slopes"].to_html()


def test_a_page_of_several_reports_has_distinct_ids():
    html5lib = pytest.importorskip("html5lib")
    text = page("Several", [Section(name, report.blocks()) for name, report in REPORTS.items()])
    html5lib.HTMLParser(strict=True).parse(text)
    outline = Outline(text)
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids)) > len(REPORTS)
    assert [tag for tag, _ in outline.elements].count("h2") == len(REPORTS)


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_text_stands_out_from_its_ground_in_light_and_in_dark():
    """WCAG 2: a ratio of 4.5 for text, 3 for the bars."""
    palettes = re.findall(r"\{((?:--rhc-\w+:#[0-9a-f]{6};)+)", REPORTS["vanishes"].to_html())
    assert len(palettes) == 4
    for palette in palettes:
        colours = dict(re.findall(r"--rhc-(\w+):(#[0-9a-f]{6})", palette))
        for ground in ("paper", "raised"):
            for name in set(colours) - {"paper", "raised", "line"}:
                light, dark = sorted((luminance(colours[name]), luminance(colours[ground])), reverse=True)
                least = 3.0 if name in {"proved", "probable", "estimate"} else 4.5
                assert (light + 0.05) / (dark + 0.05) >= least, (name, ground)


@pytest.mark.parametrize("W", [A, sparse.csr_array(A)])
def test_brackets_and_weights_show_themselves_in_a_notebook(W):
    bracket = rc.spectral_radius(W)
    text = Outline(bracket._repr_html_()).text
    for words in (
        f"{bracket.value:.7g}",
        bracket.lower.label,
        bracket.upper.label,
        bracket.lower.source,
        str(bracket.status),
    ):
        assert words in text
    shown = Outline(rc.Weights(W, np.array([2**60 + 1, 7]), "target", "edges.csv")._repr_html_()).text
    for words in ("2 × 2", "float64", str(2**60 + 1), "receive", "edges.csv"):
        assert words in shown
