"""rescale and convert: what they write is W, whole or not at all, with the ids of its neurons."""

import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.io import mmread

import rhochain as rc
from rhochain import cli
from rhochain.commands import matrix_files, reading
from rhochain.commands.matrix_files import write_matrix, written_whole

CELEGANS = Path(__file__).parents[3] / "examples/data/celegans_chemical.mtx"


def dense(W):
    return W.toarray() if sparse.issparse(W) else np.asarray(W)


@pytest.fixture
def random(tmp_path):
    rng = np.random.default_rng(11)
    W = np.where(rng.random((25, 25)) < 0.3, rng.standard_normal((25, 25)), 0.0)
    np.save(tmp_path / "W.npy", W)
    return W, str(tmp_path / "W.npy")


QUANTITIES = {
    "--radius": lambda W: np.abs(np.linalg.eigvals(W)).max(),
    "--norm": lambda W: np.linalg.norm(W, 2),
    "--perron": lambda W: np.abs(np.linalg.eigvals(np.abs(W))).max(),
}


@pytest.mark.parametrize("option", QUANTITIES)
@pytest.mark.parametrize("ending", [".npz", ".npy", ".mtx"])
def test_rescale_gives_the_quantity(option, ending, random, tmp_path, capsys):
    W, file = random
    out = str(tmp_path / f"out{ending}")
    assert cli.main(["rescale", file, out, option, "0.75", "--rtol", "1e-6"]) == 0
    factor = float(capsys.readouterr().out.split("factor")[1].split(",")[0])
    scaled = dense(rc.load(out))
    np.testing.assert_array_equal(scaled, W * factor)
    assert QUANTITIES[option](scaled) == pytest.approx(0.75, rel=1e-5)


def test_rescale_to_a_scaled_norm_from_above(random, tmp_path):
    _, file = random
    assert cli.main(["rescale", file, str(tmp_path / "o.npz"), "--scaled", "0.9", "--conservative"]) == 0
    assert rc.scaled_norm(rc.load(tmp_path / "o.npz")).lower.value <= 0.9
    assert str(rc.check(rc.load(tmp_path / "o.npz"), activation="tanh").verdict) == "VANISHES"


def test_rescale_with_a_leak(random, tmp_path):
    W, file = random
    assert cli.main(["rescale", file, str(tmp_path / "o.npy"), "--radius", "0.95", "--leak", "0.5"]) == 0
    J = 0.5 * np.eye(len(W)) + 0.5 * np.load(tmp_path / "o.npy")
    assert np.abs(np.linalg.eigvals(J)).max() == pytest.approx(0.95, rel=2e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("first", [".npy", ".npz", ".mtx"])
@pytest.mark.parametrize("second", [".npz", ".npy", ".mtx"])
def test_convert_keeps_every_bit(first, second, dtype, random, tmp_path, capsys):
    W, known = (random[0] / 3).astype(dtype), np.finfo(dtype)
    W[0, :4] = known.max, known.tiny, -known.smallest_subnormal, 1 + known.eps
    write_matrix(str(tmp_path / f"a{first}"), W if first == ".npy" else sparse.csr_array(W), None)
    assert cli.main(["convert", str(tmp_path / f"a{first}"), str(tmp_path / f"b{second}")]) == 0
    np.testing.assert_array_equal(dense(rc.load(tmp_path / f"b{second}")), W)
    assert f"written     {tmp_path / f'b{second}'}" in capsys.readouterr().out


def test_an_archive_is_one_of_scipy(tmp_path):
    assert cli.main(["convert", str(CELEGANS), str(tmp_path / "W.npz")]) == 0
    W = sparse.load_npz(tmp_path / "W.npz")
    assert (sparse.csr_matrix(mmread(CELEGANS)) != W).nnz == 0


@pytest.mark.parametrize("ids", [[2**60 + 1, 7, 5], ["ASHL", "b", "c"], np.array(["a", 1, 2.5], object)])
def test_ids_go_with_the_matrix(ids, tmp_path, monkeypatch, capsys):
    ids = np.asarray(ids)
    W = sparse.csr_array(np.diag([1.0, 2.0, 3.0]))
    weights = rc.Weights(W, ids, "target", "somewhere", notes=("a remark.",))
    monkeypatch.setattr(reading, "load", lambda *_path, **_options: weights)
    for ending in (".npz", ".mtx"):
        assert cli.main(["convert", "edges.csv", str(tmp_path / f"W{ending}")]) == 0
    text = capsys.readouterr().out
    assert "a remark." in text
    assert "ids         3 of " in text
    stored = ids.astype(str) if ids.dtype == object else ids
    np.testing.assert_array_equal(np.load(tmp_path / "W.npz", allow_pickle=False)["ids"], stored)
    np.testing.assert_array_equal(np.load(tmp_path / "W.mtx.ids.npy", allow_pickle=False), stored)
    np.testing.assert_array_equal(sparse.load_npz(tmp_path / "W.npz").toarray(), W.toarray())


def test_a_failure_leaves_the_file_as_it_was(tmp_path):
    target = tmp_path / "W.npy"
    target.write_bytes(b"before")

    def fail():
        with written_whole(str(target)) as path:
            path.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_permissions_and_links_stay(tmp_path):
    target, link = tmp_path / "W.npy", tmp_path / "link.npy"
    target.write_bytes(b"before")
    target.chmod(0o640)
    link.symlink_to(target)
    write_matrix(str(link), np.eye(2), None)
    assert link.is_symlink()
    np.testing.assert_array_equal(np.load(target), np.eye(2))
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_dense_file_beyond_the_memory_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(matrix_files, "machine_memory", lambda: 1000)
    with pytest.raises(SystemExit) as caught:
        cli.main(["convert", str(CELEGANS), str(tmp_path / "W.npy")])
    assert caught.value.code == 2
    assert "OUT must hold a dense .npy of" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_standard_output_has_the_matrix_and_nothing_else(random, monkeypatch, capfdbinary):
    W, file = random
    assert cli.main(["convert", file, "-"]) == 0
    sys.stdout.flush()
    shown = capfdbinary.readouterr()
    np.testing.assert_array_equal(mmread(io.BytesIO(shown.out)), W)
    assert b"written     standard output" in shown.err
