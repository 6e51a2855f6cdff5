"""Blocks as HTML: everything is escaped, ids differ, formulas have their symbols."""

import re
from xml.etree import ElementTree

import pytest

from rhochain.markup.blocks import Answer, Facts, Notes, Picture, Quotation, Section, Table, Tone, Verbatim
from rhochain.markup.elements import elements
from rhochain.markup.notebook import notebook
from rhochain.markup.symbols import in_html, in_svg

HOSTILE = "<script>alert('x')</script>&\"]]>"
BLOCKS = [
    Answer(HOSTILE, Tone.OPEN, HOSTILE, HOSTILE),
    Facts([(HOSTILE, HOSTILE)]),
    Table(HOSTILE, ("", HOSTILE, "b"), [(HOSTILE, "1", "2"), (HOSTILE, HOSTILE)]),
    Notes([HOSTILE]),
    Picture("<svg></svg>", HOSTILE),
    Quotation(HOSTILE),
    Quotation(HOSTILE, code=True),
]


def parsed(text):
    return ElementTree.fromstring(f"<main>{text}</main>")


def test_nothing_of_a_text_becomes_an_element():
    text = elements([*BLOCKS, Section(HOSTILE, BLOCKS, folded=True)], 2, "part")
    assert "<script" not in text
    tree = parsed(text)
    assert not tree.findall(".//script")
    # What a reader sees is the text that came, in each of its places.
    assert "".join(tree.itertext()).count(HOSTILE) == 2 * 14 + 1
    labels = [place.get("aria-label") for place in tree.iter("div") if place.get("role") == "region"]
    assert labels == [HOSTILE, HOSTILE]


def test_ids_differ_and_headings_descend():
    inside = Section("b", [Section("c", [Notes(["d"])])])
    text = elements([inside, inside, Section("e", [inside], folded=True)], 2, "part")
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids)) == 7
    levels = [int(tag) for tag in re.findall(r"<h(\d)", text)]
    assert levels == [2, 3, 2, 3, 2, 3, 4]


def test_a_notebook_has_no_id_no_script_and_no_request():
    text = notebook([*BLOCKS, Section("a", BLOCKS)])
    assert [part.tag for part in parsed(text).iter() if part.tag in {"section", "details"}] == ["details"]
    assert ' id="' not in text
    assert not re.search(r"https?:|url\(|@import|<script|<link", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sigma_1(W) <= 1", "σ<sub>1</sub>(W) ≤ 1"),
        ("gamma * rho(|W|) >= 2", "γ · ρ(|W|) ≥ 2"),
        ("mu_D(W), ||P||_2, ||W||_inf", "μ<sub>D</sub>(W), ‖P‖<sub>2</sub>, ‖W‖<sub>∞</sub>"),
        ("D W D^-1 and W^T W", "D W D<sup>−1</sup> and W<sup>T</sup> W"),
        ("1 < 2 & gammas", "1 &lt; 2 &amp; gammas"),
    ],
)
def test_symbols(text, expected):
    assert in_html(text) == expected
    assert in_html(Verbatim(text)).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text
    svg = ElementTree.fromstring(f"<text>{in_svg(text)}</text>")
    shown = "".join(svg.itertext()).replace("\u200b", "")
    assert shown == "".join(ElementTree.fromstring(f"<p>{in_html(text)}</p>").itertext())


def test_a_row_of_two_cells_spans_the_others():
    tree = parsed(elements([Table("t", ("a", "b", "c", "d"), [("x", "words")])], 2, None))
    assert [cell.get("colspan") for cell in tree.iter("td")] == ["3"]
    assert {cell.get("scope") for cell in tree.iter("th")} == {"col", "row"}
