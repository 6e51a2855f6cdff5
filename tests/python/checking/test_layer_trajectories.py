"""check(model, inputs=x): each layer along each sequence, and the stack, against PyTorch's autograd."""

import json
import math

import numpy as np
import pytest

import rhochain as rc

torch = pytest.importorskip("torch")
from source_tree import ROOT  # noqa: E402
from torch.nn.utils.rnn import pack_sequence  # noqa: E402
from torch_layers import jacobian, layer_jacobians, log_norm  # noqa: E402

KINDS = {
    "rnn": torch.nn.RNN,
    "relu": lambda *a, **o: torch.nn.RNN(*a, nonlinearity="relu", **o),
    "gru": torch.nn.GRU,
    "lstm": torch.nn.LSTM,
}


def model_of(kind, *sizes, seed=0, **options):
    torch.manual_seed(seed)
    return KINDS[kind](*sizes, **options).double()


def close(norm, true):
    """A bracket of width 0.1 holds the true number, and its value is much nearer."""
    assert norm.lower.value - 1e-9 <= true <= norm.upper.value + 1e-9
    assert norm.value == true or abs(norm.value - true) < 0.1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_every_layer_and_the_stack_along_every_sequence(kind, layers):
    model = model_of(kind, 3, 5, layers, seed=layers, batch_first=True)
    x = torch.randn(4, 8, 3, dtype=torch.float64)
    report = rc.check(model, inputs=x)
    assert [layer.name for layer in report.layers] == [f"l{k}" for k in range(layers)]
    for b in range(4):
        expected = layer_jacobians(model, x[b])
        for layer in report.layers:
            run = layer.along.sequences[b]
            assert run.steps == 8
            close(run.norm, log_norm(expected[layer.name]))
        if layers > 1:
            assert isinstance(report.stack, rc.ChainReport)
            close(report.stack.sequences[b].norm, log_norm(jacobian(model, x[b])))
    assert (report.stack is None) == (layers == 1)
    assert report.notes == ()


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("layers", [1, 2])
def test_both_directions_of_packed_sequences(kind, layers):
    model = model_of(kind, 2, 4, layers, seed=7, bidirectional=True)
    rows = [torch.randn(k, 2, dtype=torch.float64) for k in (3, 9, 6)]
    report = rc.check(model, inputs=pack_sequence(rows, enforce_sorted=False))
    for b, row in enumerate(rows):
        expected = layer_jacobians(model, row)
        assert {layer.name for layer in report.layers} == set(expected)
        for layer in report.layers:
            run = layer.along.sequences[b]
            assert run.steps == len(row)
            close(run.norm, log_norm(expected[layer.name]))
    assert report.stack is None
    assert [note for note in report.notes if "bidirectional" in note] == list(report.notes)
    assert bool(report.notes) == (layers > 1)


def test_a_sequence_has_the_bits_of_its_own_chain():
    rnn, gru, lstm = (model_of(kind, 3, 20).float() for kind in ("rnn", "gru", "lstm"))
    x = torch.randn(30, 3, 3)
    h, c = torch.randn(1, 3, 20), torch.randn(1, 3, 20)
    found = rc.check(gru, inputs=x, state=h).layers[0].along
    plain = rc.check(rnn, inputs=x, state=h).layers[0].along
    both = rc.check(lstm, inputs=x, state=(h, c)).layers[0].along
    for b in range(3):
        single = rc.GRUChain.from_torch(gru, x[:, b], h[:, b]).norm(rtol=0.1)
        assert (found.sequences[b].norm.value, found.sequences[b].norm.upper) == (single.value, single.upper)
        single = rc.JacobianChain.from_torch(rnn, x[:, b], h[:, b]).norm(rtol=0.1)
        assert (plain.sequences[b].norm.value, plain.sequences[b].norm.upper) == (single.value, single.upper)
        single = rc.LSTMChain.from_torch(lstm, x[:, b], (h[:, b], c[:, b])).norm(rtol=0.1)
        assert (both.sequences[b].norm.value, both.sequences[b].norm.upper) == (single.value, single.upper)


def test_state_reaches_every_layer():
    model = model_of("lstm", 2, 3, 2, seed=5)
    x, state = torch.randn(6, 2, dtype=torch.float64), torch.randn(2, 2, 3, dtype=torch.float64)
    report = rc.check(model, inputs=x, state=(state[0], state[1]))
    J = jacobian(model, x, torch.stack([state[0], state[1]], dim=1).reshape(-1))
    close(report.stack.norm, log_norm(J))
    other = rc.check(model, inputs=x)
    assert all(a.along.norm.value != b.along.norm.value for a, b in zip(report.layers, other.layers, strict=True))


class Tagger(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(11, 4)
        self.drop = torch.nn.Dropout(0.9)
        self.encoder = torch.nn.LSTM(4, 6, 2, batch_first=True, dropout=0.9)
        self.cell = torch.nn.GRUCell(6, 5)
        self.idle = torch.nn.GRU(5, 5)

    def forward(self, words):
        out, _ = self.encoder(self.drop(self.embed(words)))
        h = None
        for step in out.unbind(1):
            h = self.cell(step, h)
        return h


def test_layers_inside_a_model_read_what_the_model_gives_them():
    torch.manual_seed(3)
    model = Tagger().double().train()
    words = torch.randint(11, (2, 7))
    report = rc.check(model, inputs=words)
    found = {layer.name: layer for layer in report.layers}
    given = model.embed(words)
    with torch.no_grad():
        read = model.encoder.eval()(given)[0]
    for b in range(2):
        expected = layer_jacobians(model.encoder, given[b].detach())
        for place, J in expected.items():
            close(found[f"encoder.{place}"].along.sequences[b].norm, log_norm(J))
        close(report.stack.sequences[b].norm, log_norm(jacobian(model.encoder, given[b].detach())))
        single = rc.GRUChain.from_torch(model.cell, read[b]).norm(rtol=0.1)
        assert found["cell"].along.sequences[b].norm.value == pytest.approx(single.value, rel=1e-9)
    assert found["idle.l0"].along is None
    assert found["idle.l0"].verdict is rc.Verdict.UNDECIDED
    (skipped,) = report.skipped
    assert (skipped.name, skipped.reason) == ("idle.l0", "not along these inputs: the model did not call it")


def test_a_long_memory_vanishes_with_its_half_life_and_underflow():
    gru = torch.nn.GRU(1, 2)
    for weight in gru.parameters():
        weight.data.zero_()
    # Without weights the Jacobian is z I, here 1/2 I: a half-life of one step.
    report = rc.check(gru, inputs=torch.randn(200, 3, 1))
    along = report.layers[0].along
    assert along.verdict is report.layers[0].verdict is rc.Verdict.VANISHES_ON_TRAJECTORY
    assert along.half_life == pytest.approx((1.0, 1.0, 1.0), rel=1e-9)
    assert along.float32_underflow_step == pytest.approx((126.0,) * 3, rel=1e-9)
    # ||P||_F is sqrt(2) 2^-k: below 2^-126 from 127 steps on, up to the spread of 8 random directions.
    assert abs(along.float32_underflow_measured - 127) <= 1
    assert "each of the 3 sequences" in report.layers[0].reason
    assert along.headline == "Gradients vanished along each of 3 sequences: half-life 1 step"
    assert "gradients underflow after 126 steps at this rate" in str(along)
    plain = json.loads(report.layers[0].to_json())
    assert plain["along"]["half_life"] == {"median": 1.0, "least": 1.0, "most": 1.0}
    assert len(plain["along"]["sequences"]) == plain["along"]["given"] == 3


def test_sequences_that_differ_are_mixed():
    rnn = torch.nn.RNN(1, 1, nonlinearity="relu", bias=False).double()
    rnn.weight_hh_l0.data[:] = 2.0
    rnn.weight_ih_l0.data[:] = 1.0
    x = torch.ones(12, 3, 1, dtype=torch.float64)
    x[:, 1] = -1.0  # every slope is 0
    x[:3, 2] = -1.0
    along = rc.check(rnn, inputs=x).layers[0].along
    verdicts = [run.verdict.value for run in along.sequences]
    assert verdicts == ["EXPLODES_ON_TRAJECTORY", "VANISHES_ON_TRAJECTORY", "VANISHES_ON_TRAJECTORY"]
    assert along.verdict is rc.Verdict.UNDECIDED
    assert along.reason.startswith(
        "mixed: of 3 sequences gradients vanished in 2 and exploded in 1, and 0 are undecided"
    )
    assert (along.half_life.least, along.half_life.most) == (0.0, math.inf)
    assert along.headline == "Gradients vanished along 2, exploded along 1 of 3 sequences"
    assert along.steps == 12
    assert along.norm.value == pytest.approx(12 * math.log(2.0))
    both = rc.check(rnn, inputs=x[:, :1]).layers[0]
    assert both.along.verdict is both.verdict is rc.Verdict.EXPLODES_ON_TRAJECTORY
    assert "none: the norm does not fall" in str(both.along)
    assert json.dumps(along.to_dict(), allow_nan=False)


def test_what_holds_for_all_inputs_stands():
    rnn = model_of("rnn", 2, 6, seed=1)
    rnn.weight_hh_l0.data.mul_(0.3)
    alone, along = rc.check(rnn), rc.check(rnn, inputs=torch.randn(40, 2).double())
    assert alone.layers[0].verdict is along.layers[0].verdict is rc.Verdict.VANISHES
    assert along.layers[0].reason == alone.layers[0].reason
    assert along.layers[0].along.verdict is rc.Verdict.VANISHES_ON_TRAJECTORY
    assert along.layers[0].notes == alone.layers[0].notes


def test_the_first_sequences_are_measured_and_the_rest_counted():
    gru = model_of("gru", 2, 3)
    x = torch.randn(5, 11, 2, dtype=torch.float64)
    report = rc.check(gru, inputs=x)
    assert (len(report.layers[0].along.sequences), report.layers[0].along.given) == (8, 11)
    assert report.notes == ("along the first 8 of 11 sequences: max_sequences= takes more.",)
    assert len(rc.check(gru, inputs=x, max_sequences=None).layers[0].along.sequences) == 11
    assert "2 of 11 given, 5 steps each" in str(rc.check(gru, inputs=x, max_sequences=2).layers[0].along)


def test_two_stacks_are_none():
    class Two(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = torch.nn.GRU(2, 3, 2), torch.nn.GRU(3, 3, 2)

        def forward(self, x):
            return self.b(self.a(x)[0])

    report = rc.check(Two(), inputs=torch.randn(4, 1, 2))
    assert report.stack is None
    assert report.notes == ("no stack: a, b have several layers each. A check of each of them has its stack.",)
    assert all(layer.along is not None for layer in report.layers)


def test_json_obeys_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "docs/json/model_report.schema.json").read_text(encoding="utf-8"))
    for kind in KINDS:
        report = rc.check(model_of(kind, 2, 3, 2), inputs=torch.randn(5, 2, 2).double())
        plain = json.loads(report.to_json())
        jsonschema.validate(plain, schema)
        plain["stack"]["half_life"].pop("median")
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(plain, schema)


def test_a_report_is_a_page_and_a_paragraph():
    report = rc.check(model_of("gru", 2, 3, 2), inputs=torch.randn(60, 3, 2).double())
    page, text = report.to_html(), str(report)
    assert all(words in page for words in ("All layers together", "Along the sequences given", "half-life"))
    assert page.count(">sequence 2<") >= 3
    assert "together  Gradients vanished along each of 3 sequences: half-life" in text
    assert "vanished along each of 3 sequences  " in text
    assert report.methods().count("along each of the sequences (3, 60 steps each)") == 3
    assert "TrajectoryReport(VANISHES_ON_TRAJECTORY, 3, 60 steps each: Gradients" in repr(report.stack)


def test_limits_and_callbacks_reach_the_chains():
    gru = model_of("gru", 2, 30)
    x = torch.randn(50, 2, dtype=torch.float64)
    heard = []
    cut = rc.check(gru, inputs=x, max_matvecs=1).layers[0].along
    assert cut.sequences[0].norm.matvecs < rc.check(gru, inputs=x).layers[0].along.sequences[0].norm.matvecs
    rc.check(gru, inputs=x, callback=lambda progress: heard.append(progress.matvecs))
    assert heard
    assert rc.check(gru, inputs=x, max_seconds=0.0).layers[0].along.verdict is rc.Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"state": torch.zeros(1, 3)}, "state is the start of a run along inputs; got state without inputs"),
        ({"inputs": np.zeros((4, 3), np.float32)}, r"torch\.from_numpy\(inputs\) is a tensor"),
        ({"inputs": torch.zeros(4, 7)}, "inputs must be what the GRU takes.*its forward raised RuntimeError"),
        ({"inputs": torch.zeros(4, 2), "max_sequences": 0}, "max_sequences must be"),
        ({"inputs": torch.full((4, 2), math.nan)}, "inputs"),
    ],
)
def test_misuse_is_told_by_name(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        rc.check(torch.nn.GRU(2, 3), **arguments)


def test_inputs_need_the_module_and_state_a_model():
    gru = torch.nn.GRU(2, 3)
    with pytest.raises(ValueError, match=r"inputs need a torch\.nn\.Module"):
        rc.check(gru.state_dict(), inputs=torch.zeros(4, 2))
    with pytest.raises(ValueError, match="inputs and chain exclude each other"):
        rc.check(gru, inputs=torch.zeros(4, 2), chain=rc.GRUChain.from_torch(gru, torch.zeros(4, 2)))
    with pytest.raises(ValueError, match="state is for a model"):
        rc.check(np.eye(2), "tanh", state=np.zeros(2))
