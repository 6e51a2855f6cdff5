"""chain and lyapunov: the numbers of a rollout against a plain loop in NumPy."""

import json

import numpy as np
import pytest
from schemas import require_valid

from rhochain import cli
from rhochain.commands.random_inputs import RandomInputs

STEPS, N = 40, 12


@pytest.fixture
def network(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    W = np.random.default_rng(2).standard_normal((N, N)) / np.sqrt(N)
    np.save("W.npy", W)
    return W


def plain(capsys, kind, *arguments):
    assert cli.main([kind, "W.npy", *map(str, arguments), "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    require_valid(kind, found)
    return found


def product(W, inputs, convention, leak=1.0, x0=None):
    """J_{K-1} ... J_0 of tanh, formed."""
    x, P, eye = np.zeros(N) if x0 is None else x0, np.eye(N), np.eye(N)
    for u in inputs:
        if convention == "pre":
            P = ((1 - leak) * eye + leak * W * (1 - np.tanh(x) ** 2)) @ P
            x = (1 - leak) * x + leak * (W @ np.tanh(x) + u)
        else:
            h = np.tanh(W @ x + u)
            P = ((1 - leak) * eye + leak * (1 - h**2)[:, None] * W) @ P
            x = (1 - leak) * x + leak * h
    return P


@pytest.mark.parametrize("convention", ["pre", "post"])
@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_the_norm_along_random_inputs(convention, leak, network, capsys):
    options = ["--steps", STEPS, "--convention", convention, "--leak", leak, "--seed", 5, "--input-scale", 0.7]
    found = plain(capsys, "chain", *options)
    inputs = RandomInputs(STEPS, N, scale=0.7, seed=5)[0:STEPS]
    expected = np.log(np.linalg.norm(product(network, inputs, convention, leak), 2))
    assert found["norm"]["lower"]["value"] - 1e-9 <= expected <= found["norm"]["upper"]["value"] + 1e-9
    assert found["steps"] == STEPS


def test_inputs_starts_weights_and_bias_come_from_files(network, capsys):
    rng = np.random.default_rng(9)
    u, W_in, x0, bias = rng.standard_normal((STEPS, 3)), rng.standard_normal((N, 3)), rng.random(N), rng.random(N)
    for name, array in {"u": u, "W_in": W_in, "x0": x0, "b": bias}.items():
        np.save(f"{name}.npy", array)
    files = ["--inputs", "u.npy", "--input-weights", "W_in.npy", "--x0", "x0.npy", "--bias", "b.npy"]
    found = plain(capsys, "chain", *files)
    expected = np.log(np.linalg.norm(product(network, u @ W_in.T + bias, "pre", x0=x0), 2))
    assert found["norm"]["value"] == pytest.approx(expected, abs=2e-3)


def test_the_rate_is_that_of_a_random_gradient(network, capsys):
    np.save("W.npy", 0.5 * network)
    found = plain(capsys, "chain", "--steps", STEPS, "--input-scale", 0)
    P = product(0.5 * network, np.zeros((STEPS, N)), "pre")
    g = np.random.Generator(np.random.Philox(0)).standard_normal(N)
    rate = (np.linalg.norm(P.T @ g) / np.linalg.norm(g)) ** (1 / STEPS)
    assert found["gradient"]["rate"] == pytest.approx(rate, rel=1e-9)
    assert found["gradient"]["half_life"] == pytest.approx(np.log(2) / -np.log(rate), rel=1e-9)


def test_exponents_of_a_linear_network(network, capsys):
    found = plain(capsys, "lyapunov", "--steps", 4000, "--activation", "identity", "--input-scale", 0, "-k", 1)
    radius = np.abs(np.linalg.eigvals(network)).max()
    assert found["exponents"][0] == pytest.approx(np.log(radius), abs=1e-2)
    assert found["steps"] + found["discard"] == found["done"] == 4000


def test_the_words(network, capsys):
    assert cli.main(["chain", "W.npy", "--steps", "200", "--vanish-level", "1e-2"]) == 0
    text = capsys.readouterr().out
    assert "200 Jacobians (tanh, pre), from x0 = 0" in text
    assert "independent normal numbers of standard deviation 1 (seed 0)" in text
    assert "--rows source transposes" in text
    assert "verdict     VANISHES_ON_TRAJECTORY" in text
    assert cli.main(["lyapunov", "W.npy", "--steps", "300", "-k", "2"]) == 0
    text = capsys.readouterr().out
    assert "lambda_2    -" in text
    assert "ESTIMATE, from 270 steps after 30" in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--steps", "5", "--inputs", "u.npy"], "inputs must have one row for each of the 5 steps; got 7"),
        (["--inputs", "wide.npy"], "inputs must have shape (K, 12)"),
        (["--inputs", "gone.npy"], "gone.npy: cannot be read"),
        (["--steps", "5", "--x0", "u.npy"], "--x0 must name a vector; u.npy has shape (7, 12)"),
        (["--steps", "5", "--convention", "past"], "convention must be 'pre' or 'post'"),
        (["--steps", "5", "--input-scale", "-1"], "--input-scale must be finite and at least 0"),
        (["--steps", "5", "--leak", "2"], "leak must be above 0 and at most 1"),
    ],
)
def test_misuse_names_the_argument(options, words, network, capsys):
    np.save("u.npy", np.zeros((7, N)))
    np.save("wide.npy", np.zeros((7, N + 1)))
    with pytest.raises(SystemExit) as caught:
        cli.main(["chain", "W.npy", *options])
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_random_inputs_are_normal_and_the_same_in_any_order():
    whole = RandomInputs(3000, 7, scale=1.0, seed=4)[0:3000]
    parts = RandomInputs(3000, 7, scale=2.0, seed=4)
    np.testing.assert_array_equal(np.vstack([parts[a : a + 500] for a in range(0, 3000, 500)]), 2.0 * whole)
    assert abs(whole.mean()) < 4 / np.sqrt(whole.size)
    assert whole.std() == pytest.approx(1.0, abs=4 / np.sqrt(2 * whole.size))
    assert np.abs(np.corrcoef(whole.T) - np.eye(7)).max() < 5 / np.sqrt(3000)
    assert (RandomInputs(10, 7, scale=1.0, seed=5)[0:10] != whole[:10]).all()
