"""Results of ranks have the bits of one process, whatever their number; one of four has no rows.

`python tests/python/oracles/same_bits.py` compares all quantities of all matrices on 1 to 4 ranks.
"""

import json

import pytest
from launched_ranks import RESULTS, alone, on_ranks

ALL = ["products", "components", "radius", "start", "norm", "perron"]


@pytest.mark.parametrize(
    ("case", "quantities", "counts"),
    [
        ("outlier-20000", ALL, (2,)),
        ("nilpotent-20000", [*ALL, "outer"], (3,)),
        ("celegans", [*ALL, "outer"], (1, 2, 4)),
        ("dale-20000", ["components", "norm"], (2,)),
        ("float-20000", ["products", "perron"], (3,)),
        ("iid-20000", ["products", "radius", "outer"], (2,)),
    ],
)
def test_ranks_have_the_bits_of_one_process(case: str, quantities: list[str], counts: tuple[int, ...]) -> None:
    expected = json.loads(alone(RESULTS, case, *quantities))
    for ranks in counts:
        assert json.loads(on_ranks(ranks, RESULTS, "--ranks", case, *quantities)) == expected, ranks


LEAKY = ["leaky radius", "radius of one leak", "leaky growth", "leaky linear growth"]


@pytest.mark.parametrize(
    ("case", "quantities", "counts"),
    [
        ("iid-9000", [*LEAKY, "of products"], (1, 2)),
        ("nonnegative-16385", [*LEAKY, "rescaled", "rescaled with leaks"], (3,)),  # three pieces, the last of one row
        ("dale-9000", LEAKY, (2,)),
        ("nilpotent-9000", LEAKY, (2,)),
        ("float-9000", ["rescaled"], (2,)),
        ("celegans", [*LEAKY, "rescaled with leaks"], (2,)),
    ],
)
def test_leaks_of_neurons_are_slices(case: str, quantities: list[str], counts: tuple[int, ...]) -> None:
    expected = json.loads(alone(RESULTS, case, *quantities))
    for ranks in counts:
        assert json.loads(on_ranks(ranks, RESULTS, "--ranks", case, *quantities)) == expected, ranks


def test_scalings_of_ranks_have_the_bits_of_one_process() -> None:
    expected = json.loads(alone(RESULTS, "outlier-20000", "scaled"))
    assert json.loads(on_ranks(2, RESULTS, "--ranks", "outlier-20000", "scaled")) == expected
