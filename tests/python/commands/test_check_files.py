"""check: a report as JSON and as a page, several files as a table, exit codes by verdict."""

import json
from pathlib import Path

import numpy as np
import pytest
from schemas import require_valid

import rhochain as rc
from rhochain import cli

CELEGANS = Path(__file__).parents[3] / "examples/data/celegans_chemical.mtx"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three files: one that vanishes, one with growing slopes, one that is none."""
    monkeypatch.chdir(tmp_path)
    np.save("small.npy", np.diag([0.5, 0.25]))
    np.save("large.npy", np.array([[0.0, 3.0], [2.0, 0.0]]))
    Path("bad.mtx").write_text("no matrix\n")
    return tmp_path


def run(*arguments):
    """The exit code, also where the command line raises it."""
    try:
        return cli.main([*map(str, arguments)])
    except SystemExit as end:
        return end.code


@pytest.mark.parametrize("more", [[], ["--quick"], ["--leak", "0.5"], ["--gain", "g.npy"]])
def test_a_report_is_what_the_schema_says(more, folder, capsys):
    np.save("g.npy", [1.0, 0.5])
    slope = [] if "--gain" in more else ["--activation", "tanh"]
    assert run("check", "large.npy", *slope, *more, "--json", "-") == 0
    found = json.loads(capsys.readouterr().out)
    require_valid("report", found)
    if more == ["--quick"]:
        assert found["spectral_norm"] is None
    assert found["local_gains"] == ("--gain" in more)


def test_quick_and_the_options_give_the_report_of_the_api(capsys):
    options = ["--rtol", "0.05", "--seed", "3", "--max-matvecs", "300", "--quick"]
    assert run("check", CELEGANS, "--activation", "tanh", *options, "--json", "-") == 0
    found = json.loads(capsys.readouterr().out)
    given = {"rtol": 0.05, "seed": 3, "max_matvecs": 300, "quick": True}
    expected = rc.check(rc.load(CELEGANS), activation="tanh", **given).to_dict()
    assert found["verdict"] == expected["verdict"]
    for quantity in ("spectral_radius", "perron_radius", "worst_case_growth"):
        found[quantity], expected[quantity] = (
            None if each is None else {k: v for k, v in each.items() if k != "seconds"}
            for each in (found[quantity], expected[quantity])
        )
        assert found[quantity] == expected[quantity]


def test_a_page_and_json_beside_the_text(folder, capsys):
    assert run("check", "small.npy", "--activation", "tanh", "--html", "r.html", "--json", "r.json") == 0
    assert "verdict   VANISHES" in capsys.readouterr().out
    page = Path("r.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "VANISHES" in page
    require_valid("report", json.loads(Path("r.json").read_text(encoding="utf-8")))


def test_several_files_are_rows_and_a_failing_one_ends_in_2(folder, capsys):
    assert run("check", "small.npy", "bad.mtx", "large.npy", "gone.npz", "--activation", "tanh") == 2
    shown = capsys.readouterr()
    head, *rows = shown.out.splitlines()
    assert shown.err == ""
    assert head.split() == ["file", "verdict", "rho(W)", "sigma_1(W)", "vanishes", "below", "explodes", "above"]
    assert [row.split()[:2] for row in rows] == [
        ["small.npy", "VANISHES"],
        ["bad.mtx", "error:"],
        ["large.npy", "EXPLODES_FOR_SOME_SLOPES"],
        ["gone.npz", "error:"],
    ]
    assert [float(x) for x in rows[0].split()[2:4]] == [0.5, 0.5]
    assert rows[3].split(maxsplit=2)[2] == "no such file"
    assert "bad.mtx: " not in rows[1]


def test_several_files_as_json(folder, capsys):
    assert run("check", "small.npy", "bad.mtx", "--activation", "tanh", "--json", "-") == 2
    found = json.loads(capsys.readouterr().out)
    require_valid("report", found)
    assert [each["source"] for each in found] == ["small.npy", "bad.mtx"]
    assert "error" in found[1]


@pytest.mark.parametrize(
    ("files", "verdicts", "code"),
    [
        (["small.npy"], [], 0),
        (["small.npy"], ["EXPLODES"], 0),
        (["small.npy"], ["VANISHES"], 3),
        (["small.npy"], ["explodes", "vanishes"], 3),
        (["small.npy", "large.npy"], ["EXPLODES_FOR_SOME_SLOPES"], 3),
        (["small.npy", "bad.mtx"], ["VANISHES"], 2),
    ],
)
def test_verdicts_that_fail(files, verdicts, code, folder, capsys):
    assert run("check", *files, "--activation", "tanh", *(f"--fail-on={verdict}" for verdict in verdicts)) == code
    assert capsys.readouterr().out


def test_what_one_trajectory_may_decide_is_said_as_a_command(folder, capsys):
    W = np.random.default_rng(0).standard_normal((60, 60)) / 6.0
    np.save("it's.npy", W)
    assert run("check", "it's.npy", "--activation", "sin", "--max-matvecs", "3") == 0
    shown = capsys.readouterr().out
    assert "verdict   UNDECIDED" in shown or "verdict   EXPLOSION_NOT_EXCLUDED" in shown
    assert shown.splitlines()[-1] == """next      rhochain chain 'it'"'"'s.npy' --activation sin --steps 1000"""


def test_a_state_dict_says_of_what_kind_its_numbers_are(folder, capsys):
    safetensors = pytest.importorskip("safetensors.numpy")
    W = np.random.default_rng(0).standard_normal((12, 12)).astype(np.float16) / 10
    safetensors.save_file({"rnn.weight_hh_l0": W}, "model.safetensors")
    assert run("check", "model.safetensors", "--activation", "tanh", "--json", "-") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["model"], found["source"]) == ("model.safetensors", "float16")
    assert run("check", "small.npy", "model.safetensors", "--activation", "tanh") == 0
    assert "model.safetensors  1 layer: VANISHES" in capsys.readouterr().out
