"""What commands read: standard input by its first bytes, and the options that `load` gets."""

import gzip
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.io import mmwrite

import rhochain as rc
from rhochain import cli
from rhochain.commands import reading

W = np.array([[0.0, 2.0], [0.5, 0.25]])


def as_bytes(kind):
    stream = io.BytesIO()
    if kind == "npy":
        np.save(stream, W)
    elif kind == "npz":
        sparse.save_npz(stream, sparse.csr_array(W))
    else:
        mmwrite(stream, sparse.coo_array(W))
    return gzip.compress(stream.getvalue()) if kind == "mtx.gz" else stream.getvalue()


def run(arguments, given):
    return subprocess.run([sys.executable, "-m", "rhochain", *arguments], input=given, capture_output=True)


class Given(io.TextIOWrapper):
    def __init__(self, content):
        super().__init__(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["npy", "npz", "mtx", "mtx.gz"])
def test_standard_input_is_read_by_its_content(kind, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", Given(as_bytes(kind)))
    assert cli.main(["radius", "-"]) == 0
    text = capsys.readouterr().out
    radius = np.abs(np.linalg.eigvals(W)).max()
    assert text.startswith("file        -\nmatrix      2 x 2, 3 nonzeros")
    assert float(text.split("rho(W)")[1].split(",")[0]) == pytest.approx(radius, rel=1e-3)


def test_a_pipe_of_two_commands():
    scaled = run(["rescale", "-", "-", "--radius", "0.5"], as_bytes("npz"))
    assert scaled.returncode == 0
    done = run(["check", "-", "--activation", "tanh", "--fail-on", "vanishes"], scaled.stdout)
    assert (done.returncode, done.stderr) == (3, b"")
    assert b"verdict   VANISHES\n" in done.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "standard input: empty"),
        (b"\0\1\2", "standard input: first bytes"),
        (b"%%MatrixMarket matrix coordinate real general\n2 2 x\n", "standard input: line 2"),
        (b"\x93NUMPY\x01", "standard input: "),
        (b"\x1f\x8b no gzip", "standard input: gzip data corrupt"),
        (b"PK\x03\x04 no zip", "standard input: archive"),
    ],
)
def test_bad_standard_input_is_one_line_that_names_it(content, words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", Given(content))
    with pytest.raises(SystemExit) as caught:
        cli.main(["norm", "-"])
    assert caught.value.code == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"rhochain: error: {words}")
    assert shown.count("\n") == 1
    assert "/tmp" not in shown


OPTIONS = {
    "source": "pre",
    "target": "post",
    "weight": "count",
    "nodes": "ids.npy",
    "unknown": "drop",
    "sign": "drosophila",
    "transmitter": "nt",
    "unknown_sign": 1,
    "rows": "source",
    "name": "W",
    "memory": "2GB",
}
COMMANDS = {
    "check": ["--activation", "tanh"],
    "radius": [],
    "norm": [],
    "scale": [],
    "chain": ["--steps", "5"],
    "lyapunov": ["--steps", "5"],
    "rescale": ["OUT", "--radius", "1"],
    "convert": ["OUT"],
    "compare": ["edges.csv"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_passes_on_what_was_given_and_nothing_else(command, tmp_path, monkeypatch):
    got = []

    def load(path, **options):
        got.append((path, options))
        return rc.Weights(sparse.csr_array(W), np.array([10, 20]), "target", str(path))

    monkeypatch.setattr(reading, "load", load)
    more = [str(tmp_path / "out.npz") if word == "OUT" else word for word in COMMANDS[command]]
    assert cli.main([command, "edges.csv", *more]) == 0
    assert set(map(str, got)) == {"('edges.csv', {})"}
    got.clear()
    given = [word for name, value in OPTIONS.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    assert cli.main([command, "edges.csv", *more, *given]) == 0
    assert got[0] == ("edges.csv", OPTIONS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_dry_run_prints_the_counts_alone(command, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reading, "load", lambda _path, dry_run: f"{dry_run} 7 rows")
    out = tmp_path / "out.npz"
    words = [str(out) if word == "OUT" else word for word in COMMANDS[command]]
    try:
        code = cli.main([command, "edges.csv", *words, "--dry-run"])
    except SystemExit as end:
        code = end.code
    assert code == 0
    assert capsys.readouterr().out == "edges.csv: True 7 rows\n"
    assert not out.exists()


def test_a_weight_may_be_a_number(monkeypatch):
    got = {}

    def load(_path, **options):
        got.update(options)
        return W

    monkeypatch.setattr(reading, "load", load)
    assert cli.main(["norm", "edges.csv", "--weight", "1"]) == 0
    assert got == {"weight": 1.0}


def test_a_sign_rule_is_written_out(monkeypatch, capsys):
    got = {}

    def load(_path, **options):
        got.update(options)
        return W

    monkeypatch.setattr(reading, "load", load)
    assert cli.main(["norm", "edges.csv", "--sign", "GABA=-1,ACH=1"]) == 0
    assert got == {"sign": {"GABA": -1, "ACH": 1}}
    with pytest.raises(SystemExit):
        cli.main(["norm", "edges.csv", "--sign", "GABA=minus"])
    assert "--sign must be a rule" in capsys.readouterr().err


@pytest.mark.parametrize("packed", [False, True])
def test_a_table_through_a_pipe_and_signs(packed, monkeypatch, capsys):
    pytest.importorskip("pyarrow")
    table = b"pre,post,weight,nt\n1,2,3,GABA\n2,1,2,ACH\n1,2,1,GABA\n"
    monkeypatch.setattr(sys, "stdin", Given(gzip.compress(table) if packed else table))
    assert cli.main(["radius", "-", "--sign", "GABA=-1,ACH=1", "--transmitter", "nt", "--proved"]) == 0
    assert float(capsys.readouterr().out.split("rho(W)")[1].split(",")[0]) == pytest.approx(np.sqrt(8.0))


def test_the_command_line_alone_imports_its_libraries():
    names = ("typer", "rich", "click", "shellingham", "pydantic")
    code = f"import sys, rhochain; print([name for name in {names} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "[]\n")


def test_the_examples_of_the_connectome_can_be_named_twice(capsys):
    file = str(Path(__file__).parents[3] / "examples/data/celegans_chemical.mtx")
    assert cli.main(["compare", file, file]) == 0
    assert capsys.readouterr().out.count("not separated: the brackets overlap") == 4
