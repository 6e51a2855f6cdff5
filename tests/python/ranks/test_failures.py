"""What ends a call on one rank ends it on all of them, alike; the next call has the right bits. A hang is a failure."""

import pytest
from failing_ranks import CASES, ENDS_OF_A_JOB, failures_of

STOPS = [name for name in CASES if CASES[name][0] == "stop"]
SIGNALS = [name for name in CASES if CASES[name][0] == "interrupt"]
ERRORS = [name for name in CASES if name not in STOPS + SIGNALS]


@pytest.mark.parametrize("ranks", [2, 3])
@pytest.mark.parametrize("cases", [STOPS + ERRORS, SIGNALS], ids=["stops and errors", "signals"])
def test_all_ranks_end_alike(cases: list[str], ranks: int) -> None:
    plan = [f"{name}:{k % ranks}:{0.1 + 0.03 * (k % 8)}" for k, name in enumerate(cases)]
    faults, seconds = failures_of(ranks, plan)
    assert not faults, "\n".join(faults)
    assert len(seconds) == len(plan)


@pytest.mark.parametrize("ending", ENDS_OF_A_JOB)
def test_a_rank_that_is_gone_ends_the_job(ending: str) -> None:
    faults, _ = failures_of(2, [f"{ending}:1:0.2"])
    assert not faults, "\n".join(faults)
