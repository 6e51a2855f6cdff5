"""Matrices of petsc4py: moved, they have the bits of one process; left in place, their products are PETSc's."""

import json
from pathlib import Path

import pytest
from launched_ranks import RESULTS, alone, on_ranks

PROGRAM = Path(RESULTS).with_name("petsc_results.py")
QUANTITIES = ["products", "components", "start"]
REFUSED = [
    "TypeError: mat must be a Mat of petsc4py; got csr_array",
    "ValueError: mat must be assembled; got one that is not",
    "ValueError: mat must be assembled; got one that is not",
    "ValueError: mat must have the type seqaij or mpiaij; got ",
    "ValueError: mat must have as many columns as rows on each rank for move=False; got ",
    "ValueError: memory is for move=True, which copies the rows",
]


@pytest.mark.parametrize(
    ("ranks", "case"), [(1, "celegans"), (2, "iid-20000"), (3, "dale-20000"), (4, "outlier-20000")]
)
def test_a_matrix_of_petsc(ranks: int, case: str) -> None:
    pytest.importorskip("petsc4py")
    expected = json.loads(alone(RESULTS, case, *QUANTITIES))
    found = json.loads(on_ranks(ranks, PROGRAM, case, *QUANTITIES))
    assert found["moved"] == expected
    assert found["slices"][0]
    assert max(found["differences"]) < 1e-13
    for name in ("radius", "norm"):
        (value, low, high, *_), (of_products, lower, upper, *grades) = found[name]
        assert max(low, lower) <= min(high, upper)
        assert of_products == pytest.approx(value, rel=2e-3, abs=1e-12)
        assert lower == 0.0 or "PROVED" not in grades[0].upper()
        assert "PROVED" not in grades[1].upper() or upper == float("inf")
    for came, words in zip(found["refused"], REFUSED, strict=True):
        assert came.startswith(words)
    n = sum(found["slices"][2])
    assert found["rectangle"] == [n, n + 100]
    assert "entries" in found["proved"]
