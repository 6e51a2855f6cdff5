"""Results of ranks have the bits of one process, whatever their number; one of four has no rows.

`python tests/python/oracles/same_bits.py` compares all quantities of all matrices on 1 to 4 ranks.
"""

import json
from typing import Any

import pytest
from launched_ranks import RESULTS, alone, on_ranks, parted

ALL = ["products", "components", "radius", "start", "norm", "perron"]
LEAKY = ["leaky radius", "radius of one leak", "leaky growth", "leaky linear growth"]
QUANTITIES = {
    "outlier-20000": [*ALL, "scaled"],
    "nilpotent-20000": [*ALL, "outer"],
    "celegans": [*ALL, "outer", *LEAKY, "rescaled with leaks"],
    "dale-20000": ["components", "norm"],
    "float-20000": ["products", "perron"],
    "iid-20000": ["products", "radius", "outer"],
    # Two pieces of rows, or three, the last of one row.
    "iid-9000": [*LEAKY, "of products"],
    "dale-9000": LEAKY,
    "float-9000": ["rescaled"],
    "nonnegative-16385": [*LEAKY, "rescaled", "rescaled with leaks"],
}


def found(printed: str, cases: list[str]) -> dict[str, Any]:
    return dict(zip(cases, map(json.loads, printed.splitlines()), strict=True))


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return found(alone(RESULTS, *parted(QUANTITIES)), list(QUANTITIES))


@pytest.mark.parametrize(
    ("ranks", "cases"),
    [
        (1, ["celegans", "iid-9000"]),
        (2, ["outlier-20000", "celegans", "dale-20000", "iid-20000", "dale-9000", "iid-9000", "float-9000"]),
        (3, ["nilpotent-20000", "float-20000", "nonnegative-16385"]),
        (4, ["celegans"]),
    ],
)
def test_ranks_have_the_bits_of_one_process(ranks: int, cases: list[str], expected: dict[str, Any]) -> None:
    arguments = parted({case: QUANTITIES[case] for case in cases})
    of_ranks = found(on_ranks(ranks, RESULTS, "--ranks", *arguments), cases)
    for case in cases:
        assert of_ranks[case] == expected[case], case
