"""The report of a model: its table, its JSON and its page."""

import json
from pathlib import Path

import numpy as np
import pytest

import rhochain as rc

ROOT = Path(__file__).parents[3]


def weights(rng, gates, n=8):
    return rng.standard_normal((gates * n, n)) / np.sqrt(n)


@pytest.fixture(scope="module")
def report():
    rng = np.random.default_rng(1)
    state = {
        "encoder.weight_hh_l0": weights(rng, 3),
        "encoder.weight_hh_l0_reverse": weights(rng, 3),
        "<b>decoder</b>.weight_hh": weights(rng, 4),
        "rnn.weight_hh_l0": 0.3 * weights(rng, 1),
        "fc.weight": weights(rng, 1),
    }
    return rc.check(state, activation="tanh")


def test_a_row_for_each_layer_and_gate(report):
    text = str(report)
    rows = [line.split() for line in text.splitlines() if line.startswith("  ")]
    assert [" ".join(row) for row in rows if row[-1].isdigit()] == [
        "encoder.l0 not decided by W alone GRU 8",
        "encoder.l0_reverse not decided by W alone GRU 8",
        "<b>decoder</b> not decided by W alone LSTM 8",
        "rnn.l0 vanish for every input RNN tanh 8",
    ]
    gate = report.layers[0].gates[1]
    assert ["encoder.l0:", "z", f"{gate.spectral_radius.value:.4g}", f"{gate.spectral_norm.value:.4g}"] in [
        row[:4] for row in rows
    ]
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("W alone decides nothing for a GRU") == 1
    assert "encoder.l0, encoder.l0_reverse: W alone decides" in " ".join(text.split())
    assert "          Gradients vanish for every input (rnn.l0)\n" in text
    assert "left out  fc.weight: a weight of 8 x 8: not known to be recurrent" in text


def test_json_is_strict_and_obeys_its_schema(report):
    plain = json.loads(report.to_json())
    assert plain == report.to_dict()
    assert list(plain) == ["model", "source", "layers", "stack", "skipped", "notes", "version"]
    assert list(plain["layers"][0]) == [
        "name",
        "cell",
        "shape",
        "verdict",
        "headline",
        "reason",
        "gates",
        "chain_norm",
        "along",
        "notes",
        "computed",
        "version",
    ]
    assert [layer["name"] for layer in plain["layers"]] == [
        "encoder.l0",
        "encoder.l0_reverse",
        "<b>decoder</b>",
        "rnn.l0",
    ]
    assert plain["skipped"] == [{"name": "fc.weight", "reason": "a weight of 8 x 8: not known to be recurrent"}]
    schema = json.loads((ROOT / "docs/json/model_report.schema.json").read_text(encoding="utf-8"))
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(plain, schema)
    for broken in ({"layers": []}, {"stack": 3}, {"model": None}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(plain | broken, schema)


def test_the_page_has_a_section_for_each_layer_and_escapes_names(report):
    page = report.to_html()
    for name in ("encoder.l0: GRU, 8 units", "rnn.l0: RNN tanh, 8 units", "&lt;b&gt;decoder&lt;/b&gt;: LSTM, 8 units"):
        assert name in page
    assert "<b>decoder" not in page
    assert "<b>decoder" not in report._repr_html_()
    html5lib = pytest.importorskip("html5lib")
    html5lib.HTMLParser(strict=True).parse(page)


def test_a_page_can_be_written(report, tmp_path):
    path = tmp_path / "model.html"
    assert report.to_html(path) == path.read_text(encoding="utf-8")


def test_methods_name_every_layer_and_citations_come_once(report):
    text = report.methods()
    for layer in report.layers:
        assert layer.name in text
        assert layer.methods() in text
    entries = report.citations().split("\n\n")
    assert len(entries) == len(set(entries)) > 1
    assert any("pascanu2013" in entry for entry in entries)


def test_a_layer_is_a_report_by_itself(report):
    layer = report.layers[2]
    assert "Not decided by W alone: inputs and biases set the gates" in str(layer)
    assert "rho(|W_o|)" in str(layer)
    assert "PROVED" in str(layer)
    assert layer.to_html().count("<main>") == 1
    assert repr(layer).startswith("LayerReport('<b>decoder</b>', UNDECIDED, LSTM, 8 units")
    assert "encoder.l0: UNDECIDED" in repr(report)
    assert "rnn.l0" in str(report.layers[3])


def test_the_answer_leads_in_text_and_on_the_page():
    report = rc.check({"a.weight_hh_l0": 2.0 * np.eye(3), "b.weight_hh_l0": 0.5 * np.eye(3)}, activation="tanh")
    lines = str(report).splitlines()
    assert lines[:2] == [
        "answer    Some slopes make gradients explode (a.l0)",
        "          Gradients vanish for every input (b.l0)",
    ]
    page = report.to_html()
    assert 0 < page.index("Some slopes make gradients explode</h2>") < page.index("The recurrent layers")
