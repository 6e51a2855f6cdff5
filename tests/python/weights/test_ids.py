"""Ids stay integers: what may have lost digits, or is missing, is refused with a sentence."""

import numpy as np
import pytest

from rhochain.weights.ids import distinct_labels, plain_ids

BIG = 720575940596125868


@pytest.mark.parametrize(
    "kind", [np.int8, np.uint8, np.int32, np.uint32, np.int64, np.uint64, object, np.float32, float]
)
def test_whole_numbers_of_every_type_become_int64(kind):
    ids = plain_ids("source", np.array([0, 3, 100], kind))
    assert ids.dtype == np.int64
    assert ids.tolist() == [0, 3, 100]


@pytest.mark.parametrize("kind", [np.int64, np.uint64, object])
def test_ids_above_two_to_53_keep_their_last_bit(kind):
    assert plain_ids("source", np.array([BIG, BIG + 1, 2**63 - 1], kind)).tolist() == [BIG, BIG + 1, 2**63 - 1]
    assert plain_ids("source", [BIG, BIG + 1]).tolist() == [BIG, BIG + 1]


@pytest.mark.parametrize("text", [["a", "b"], np.array(["a", "b"], object), np.array(["a", "b"], "U9")])
def test_text(text):
    assert plain_ids("source", text).dtype.kind == "U"
    assert plain_ids("source", text).tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.array([2.0**53, 1.0]), r"1 of 2 ids are floating-point numbers of 2\^53 or more, which have lost digits"),
        (np.array([BIG, BIG + 100.0]), "2 of 2 ids are floating-point"),
        (np.array([np.inf]), "1 of 1 ids are floating-point"),
        (np.array([1.0, np.nan, np.nan]), r"2 of 3 ids are missing \(NaN\)"),
        (np.array([1.0, 1.5]), "1 of 2 ids are no whole numbers"),
        (np.array([2**63, 1], np.uint64), r"1 of 2 ids are 2\^63 or more"),
        (np.array([2**63, 1], object), "ids outside"),
        (np.array([1, None], object), "ids of the types NoneType, int"),
        (np.array([1, "a"], object), "ids of the types int, str"),
        (np.array([1.0, 2], object), "ids of the types float, int"),
        (np.array([True, False]), "ids of type bool"),
        (np.array([1 + 2j]), "ids of type complex128"),
        (np.array([b"a"]), "ids of type"),
        (np.zeros((2, 2), int), r"an array of shape \(2, 2\)"),
        (np.ma.MaskedArray([1, 2], [False, True]), "1 of 2 ids are missing"),
    ],
)
def test_refused(given, words):
    with pytest.raises(ValueError, match=f"^source: {words}.*; expected "):
        plain_ids("source", given)


@pytest.mark.parametrize(
    ("given", "words"),
    [([3, 1, 3, 3], "2 ids come again, such as 3"), (["b", "b"], "such as b"), (np.zeros(0, int), "no ids")],
)
def test_labels_that_are_not_distinct(given, words):
    with pytest.raises(ValueError, match=f"^nodes: .*{words}"):
        distinct_labels("nodes", given)
