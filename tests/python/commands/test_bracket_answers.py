"""radius, norm and scale: the numbers of the Python API, in words and as JSON, against dense NumPy."""

import json
from pathlib import Path

import numpy as np
import pytest
from schemas import require_valid

import rhochain as rc
from rhochain import cli

CELEGANS = Path(__file__).parents[3] / "examples/data/celegans_chemical.mtx"


@pytest.fixture
def weights(tmp_path):
    W = np.random.default_rng(5).standard_normal((30, 30))
    np.save(tmp_path / "W.npy", W)
    return W, str(tmp_path / "W.npy")


def answer(capsys, *arguments):
    assert cli.main([*map(str, arguments), "--json", "-"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    plain = json.loads(shown.out)
    require_valid("bracket", plain)
    return plain


def dense(W):
    """Each quantity by LAPACK; mu_D(W) has no such reading and is left to its two neighbours."""
    radius = np.abs(np.linalg.eigvals(W)).max()
    return {
        ("radius",): radius,
        ("radius", "--proved"): radius,
        ("radius", "--perron"): np.abs(np.linalg.eigvals(np.abs(W))).max(),
        ("radius", "--leak", "0.25"): np.abs(np.linalg.eigvals(0.75 * np.eye(len(W)) + 0.25 * W)).max(),
        ("norm",): np.linalg.norm(W, 2),
    }


@pytest.mark.parametrize("command", dense(np.eye(2)))
def test_brackets_hold_what_lapack_finds(command, weights, capsys):
    W, file = weights
    found, expected = answer(capsys, command[0], file, *command[1:]), dense(W)[command]
    assert found["lower"]["value"] <= expected * (1 + 1e-9)
    assert found["upper"]["value"] >= expected * (1 - 1e-9)
    assert found["value"] == pytest.approx(expected, rel=2e-3)
    assert (found["source"], found["shape"]) == (file, [30, 30])
    if "--proved" in command:
        assert (found["lower"]["grade"], found["upper"]["grade"]) == ("PROVED", "PROVED")
    assert found["leak"] == (0.25 if "--leak" in command else 1.0)


def test_scale_lies_between_its_neighbours_and_its_scaling_attains_it(weights, tmp_path, capsys):
    W, file = weights
    found = answer(capsys, "scale", file, "--vector", tmp_path / "d.npy")
    between = np.abs(np.linalg.eigvals(W)).max() * (1 - 1e-9), np.linalg.norm(W, 2) * (1 + 1e-9)
    assert between[0] <= found["upper"]["value"]
    assert found["lower"]["value"] <= between[1]
    D = np.diag(np.exp(np.load(tmp_path / "d.npy")))
    assert np.linalg.norm(D @ W @ np.linalg.inv(D), 2) <= found["attained"]["value"] * (1 + 1e-9)


def test_the_vector_is_an_eigenvector(weights, tmp_path, capsys):
    W, file = weights
    found = answer(capsys, "radius", file, "--vector", tmp_path / "x.npy")
    x, (real, imaginary) = np.load(tmp_path / "x.npy"), found["eigenvalue"]
    assert np.linalg.norm(W @ x - (real + 1j * imaginary) * x) <= found["residual"] * (1 + 1e-6) + 1e-12
    assert abs(real + 1j * imaginary) == pytest.approx(found["value"], rel=2e-3)


def test_a_leak_of_each_neuron_comes_from_a_file(weights, tmp_path, capsys):
    W, file = weights
    a = np.random.default_rng(1).uniform(0.2, 1.0, 30)
    np.save(tmp_path / "a.npy", a)
    found = answer(capsys, "radius", file, "--leak", tmp_path / "a.npy")
    expected = np.abs(np.linalg.eigvals(np.diag(1 - a) + np.diag(a) @ W)).max()
    assert found["lower"]["value"] <= expected * (1 + 1e-9) <= found["upper"]["value"] * (1 + 2e-9)
    assert found["leak"] == a.tolist()


def test_options_are_those_of_the_api(capsys):
    options = {"rtol": 1e-2, "delta": 1e-4, "seed": 3, "max_matvecs": 50, "threads": 1}
    found = answer(capsys, "norm", CELEGANS, *(f"--{k.replace('_', '-')}={v}" for k, v in options.items()))
    expected = rc.spectral_norm(rc.load(CELEGANS), **options).to_dict(history=False)
    assert {k: v for k, v in found.items() if k in expected and k != "seconds"} == {
        k: v for k, v in expected.items() if k != "seconds"
    }


def test_the_words(capsys):
    assert cli.main(["radius", str(CELEGANS)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["file", "matrix", "rho(W)", "at", "at", "status"]
    assert lines[3].split()[2:4] == ["106.0885", "PROVED"]
    assert lines[4].split()[2:4] == ["106.0984", "PROVED"]


def test_a_wide_matrix_has_a_norm_and_no_radius(tmp_path, capsys):
    np.save(tmp_path / "wide.npy", np.ones((2, 8)))
    assert answer(capsys, "norm", tmp_path / "wide.npy")["value"] == pytest.approx(4.0)
    with pytest.raises(SystemExit) as caught:
        cli.main(["radius", str(tmp_path / "wide.npy")])
    assert caught.value.code == 2
    assert "W must be square" in capsys.readouterr().err
