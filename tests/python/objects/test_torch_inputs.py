"""What a model's recurrent modules read: a run leaves no trace, and calls become sequences."""

import random

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence  # noqa: E402

from rhochain.objects.torch_inputs import recorded_calls  # noqa: E402
from rhochain.objects.torch_modules import recurrent_layers  # noqa: E402
from rhochain.objects.torch_sequences import sequences_of_calls  # noqa: E402


def sequences(model, inputs, state=None, path=""):
    layers = recurrent_layers(model)
    found, reason = sequences_of_calls(layers.modules[path], recorded_calls(model, layers, inputs, state)[path])
    assert (reason is None) == bool(found)
    return found if reason is None else reason


class Noisy(torch.nn.Module):
    """Draws random numbers, and raises where it is told to."""

    def __init__(self):
        super().__init__()
        self.frozen = torch.nn.BatchNorm1d(3).eval()
        self.drop = torch.nn.Dropout(0.5)
        self.rnn = torch.nn.RNN(3, 4, num_layers=2, dropout=0.5)

    def forward(self, x, *, fails=False):
        noise = torch.rand(1) + random.random() + np.random.default_rng(0).random()
        out = self.rnn(self.drop(x) + 0.0 * noise)
        if fails:
            raise RuntimeError("told to")
        return out


@pytest.mark.parametrize("fails", [False, True])
def test_a_run_leaves_modes_hooks_gradients_and_generators_as_they_were(fails):
    model = Noisy().train()
    model.frozen.eval()
    modes = [part.training for part in model.modules()]
    torch.manual_seed(1), random.seed(1)
    before = torch.get_rng_state(), random.getstate()
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    layers, inputs = recurrent_layers(model), {"x": torch.randn(5, 2, 3), "fails": fails}
    torch.manual_seed(1)
    if fails:
        with pytest.raises(ValueError, match=r"inputs must be what the Noisy takes.*RuntimeError: told to"):
            recorded_calls(model, layers, inputs)
    else:
        (call,) = recorded_calls(model, layers, inputs)["rnn"]
        assert torch.equal(call.inputs, inputs["x"])  # the dropout before it is off
        assert not call.inputs.requires_grad
    assert [part.training for part in model.modules()] == modes
    assert all(not part._forward_hooks and not part._forward_pre_hooks for part in model.modules())
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert torch.is_grad_enabled()
    assert all(torch.equal(value, weights[name]) for name, value in model.state_dict().items())
    assert all(weight.grad is None for weight in model.parameters())


@pytest.mark.parametrize("batch_first", [False, True])
def test_a_batch_has_its_sequences_where_batch_first_says(batch_first):
    x = torch.randn(4, 7, 3)
    h = torch.randn(2, 4 if batch_first else 7, 5)
    found = sequences(torch.nn.GRU(3, 5, 2, batch_first=batch_first), x, h)
    assert len(found) == (4 if batch_first else 7)
    for b, sequence in enumerate(found):
        np.testing.assert_array_equal(sequence.inputs, x[b] if batch_first else x[:, b])
        assert [c for _, c in sequence.states] == [None, None]
        np.testing.assert_array_equal([h for h, _ in sequence.states], h[:, b])


def test_one_sequence_without_a_batch():
    x, h, c = torch.randn(6, 3), torch.randn(2, 5), torch.randn(2, 5)
    (found,) = sequences(torch.nn.LSTM(3, 5, bidirectional=True), x, (h, c))
    np.testing.assert_array_equal(found.inputs, x)
    np.testing.assert_array_equal([s[0] for s in found.states], h)
    np.testing.assert_array_equal([s[1] for s in found.states], c)


@pytest.mark.parametrize("lengths", [(5, 4, 2), (2, 5, 1, 5, 3), (3,)])
@pytest.mark.parametrize("sorted_", [True, False])
def test_packed_sequences_come_back_in_the_order_of_the_batch(lengths, sorted_):
    lengths = sorted(lengths, reverse=True) if sorted_ else lengths
    rows = [torch.randn(k, 3) for k in lengths]
    h = torch.randn(1, len(lengths), 4)
    found = sequences(torch.nn.RNN(3, 4), pack_sequence(rows, enforce_sorted=sorted_), h)
    assert len(found) == len(rows)
    for b, (sequence, row) in enumerate(zip(found, rows, strict=True)):
        np.testing.assert_array_equal(sequence.inputs, row)
        np.testing.assert_array_equal(sequence.states[0][0], h[0, b])


class Packing(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.GRU(3, 4, batch_first=True)

    def forward(self, x, lengths):
        return self.rnn(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))


def test_a_model_that_packs_takes_the_lengths_beside_x():
    x, lengths = torch.randn(3, 8, 3), torch.tensor([2, 8, 5])
    found = sequences(Packing(), (x, lengths), path="rnn")
    assert [len(sequence.inputs) for sequence in found] == [2, 8, 5]
    np.testing.assert_array_equal(found[2].inputs, x[2, :5])
    by_name = sequences(Packing(), {"x": x, "lengths": lengths}, path="rnn")
    np.testing.assert_array_equal(by_name[0].inputs, found[0].inputs)


class Loop(torch.nn.Module):
    """A cell in a loop, whose state `between` may change."""

    def __init__(self, cell, between=lambda state: state, restart=None):
        super().__init__()
        self.cell, self.between, self.restart = cell, between, restart

    def forward(self, x):
        state = None
        for k, row in enumerate(x):
            if k == self.restart:
                state = None
            state = self.between(self.cell(row, state))
        return state


@pytest.mark.parametrize("kind", [torch.nn.RNNCell, torch.nn.GRUCell, torch.nn.LSTMCell])
@pytest.mark.parametrize("batch", [(), (3,)])
def test_calls_of_a_cell_are_the_steps_of_a_sequence(kind, batch):
    x = torch.randn(6, *batch, 2)
    found = sequences(Loop(kind(2, 4)), x, path="cell")
    assert len(found) == (batch or (1,))[0]
    np.testing.assert_array_equal(found[-1].inputs, x[:, -1] if batch else x)
    assert found[0].states == ((None, None),)
    again = sequences(Loop(kind(2, 4), restart=4), x, path="cell")
    assert sorted({len(sequence.inputs) for sequence in again}) == [2, 4]


def test_a_state_that_the_model_changes_makes_no_sequence():
    assert "changes its state" in sequences(Loop(torch.nn.GRUCell(2, 4), torch.relu), torch.randn(5, 2), path="cell")


@pytest.mark.parametrize("kind", [torch.nn.RNNCell, torch.nn.LSTMCell])
def test_a_bare_cell_takes_one_step_or_a_tensor_of_steps(kind):
    x = torch.randn(5, 3, 2)
    (*_, last) = sequences(kind(2, 4), x)
    np.testing.assert_array_equal(last.inputs, x[:, 2])
    assert len(sequences(kind(2, 4), x[0])) == 3


class Pieces(torch.nn.Module):
    """Calls its GRU for pieces of the sequence, with the state that the piece before has left or without."""

    def __init__(self, carries):
        super().__init__()
        self.rnn, self.carries = torch.nn.GRU(2, 3), carries

    def forward(self, x):
        h = None
        for piece in x.split(4):
            out, h = self.rnn(piece, h if self.carries else None)
        return out


def test_pieces_of_a_sequence_are_one_where_the_state_is_carried():
    x = torch.randn(10, 2, 2)
    found = sequences(Pieces(carries=True), x, path="rnn")
    assert [len(sequence.inputs) for sequence in found] == [10, 10]
    np.testing.assert_array_equal(found[1].inputs, x[:, 1])
    assert [len(s.inputs) for s in sequences(Pieces(carries=False), x, path="rnn")] == [4, 4, 4, 4, 2, 2]


def test_copies_do_not_see_what_the_model_does_next():
    class Overwrites(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = torch.nn.RNN(2, 3)

        def forward(self, x):
            out, _ = self.rnn(x)
            x.zero_()
            return out

    x = torch.randn(4, 2)
    kept = x.clone()
    (found,) = sequences(Overwrites(), x, path="rnn")
    np.testing.assert_array_equal(found.inputs, kept)


def test_a_module_that_is_not_called_has_none():
    model = Pieces(carries=True)
    model.idle = torch.nn.GRU(2, 2)
    assert sequences(model, torch.randn(3, 1, 2), path="idle") == "the model did not call it"


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_numbers_of_any_precision(dtype):
    x = torch.randn(3, 2, dtype=dtype)
    (found,) = sequences(torch.nn.RNN(2, 3).to(dtype), x)
    np.testing.assert_array_equal(found.inputs, x.double())
