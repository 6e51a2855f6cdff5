"""An estimate of ranks goes on from its checkpoint on any number of ranks, to the bits of an unbroken run."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cut_runs import copied, results_of
from launched_ranks import launched

PROGRAM = Path(__file__).parents[1] / "oracles" / "rank_checkpoints.py"
QUANTITIES = ("radius", "norm", "perron", "scaled")


def run(ranks: int, case: str, path: Path, way: str, *names: str) -> dict[str, Any]:
    return results_of(ranks, PROGRAM, case, str(path), way, *names)


def numbers(results: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {key: x for key, x in found.items() if key != "begun"} for name, found in results.items()}


@pytest.mark.parametrize("case", ["random-20000", "outlier-20000"])
def test_a_cut_run_goes_on_on_other_ranks_and_in_one_process(case: str, tmp_path: Path) -> None:
    unbroken = run(0, case, tmp_path / "unbroken", "run", *QUANTITIES)
    cut = run(2, case, tmp_path / "cut", "cut", *QUANTITIES)
    assert any(found["status"] == "budget_spent" for found in cut.values())
    for ranks in (3, 0):
        resumed = run(ranks, case, copied(tmp_path / "cut", f"on_{ranks}", *QUANTITIES), "run", *QUANTITIES)
        assert numbers(resumed) == numbers(unbroken)
        for name, found in cut.items():
            if found["status"] == "budget_spent":
                assert resumed[name]["begun"] > unbroken[name]["begun"]


def test_a_cut_run_of_one_process_goes_on_on_ranks(tmp_path: Path) -> None:
    unbroken = run(0, "dale-20000", tmp_path / "unbroken", "run", "radius", "norm")
    run(0, "dale-20000", tmp_path / "cut", "cut", "radius", "norm")
    resumed = run(2, "dale-20000", tmp_path / "cut", "run", "radius", "norm")
    assert numbers(resumed) == numbers(unbroken)


def test_with_leaks_of_neurons_a_cut_run_goes_on_on_other_ranks_and_in_one_process(tmp_path: Path) -> None:
    names = ("leaky", "growth")
    unbroken = run(0, "random-9000", tmp_path / "unbroken", "run", *names)
    cut = run(2, "random-9000", tmp_path / "cut", "cut", *names)
    assert cut["leaky"]["status"] == "budget_spent"
    for ranks in (3, 0):
        resumed = run(ranks, "random-9000", copied(tmp_path / "cut", f"on_{ranks}", *names), "run", *names)
        assert numbers(resumed) == numbers(unbroken)


def test_a_killed_job_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "killed"
    job = launched(2, sys.executable, str(PROGRAM), "--ranks", "random-20000", str(path), "kill", "norm")
    job.communicate(timeout=120)
    assert job.returncode != 0
    unbroken = run(0, "random-20000", tmp_path / "unbroken", "run", "norm")
    for ranks in (3, 0):
        resumed = run(ranks, "random-20000", copied(path, f"on_{ranks}", "norm"), "run", "norm")
        assert numbers(resumed) == numbers(unbroken)
        assert resumed["norm"]["begun"] > unbroken["norm"]["begun"]


def test_a_signal_to_one_rank_ends_the_run_of_all_which_goes_on(tmp_path: Path) -> None:
    unbroken = run(0, "random-20000", tmp_path / "unbroken", "run", "norm")
    ended = run(2, "random-20000", tmp_path / "ended", "interrupt", "norm")
    assert ended["norm"]["status"] == "budget_spent"
    resumed = run(3, "random-20000", tmp_path / "ended", "run", "norm")
    assert numbers(resumed) == numbers(unbroken)
    assert resumed["norm"]["begun"] > unbroken["norm"]["begun"]


def test_what_the_file_of_a_run_refuses_is_raised_on_all_ranks(tmp_path: Path) -> None:
    path = tmp_path / "run"
    run(2, "random-9000", path, "cut", "radius")
    other = run(2, "outlier-9000", path, "run", "radius")["radius"]
    assert all("is of another run (matrix: " in said and "ValueError" in said for said in other)
    file = Path(f"{path}.radius")
    file.write_bytes(file.read_bytes()[:-8])
    short = run(2, "random-9000", path, "run", "radius")["radius"]
    assert all("is damaged or cut short" in said for said in short)
    nowhere = run(2, "random-9000", tmp_path / "missing" / "run", "cut", "radius")["radius"]
    assert all(said.startswith("CheckpointError: ") and "cannot write the checkpoint" in said for said in nowhere)
