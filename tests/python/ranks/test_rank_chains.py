"""Chains on ranks have the bits of one process, and what is wrong on one rank ends the call on all of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from launched_ranks import RESULTS, alone, on_ranks

CHAINS = Path(RESULTS).with_name("rank_chains.py")
FAULTS = Path(RESULTS).with_name("rank_chain_faults.py")
CASES = ["slopes", "leaky_slopes", "states", "rollout", "norm", "lyapunov", "directions"]


# Of 3 ranks one has no rows of 17,000.
@pytest.mark.parametrize(
    ("n", "steps", "cases", "counts"),
    [
        (17_000, 16, CASES, (1, 2)),
        (17_000, 16, ["slopes", "rollout", "norm", "lyapunov"], (3,)),
        (20_000, 16, ["leaky_slopes", "states", "directions"], (3,)),
        (17_000, 200, ["leaky_slopes"], (2,)),
    ],
)
def test_chains_of_ranks_have_the_bits_of_one_process(
    n: int, steps: int, cases: list[str], counts: tuple[int, ...]
) -> None:
    arguments = [str(n), str(steps), *cases]
    expected = json.loads(alone(CHAINS, *arguments))
    for ranks in counts:
        assert json.loads(on_ranks(ranks, CHAINS, "--ranks", *arguments)) == expected, ranks


@pytest.fixture(scope="module")
def faults() -> dict[str, list[Any]]:
    """For each case the outcomes of the two ranks, the last one at fault, and whether a right call follows."""
    found: dict[str, list[Any]] = json.loads(on_ranks(2, FAULTS))
    return found


REFUSED = {
    "width": ("ValueError", "slopes must have shape (K, 8808), with the entries 8192 to 16999 of this rank; got"),
    "vector": ("ValueError", "v must have shape (8808,) or (8808, b); got (8807,)"),
    "leak": ("ValueError", "leak must be above 0 and at most 1; got 1.5"),
    "threads": ("ValueError", "threads must be an integer from 1 to 4096, or None; got -1"),
    "checkpoint": ("TypeError", "checkpoint must be a path or None; got int"),
    "activation": ("ValueError", 'activation: got "no such"'),
    "start": ("ValueError", "x0 must have shape (8808,); got (8807,)"),
    "callback type": ("TypeError", "callback must be callable or None; got int"),
    "k": ("ValueError", "k must be an integer from 1 to 17000; got 0"),
    "delta": ("ValueError", "delta must lie between 0 and 1, both excluded; got 2.0"),
    "norm start": ("ValueError", "start must have shape (8808,); got (8807,)"),
    "no rows of linear": ("ValueError", "linear must have the 8808 rows of this rank; got shape (17000, 17000)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_one_rank_gives_wrong_all_ranks_refuse(case: str, faults: dict[str, list[Any]]) -> None:
    others, own, again, _ = faults[case]
    kind, text = REFUSED[case]
    assert own[0] == others[0] == kind
    assert own[1].startswith(text)
    assert others[1] == f"rank 1: {own[1]}"
    assert again


@pytest.mark.parametrize("case", ["count", "columns", "every", "convention", "bias"])
def test_arguments_that_differ_are_refused_on_all_ranks(case: str, faults: dict[str, list[Any]]) -> None:
    others, own, again, _ = faults[case]
    assert own == others
    assert own[0] == "ValueError"
    assert "must be the same on all ranks" in own[1]
    assert again


REFUSED_BY_ALL = {
    "nan": ("ValueError", "slopes: got nan at row 7, column 16999, expected a finite number"),
    "diverges": ("OverflowError", "rollout: the state after step 7 is not finite"),
    "whole linear": ("TypeError", "linear must be the rows of this rank, or an rc.distributed.Matrix"),
    "other rows": ("ValueError", "linear must have the rows of each rank that W has, [8192, 8808]; got [10, 16990]"),
    "gated": ("ValueError", "a chain of gated cells needs a matrix of one process"),
    "matrices": ("ValueError", "matrices[0]: a list of matrices needs a matrix of one process"),
    "another W": ("ValueError", "the linear part of a W of one process needs a matrix of one process"),
}


@pytest.mark.parametrize("case", REFUSED_BY_ALL)
def test_what_ranks_cannot_use_is_refused_with_one_message(case: str, faults: dict[str, list[Any]]) -> None:
    others, own, again, _ = faults[case]
    assert own == others
    assert own[0] == REFUSED_BY_ALL[case][0]
    assert own[1].startswith(REFUSED_BY_ALL[case][1])
    assert again


@pytest.mark.parametrize(
    ("case", "kind", "text"),
    [("rows fail", "OSError", "no row 5"), ("rows fail alone", "OSError", "no row 5"), ("callback", "LookupError", "")],
)
def test_an_exception_of_one_rank_ends_the_call_on_all(
    case: str, kind: str, text: str, faults: dict[str, list[Any]]
) -> None:
    others, own, again, _ = faults[case]
    assert own[0] == kind
    assert text in own[1]
    assert others[0] == "RuntimeError"
    assert others[1].startswith(f"rank 1: {kind}")
    assert again


@pytest.mark.parametrize("case", ["stop", "stop of a spectrum", "stop of a norm", "seconds of a norm"])
def test_a_stop_of_one_rank_leaves_all_with_the_same_result(case: str, faults: dict[str, list[Any]]) -> None:
    others, own, again, _ = faults[case]
    assert own == others
    assert own[0] == "returned"
    assert again


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("interrupt", "ChainInterrupted"),
        ("interrupt of a spectrum", "LyapunovInterrupted"),
        ("interrupt of a norm", "Interrupted"),
    ],
)
def test_ctrl_c_of_one_rank_interrupts_all(case: str, kind: str, faults: dict[str, list[Any]]) -> None:
    others, own, again, _ = faults[case]
    assert own[0] == others[0] == kind
    assert again
