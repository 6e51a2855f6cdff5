"""A run of a chain on ranks goes on from its checkpoint on any number of ranks, to the bits of an unbroken run."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cut_runs import copied, results_of
from launched_ranks import launched

PROGRAM = Path(__file__).parents[1] / "oracles" / "rank_chain_checkpoints.py"
RUNS = ("vjp", "jvp", "lyapunov", "norm")
IN_ONE_GO = ("weights", "fetched_weights")
# Of 3 ranks one has no rows of 17,000.
SIZE = ("17000", "48")


def run(ranks: int, path: Path, way: str, *names: str) -> dict[str, Any]:
    return results_of(ranks, PROGRAM, *SIZE, str(path), way, *names)


def numbers(results: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found["numbers"] for name, found in results.items()}


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The files and the results of one process."""
    path = tmp_path_factory.mktemp("unbroken") / "run"
    return path, run(0, path, "run", *RUNS, *IN_ONE_GO)


def require_gone_on(found: dict[str, Any], cut: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
    """`found` has the bits of the whole runs, of which `cut` had not come to the end."""
    assert numbers(found) == numbers({name: whole[name] for name in found})
    for name in found:
        assert cut[name]["numbers"] != whole[name]["numbers"]
        require_begun(found, name, whole)


def require_begun(found: Mapping[str, Any], name: str, whole: Mapping[str, Any]) -> None:
    """That a run did not begin anew."""
    if name == "norm":
        assert found[name]["fetches"] < whole[name]["fetches"]
    else:
        assert found[name]["begun"] > 0


def test_the_file_of_ranks_is_that_of_one_process(unbroken: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    path, whole = unbroken
    runs = RUNS + IN_ONE_GO
    assert numbers(run(2, tmp_path / "run", "run", *runs)) == numbers(whole)
    for name in runs:
        assert Path(f"{tmp_path / 'run'}.{name}").read_bytes() == Path(f"{path}.{name}").read_bytes()
    assert numbers(run(3, tmp_path / "run", "run", *runs)) == numbers(whole)


@pytest.mark.parametrize("way", ["cut", "interrupt"])
def test_a_run_that_one_rank_ends_goes_on_on_other_ranks_and_in_one_process(
    way: str, unbroken: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    ended = run(2, tmp_path / "ended", way, *RUNS)
    assert all((found["ended"] == "returned") == (way == "cut") for found in ended.values())
    for ranks in (3, 0):
        resumed = run(ranks, copied(tmp_path / "ended", f"on_{ranks}", *RUNS), "run", *RUNS)
        require_gone_on(resumed, ended, unbroken[1])


def test_a_cut_run_of_one_process_goes_on_on_ranks(unbroken: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    cut = run(0, tmp_path / "cut", "cut", *RUNS)
    require_gone_on(run(2, tmp_path / "cut", "run", *RUNS), cut, unbroken[1])


@pytest.mark.parametrize("name", ["vjp", "norm"])
def test_a_killed_job_goes_on(name: str, unbroken: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    path = tmp_path / "killed"
    job = launched(2, sys.executable, str(PROGRAM), "--ranks", *SIZE, str(path), "kill", name)
    job.communicate(timeout=120)
    assert job.returncode != 0
    for ranks in (3, 0):
        resumed = run(ranks, copied(path, f"on_{ranks}", name), "run", name)
        assert numbers(resumed) == numbers({name: unbroken[1][name]})
        require_begun(resumed, name, unbroken[1])


def test_a_run_that_fails_on_one_rank_goes_on(unbroken: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    failed = run(2, tmp_path / "failed", "fail", "jvp", "lyapunov")
    for said in failed.values():
        assert said == ["RuntimeError: rank 1: OSError: no row", "OSError: no row"]
    resumed = run(0, tmp_path / "failed", "run", "jvp", "lyapunov")
    assert numbers(resumed) == numbers({name: unbroken[1][name] for name in resumed})
    for name in resumed:
        require_begun(resumed, name, unbroken[1])


def test_what_the_file_of_a_run_refuses_is_raised_on_all_ranks(
    unbroken: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "run"
    for name in RUNS:
        shutil.copy(f"{unbroken[0]}.{name}", f"{path}.{name}")
    for way, key in (("matrix", "matrix"), ("rows", "slopes")):
        refused = run(2, path, way, "vjp", "lyapunov", "norm")
        for said in refused.values():
            assert all("ValueError" in text and f"is of another run ({key}: " in text for text in said)
    for name in RUNS:
        file = Path(f"{path}.{name}")
        file.write_bytes(file.read_bytes()[:-8])
    for said in run(2, path, "run", *RUNS).values():
        assert all("is damaged or cut short" in text for text in said)
    for said in run(2, tmp_path / "missing" / "run", "run", "vjp", "norm").values():
        assert all(text.startswith("CheckpointError: ") and "cannot write the checkpoint" in text for text in said)
    for said in run(2, path, "alone", "vjp", "norm").values():
        assert all("whether there is checkpoint must be the same on all ranks" in text for text in said)
