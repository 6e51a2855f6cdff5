"""Distinct ids and their positions, against NumPy's sets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rhochain.weights.id_positions import _MULTIPLIERS, IdPositions, distinct_ids

INTEGERS = arrays.arrays(
    np.int64,
    st.integers(0, 40),
    elements=st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(2**53, 2**53 + 6), st.integers(0, 9)),
)


@given(INTEGERS, INTEGERS)
def test_they_are_those_of_numpy(ids, wanted):
    distinct = distinct_ids(ids)
    np.testing.assert_array_equal(distinct, np.unique(ids))
    found = IdPositions(distinct)(wanted)
    np.testing.assert_array_equal(found >= 0, np.isin(wanted, ids))
    np.testing.assert_array_equal(distinct[found[found >= 0]], wanted[found >= 0])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n", [1, 255, 256, 4097, 60_000])
def test_ids_in_any_order(seed, n):
    rng = np.random.default_rng(seed)
    ids = rng.permutation(rng.choice(10 * n, n, replace=False)) + 720575940596125868
    wanted = ids[rng.integers(0, n, 3 * n)]
    found = IdPositions(ids)(wanted)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(ids[found], wanted)
    np.testing.assert_array_equal(IdPositions(ids)(ids), np.arange(n))
    assert (IdPositions(ids)(ids + 10 * n) == -1).all()


def test_ids_chosen_to_share_a_slot():
    same = np.array([pow(int(_MULTIPLIERS[0]), -1, 2**64) * k % 2**64 for k in range(300)], np.uint64).view(np.int64)
    assert np.unique((same.view(np.uint64) * _MULTIPLIERS[0]) >> np.uint64(54)).size == 1
    for ids in (same, np.arange(256) << 55):
        np.testing.assert_array_equal(IdPositions(ids)(ids), np.arange(len(ids)))


@given(st.lists(st.text(max_size=4), max_size=20), st.lists(st.text(max_size=4), max_size=20))
def test_text(ids, wanted):
    distinct = distinct_ids(np.array([text.replace("\0", "") for text in ids], np.str_))
    asked = np.array([text.replace("\0", "") for text in wanted], np.str_)
    found = IdPositions(distinct)(asked)
    np.testing.assert_array_equal(found >= 0, np.isin(asked, distinct))
    np.testing.assert_array_equal(distinct[found[found >= 0]], asked[found >= 0])
