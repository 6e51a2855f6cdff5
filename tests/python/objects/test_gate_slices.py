"""One gate of a GRU or LSTM is recognised however it was sliced; matrices that share memory otherwise are not."""

import numpy as np
import pytest

import rhochain as rc
from rhochain.objects.gate_slices import stack_behind

torch = pytest.importorskip("torch")
N = 6
WEIGHTS = {"gru": torch.nn.GRU(4, N).weight_hh_l0, "lstm": torch.nn.LSTMCell(4, N).weight_hh}
GATES = {"gru": 3, "lstm": 4}
SLICES = {
    "chunk": lambda w, g: w.chunk(g)[0],
    "split": lambda w, g: w.split(N)[g - 1],
    "rows": lambda w, g: w[N : 2 * N],
    "any n rows": lambda w, g: w[3 : 3 + N],
    "detached rows": lambda w, g: w.detach()[:N],
    "detached later": lambda w, g: w.chunk(g)[1].detach(),
    "data": lambda w, g: w.data[-N:],
    "view": lambda w, g: w.view(g, N, N)[1],
    "transposed": lambda w, g: w[:N].T,
    "twice": lambda w, g: w[N:][:N],
    "array of rows": lambda w, g: w.detach()[N : 2 * N].numpy(),
    "rows of an array": lambda w, g: w.detach().numpy()[:N],
    "transposed rows of an array": lambda w, g: np.asarray(w.detach())[:N].T,
    "rows of a copy": lambda w, g: w.detach().numpy().copy()[:N],
    "a Matrix": lambda w, g: rc.Matrix(w.detach()[:N]),
}


@pytest.mark.parametrize("cell", WEIGHTS)
@pytest.mark.parametrize("form", SLICES)
def test_a_gate_is_refused_as_a_w(cell, form):
    gate = SLICES[form](WEIGHTS[cell], GATES[cell])
    name = {"gru": "a GRU", "lstm": "an LSTM"}[cell]
    with pytest.raises(ValueError, match=rf"weights of shape \({GATES[cell] * N}, {N}\), as of one gate of {name}, "):
        rc.check(gate, activation="tanh")
    assert rc.spectral_radius(gate).value > 0.0  # a number of a block is no verdict
    assert rc.spectral_norm(gate).upper.graded


def test_a_gate_with_gains_of_neurons_is_refused_too():
    gate = WEIGHTS["gru"].detach()[:N]
    with pytest.raises(ValueError, match="one gate of a GRU"):
        rc.check(gate, gain=np.full(N, 0.5))


ACCEPTED = {
    "a copy": lambda w: w.chunk(3)[0].detach().clone(),
    "a copied array": lambda w: w.detach().numpy()[:N].copy(),
    "float64 from float32": lambda w: w[:N].detach().double(),
    "the whole of an RNN": lambda w: torch.nn.RNN(4, N).weight_hh_l0,
    "one of a batch": lambda w: torch.zeros(3, N, N)[1],
    "one of an array of matrices": lambda w: np.zeros((3, N, N))[0],
    "part of a larger matrix": lambda w: torch.zeros(3 * N, 2 * N)[:N, :N],
    "rows of a tall array": lambda w: np.zeros((5 * N, N))[:N],
}


@pytest.mark.parametrize("form", ACCEPTED)
def test_other_matrices_are_accepted(form):
    W = ACCEPTED[form](WEIGHTS["gru"])
    assert stack_behind(W) is None
    assert rc.check(W, activation="tanh").shape == (N, N)


def test_the_whole_weights_are_no_gate():
    for w in WEIGHTS.values():
        assert stack_behind(w) is None
        assert rc.spectral_norm(w).value > 0.0
    for given in (
        "W.npz",
        None,
        [[0.0]],
        torch.zeros(2, 2, device="meta"),
        torch.eye(3).to_sparse(),
        torch.zeros(0, 0),
    ):
        assert stack_behind(given) is None
