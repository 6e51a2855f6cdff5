"""The command: its output, its exit codes, its one-line errors."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc
from rhochain import cli
from rhochain.commands import check as check_command

CELEGANS = Path(__file__).parents[3] / "examples/data/celegans_chemical.mtx"


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "rhochain", *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture
def small(tmp_path):
    np.save(tmp_path / "W.npy", np.diag([0.5, 0.25]))
    return tmp_path / "W.npy"


def test_celegans_as_json():
    done = run("check", CELEGANS, "--activation", "tanh", "--json", "-")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    for quantity, value in (("spectral_radius", 106.0979), ("spectral_norm", 219.2118)):
        found = report[quantity]
        assert found["value"] == pytest.approx(value, rel=1e-4)
        assert found["lower"]["value"] <= value * (1 + 1e-6)
        assert found["upper"]["value"] >= value * (1 - 1e-6)
    assert report["verdict"] == "EXPLODES_FOR_SOME_SLOPES"
    assert report["source"] == str(CELEGANS)


def test_scaled_celegans_vanishes(tmp_path):
    sparse.save_npz(tmp_path / "W.npz", rc.load(CELEGANS) / 220.0)
    done = run("check", tmp_path / "W.npz", "--activation", "tanh", "--json", "-")
    assert json.loads(done.stdout)["verdict"] == "VANISHES"


def test_table_and_json_file(small, tmp_path, capsys):
    assert cli.main(["check", str(small), "--gain", "1.5", "--json", str(tmp_path / "out.json")]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Gradients vanish for every input\n\nverdict   VANISHES\n")
    assert f"\nsource    {small}\n" in text
    assert json.loads((tmp_path / "out.json").read_text())["gain"] == 1.5


def test_options_reach_the_check(small, capsys):
    options = [
        "--rtol",
        "0.1",
        "--delta",
        "1e-3",
        "--seed",
        "4",
        "--threads",
        "1",
        "--max-seconds",
        "5",
        "--leak",
        "0.5",
    ]
    assert cli.main(["check", str(small), "--activation", "leaky_relu:1.5", *options]) == 0
    text = capsys.readouterr().out
    assert "gamma = 1.5 (leaky_relu:1.5), leak 0.5" in text


def test_info(capsys):
    assert cli.main(["info"]) == 0
    facts = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert facts["version"] == rc.__version__
    assert int(facts["threads"]) >= 1
    assert {"isa", "compiler", "openmp", "python", "numpy", "scipy"} <= set(facts)


def test_version_and_prefix(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"rhochain {rc.__version__}\n"
    assert cli.main(["--cmake-dir"]) == 0
    prefix = Path(capsys.readouterr().out.strip())
    assert (prefix / "lib/cmake/rhochain/rhochainConfig.cmake").is_file()


def test_help_names_the_activations(capsys):
    with pytest.raises(SystemExit):
        cli.main(["check", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert all(known.name in text for known in rc.activations())


MISUSE = {
    "no command": ([], "a command is required"),
    "unknown command": (["chekc"], "(see rhochain --help)"),
    "unknown option": (["check", "W.npy", "--gain", "1", "--fast"], "--fast"),
    "no file": (["check", "--gain", "1"], "FILE"),
    "missing file": (["check", "no/such.mtx", "--gain", "1"], "no/such.mtx: no such file"),
    "unknown ending": (["check", "W.xyz", "--gain", "1"], "unknown kind of file"),
    "neither activation nor gain": (
        ["check", "SMALL"],
        "give --activation, such as --activation tanh, or --gain; got neither",
    ),
    "activation and gain": (
        ["check", "SMALL", "--activation", "tanh", "--gain", "1"],
        "give either activation or gain",
    ),
    "unknown activation": (["check", "SMALL", "--activation", "tanhh"], "tanhh"),
    "unbounded activation": (["check", "SMALL", "--activation", "exp"], "exp"),
    "gain text": (["check", "SMALL", "--gain", "one"], "--gain must be a number"),
    "gain negative": (["check", "SMALL", "--gain", "-1"], "gain must be finite and above 0"),
    "rtol 0": (["check", "SMALL", "--gain", "1", "--rtol", "0"], "rtol must lie between 0 and 1"),
    "threads 0": (["check", "SMALL", "--gain", "1", "--threads", "0"], "threads"),
    "neither of two verdicts": (
        ["check", "SMALL", "--gain", "1", "--fail-on", "GONE"],
        "--fail-on must be one of VANISHES",
    ),
    "a page of two": (["check", "SMALL", "SMALL", "--gain", "1", "--html", "a.html"], "--html takes one FILE"),
    "the same input twice": (["check", "-", "-", "--gain", "1"], "standard input can be read once"),
    "no target": (["rescale", "SMALL", "out.npz"], "give exactly one of --radius, --norm, --perron, --scaled"),
    "two targets": (["rescale", "SMALL", "o.npz", "--radius", "1", "--norm", "1"], "give exactly one of"),
    "unknown ending to write": (["convert", "SMALL", "out.csv"], "OUT must end in .npz, .npy or .mtx"),
    "nowhere to write": (["convert", "SMALL"], "OUT is required"),
    "no steps": (["chain", "SMALL"], "give --steps, or --inputs"),
    "perron with leak": (["radius", "SMALL", "--perron", "--leak", "0.5"], "--perron goes without --leak"),
    "no vector file": (["radius", "SMALL", "--vector", "v.txt"], "--vector must name a .npy file"),
    "an option of another command": (["norm", "SMALL", "--proved"], "--proved"),
    "json into nowhere": (["check", "SMALL", "--gain", "1", "--json", "no/such/folder.json"], "no/such/folder.json"),
    "not square": (["check", "WIDE", "--gain", "1"], "W must be square; got shape (1, 2)"),
}


@pytest.mark.parametrize("kind", MISUSE)
def test_misuse_is_one_line(kind, small, tmp_path, capsys):
    arguments, words = MISUSE[kind]
    np.save(tmp_path / "wide.npy", np.ones((1, 2)))
    places = {"SMALL": str(small), "WIDE": str(tmp_path / "wide.npy")}
    with pytest.raises(SystemExit) as caught:
        cli.main([places.get(argument, argument) for argument in arguments])
    assert caught.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("rhochain: error: ")
    assert shown.err.count("\n") == 1
    assert words in shown.err


def test_misuse_of_the_process():
    done = run("check", "no/such.mtx", "--activation", "tanh")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "rhochain: error: no/such.mtx: no such file\n"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"2 2 1\n1 1 0.5\n", "line 1: '2 2 1' and no banner; expected a first line"),
        (b"%%MatrixMarket matrix coordinate real general\n2 2 x\n", "line 2: the size line '2 2 x'; expected"),
        (b"%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 0\0.5\n", r"line 3: '1 1 0\x00.5'; expected"),
    ],
)
def test_a_bad_file_ends_in_one_line(content, complaint, tmp_path):
    path = tmp_path / "W.mtx"
    path.write_bytes(content)
    done = run("check", str(path), "--activation", "tanh")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"rhochain: error: {path}: {complaint}")
    assert done.stderr.count("\n") == 1


def test_interrupt(monkeypatch, small, capsys):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(check_command, "check", interrupted)
    assert cli.main(["check", str(small), "--gain", "1"]) == 130
    assert capsys.readouterr().err == "rhochain: interrupted\n"


@pytest.mark.parametrize("name", ["no/such/folder.json", ".", "x" * 300])
def test_json_that_cannot_be_written_is_told_first(name, monkeypatch, small, capsys):
    monkeypatch.setattr(check_command, "check", lambda *_arguments, **_options: pytest.fail("computed first"))
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", str(small), "--gain", "1", "--json", name])
    assert caught.value.code == 2
    assert f"--json must name a file that can be written; got {name} (" in capsys.readouterr().err


def test_json_file_is_left_alone_until_there_is_a_report(small, tmp_path):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text("{}")
    for file in (old, new):
        with pytest.raises(SystemExit):
            cli.main(["check", str(small), "--gain", "-1", "--json", str(file)])
    assert old.read_text() == "{}"
    assert not new.exists()


@pytest.mark.parametrize("arguments", [["info"], ["check", "SMALL", "--gain", "1", "--json", "-"]])
def test_a_reader_that_has_gone_ends_it_quietly(arguments, small):
    command = [sys.executable, "-m", "rhochain", *(str(small) if a == "SMALL" else a for a in arguments)]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_no_misuse(small):
    command = [sys.executable, "-m", "rhochain", "check", str(small), "--gain", "1"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("rhochain: error: the output cannot be written: ")
    assert done.stderr.count("\n") == 1
    done = run(*command[3:], "--json", "/dev/full")
    assert (done.returncode, done.stdout) == (1, "")
    assert "No space left on device" in done.stderr
