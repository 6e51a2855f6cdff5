"""Results of ranks have the bits of one process, whatever their number; one of four has no rows."""

import json

import pytest
from launched_ranks import RESULTS, alone, on_ranks

QUANTITIES = ["products", "components", "radius", "start", "norm", "perron"]


@pytest.mark.parametrize(
    "case", ["iid-20000", "outlier-20000", "nilpotent-20000", "dale-20000", "float-20000", "celegans"]
)
def test_ranks_have_the_bits_of_one_process(case: str) -> None:
    expected = json.loads(alone(RESULTS, case, *QUANTITIES))
    for ranks in (1, 2, 3, 4):
        assert json.loads(on_ranks(ranks, RESULTS, "--ranks", case, *QUANTITIES)) == expected, ranks


def test_scalings_of_ranks_have_the_bits_of_one_process() -> None:
    expected = json.loads(alone(RESULTS, "iid-20000", "scaled"))
    assert json.loads(on_ranks(2, RESULTS, "--ranks", "iid-20000", "scaled")) == expected
