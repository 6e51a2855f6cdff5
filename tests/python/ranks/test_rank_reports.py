"""Reports of `check` on ranks are those of one process."""

import json
from pathlib import Path
from typing import Any

import pytest
from launched_ranks import alone, on_ranks, parted
from rank_reports import differences

PROGRAM = Path(__file__).parents[1] / "oracles" / "rank_reports.py"


NAMES = ["tanh", "quick", "linear", "small gain", "leaky"]
CASES = ["celegans", "iid-20000", "dale-20000", "nilpotent-20000"]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    printed = alone(PROGRAM, *parted({case: NAMES for case in CASES}))
    return dict(zip(CASES, map(json.loads, printed.splitlines()), strict=True))


@pytest.mark.parametrize(("ranks", "cases"), [(1, CASES[:2]), (2, CASES[:3]), (3, [*CASES[:2], CASES[3]])])
def test_reports_of_ranks_are_those_of_one_process(ranks: int, cases: list[str], expected: dict[str, Any]) -> None:
    found = on_ranks(ranks, PROGRAM, "--ranks", *parted({case: NAMES for case in cases})).splitlines()
    for case, line in zip(cases, found, strict=True):
        assert differences(expected[case], json.loads(line)) == [], case


@pytest.mark.parametrize(("case", "numbers"), [("iid-9000", [1, 2, 3]), ("celegans", [2])])
def test_reports_with_leaks_and_gains_of_neurons_are_those_of_one_process(case: str, numbers: list[int]) -> None:
    names = ["leaks", "linear with leaks", "vanishing with leaks", "gains", "along a chain"]
    expected = json.loads(alone(PROGRAM, case, *names))
    if case != "celegans":
        assert expected["vanishing with leaks"]["verdict"] == "VANISHES"
    assert expected["gains"]["local_gains"]
    for ranks in numbers:
        found = json.loads(on_ranks(ranks, PROGRAM, "--ranks", case, *names))
        assert differences(expected, found) == [], ranks


def test_ranks_agree_on_clocks_and_callbacks(expected: dict[str, Any]) -> None:
    """The program compares the reports of its ranks; after them ranks go on to the numbers of one process."""
    names = ["brief", "no time", "stopped", "linear, leaky, brief", "quick"]
    found = json.loads(on_ranks(2, PROGRAM, "--ranks", "iid-20000", *names))
    assert found["brief"]["computed"]["out_of_time"] is True
    assert found["stopped"]["scaled_norm"] is None
    assert differences(expected["iid-20000"]["quick"], found["quick"]) == []
