"""The command line on ranks: one of them prints, all end with one code."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from launched_ranks import alone, launched, on_ranks
from rank_reports import without_times
from scipy import sparse

PROGRAM = Path(__file__).parents[1] / "oracles" / "rank_commands.py"
CELEGANS = str(Path(__file__).parents[3] / "examples" / "data" / "celegans_chemical.mtx")


def saved(path: Path, n: int) -> str:
    rng = np.random.default_rng(n)
    where = (np.repeat(np.arange(n), 10), rng.integers(0, n, 10 * n))
    sparse.save_npz(path, sparse.csr_array((rng.standard_normal(10 * n) / np.sqrt(10), where), shape=(n, n)))
    return str(path)


def written(folder: Path, commands: list[list[str]]) -> str:
    file = folder / "commands.json"
    file.write_text(json.dumps(commands))
    return str(file)


def plain(text: str) -> Any:
    """An answer in JSON, without times and neurons by name."""
    return {name: value for name, value in without_times(json.loads(text)).items() if name not in ("neurons", "hubs")}


def test_answers_of_ranks_are_those_of_one_process(tmp_path: Path) -> None:
    large = saved(tmp_path / "large.npz", 20_000)
    vectors = {name: str(tmp_path / f"{name}.npy") for name in ("radius", "scale")}
    budget = ["--max-matvecs", "200", "--json", "-"]
    of_neurons = {name: str(tmp_path / f"{name}.npy") for name in ("leak", "gain", "inputs")}
    rng = np.random.default_rng(3)
    np.save(of_neurons["leak"], rng.uniform(0.2, 1.0, 20_000))
    np.save(of_neurons["gain"], rng.uniform(0.1, 0.6, 20_000))
    np.save(of_neurons["inputs"], rng.standard_normal((20_000, 2)))
    leak = ["--leak", of_neurons["leak"]]
    commands = [
        ["radius", large, *leak, *budget],
        ["check", large, "--activation", "tanh", *leak, "--inputs", of_neurons["inputs"], *budget],
        ["check", large, "--gain", of_neurons["gain"], *budget],
        ["check", CELEGANS, "--activation", "tanh", "--json", "-"],
        ["check", large, "--activation", "tanh", *budget],
        ["radius", CELEGANS, "--json", "-", "--vector", vectors["radius"]],
        ["radius", large, "--perron", *budget],
        ["norm", large, *budget],
        ["scale", large, "--vector", vectors["scale"], *budget],
        ["check", CELEGANS, large, "--activation", "tanh", "--quick", "--max-matvecs", "50"],
        ["radius", CELEGANS, "--dry-run"],
    ]
    file = written(tmp_path, commands)
    expected = json.loads(alone(PROGRAM, file))
    expected_vectors = {name: np.load(path) for name, path in vectors.items()}
    of_ranks = json.loads(on_ranks(2, PROGRAM, "--ranks", file))
    for k, command in enumerate(commands):
        codes = [each[k]["code"] for each in of_ranks]
        assert codes == [expected[k]["code"]] * 2, (command, of_ranks[0][k])
        assert [each[k]["out"] for each in of_ranks[1:]] == [""], command
        if "--json" in command:
            assert plain(of_ranks[0][k]["out"]) == plain(expected[k]["out"]), command
        else:
            assert of_ranks[0][k]["out"] == expected[k]["out"], command
    for name, path in vectors.items():
        assert np.array_equal(np.load(path), expected_vectors[name]), name


def test_refusals_are_printed_once_and_all_ranks_end_alike(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.npz")
    (tmp_path / "broken.mtx").write_text("%%MatrixMarket matrix coordinate real general\n2 2 1\n1 3 1.0\n")
    np.save(tmp_path / "leaks.npy", np.linspace(0.1, 1.0, 4730))
    refused = {
        "no such file": ["radius", missing],
        "broken.mtx": ["check", str(tmp_path / "broken.mtx"), "--activation", "tanh"],
        "No such option": ["radius", CELEGANS, "--bogus"],
        "give --activation": ["check", CELEGANS],
        "chain runs in one process; got 2 ranks": ["chain", CELEGANS, "--activation", "tanh", "--steps", "3"],
        "standard input is for one process": ["norm", "-"],
        "--memory is for one process": ["norm", CELEGANS, "--memory", "1GB"],
        "one process checks": ["check", str(tmp_path / "model.pt"), "--activation", "tanh"],
        "--json must name a file": ["norm", CELEGANS, "--json", str(tmp_path / "no" / "folder")],
        "leak must have one for each of the": ["radius", CELEGANS, "--leak", str(tmp_path / "leaks.npy")],
        "gain must have one for each of the": ["check", CELEGANS, "--gain", str(tmp_path / "leaks.npy")],
        "inputs must have one for each of the": [
            *["check", CELEGANS, "--activation", "tanh", "--inputs", str(tmp_path / "leaks.npy")]
        ],
        "rtol must lie": ["norm", CELEGANS, "--rtol", "2"],
    }
    commands = [*refused.values(), ["norm", CELEGANS], ["info"], ["--version"]]
    first, second = json.loads(on_ranks(2, PROGRAM, "--ranks", written(tmp_path, commands)))
    for message, at_first, at_second in zip(refused, first, second, strict=False):
        assert at_first["code"] == at_second["code"] == 2, message
        assert message in at_first["err"], at_first
        assert at_first["err"].count("\n") == 1, at_first
        assert at_second["err"] == at_second["out"] == "", message
    assert [each["code"] for each in first[-3:] + second[-3:]] == [0] * 6
    assert "converged" in first[-3]["out"]


def test_a_rank_that_fails_alone_ends_the_job(tmp_path: Path) -> None:
    file = written(tmp_path, [["check", CELEGANS, "--activation", "tanh"]])
    job = launched(2, sys.executable, str(PROGRAM), "--ranks", file, "without-memory", "1")
    _, err = job.communicate(timeout=120)
    assert job.returncode != 0
    assert "rhochain: rank 1 has ended alone: no room" in err


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGUSR1", 138), ("SIGINT", 130)])
def test_a_signal_to_one_rank_ends_all_with_what_is_known(tmp_path: Path, name: str, code: int) -> None:
    large, answer = saved(tmp_path / "large.npz", 60_000), tmp_path / "answer.json"
    command = ["check", large, "--activation", "tanh", "--rtol", "1e-8", "--json", str(answer)]
    job = launched(2, sys.executable, str(PROGRAM), "--ranks", written(tmp_path, [command]), "telling", str(tmp_path))
    begun = [tmp_path / "0", tmp_path / "1"]
    while job.poll() is None and not all(file.exists() for file in begun):
        time.sleep(0.05)
    os.kill(int(begun[1].read_text()), getattr(signal, name))
    _, err = job.communicate(timeout=120)
    assert job.returncode == code
    assert err.count("rhochain:") == 1, err
    assert json.loads(answer.read_text())["verdict"] == "UNDECIDED"


def test_the_clock_of_a_command_ends_all_ranks(tmp_path: Path) -> None:
    large = saved(tmp_path / "large.npz", 60_000)
    commands = [["check", large, "--activation", "tanh", "--rtol", "1e-8", "--max-seconds", "1", "--json", "-"]]
    commands.append(["norm", CELEGANS, "--json", "-"])
    first, second = json.loads(on_ranks(2, PROGRAM, "--ranks", written(tmp_path, commands)))
    assert [each["code"] for each in first + second] == [0] * 4
    assert json.loads(first[0]["out"])["computed"]["out_of_time"] is True
    assert json.loads(first[1]["out"])["status"] == "converged"


def test_a_farm_of_tasks_is_no_job_of_ranks(tmp_path: Path) -> None:
    script = f"exec {sys.executable} -m rhochain norm {CELEGANS} --json {tmp_path}/$$.json"
    job = launched(2, "sh", "-c", script)
    out, err = job.communicate(timeout=120)
    assert job.returncode == 0, err
    assert out.count("sigma_1(W)") == 2
    assert len(list(tmp_path.glob("*.json"))) == 2
