"""`Bracket` and its parts, and what every estimator promises of them."""

import json
import math
import os
import pickle
import signal
import threading
import time

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

ESTIMATORS = [rc.spectral_radius, rc.spectral_norm, rc.perron_radius]
GRADES = list(rc.Grade)


def bracket(lower=1.0, value=2.0, upper=3.0, **others):
    return rc.Bracket(
        value,
        rc.Bound(lower, rc.Grade.PROVED, None, "by hand"),
        rc.Bound(upper, rc.Grade.PROBABLE, 1e-6, "by hand"),
        rc.Status.BRACKETED,
        **others,
    )


def reservoir(n=400, seed=3):
    W = sparse.random(n, n, density=10 / n, format="csr", random_state=seed)
    W.data = np.random.default_rng(seed).normal(size=W.nnz) / math.sqrt(10)
    return sparse.csr_array(W)


W = reservoir()
EXACT = {
    rc.spectral_radius: max(abs(np.linalg.eigvals(W.toarray()))),
    rc.spectral_norm: np.linalg.norm(W.toarray(), 2),
    rc.perron_radius: max(abs(np.linalg.eigvals(abs(W.toarray())))),
}


@pytest.mark.parametrize("values", [(2.0, 1.0, 3.0), (1.0, 4.0, 3.0), (math.nan, 2.0, 3.0), (1.0, math.nan, 3.0)])
def test_invariant_is_enforced(values):
    with pytest.raises(ValueError, match="lower <= value <= upper"):
        bracket(*values)


def test_width_and_membership():
    b = bracket()
    assert b.width == 1.0
    assert 1.0 in b
    assert 3.0 in b
    assert 0.999 not in b
    assert math.nan not in b
    assert bracket(0.0, 0.0, 0.0).width == 0.0
    assert bracket(0.0, 0.0, 1.0).width == math.inf
    assert bracket(-3.0, -2.0, -1.0).width == 1.0
    assert bracket(-math.inf, -math.inf, -math.inf).width == 0.0


def test_to_dict_is_strict_json():
    record = rc.Progress(3, 0.5, -math.inf, 1.0, math.inf)
    plain = bracket(-math.inf, 2.0, math.inf, history=(record,), vector=np.ones(2)).to_dict()
    again = json.loads(json.dumps(plain, allow_nan=False))
    assert again == plain
    assert plain["lower"] == {"value": "-inf", "grade": "PROVED", "delta": None, "source": "by hand"}
    assert plain["upper"] == {"value": "inf", "grade": "PROBABLE", "delta": 1e-6, "source": "by hand"}
    assert plain["residual"] is None
    assert plain["status"] == "bracketed"
    assert plain["history"] == [{"matvecs": 3, "seconds": 0.5, "lower": "-inf", "value": 1.0, "upper": "inf"}]
    assert "vector" not in plain
    assert "history" not in bracket().to_dict(history=False)


def test_texts():
    assert str(rc.Bound(0.25, rc.Grade.PROVED, None, "")) == "0.25 PROVED"
    assert str(rc.Bound(0.25, rc.Grade.PROBABLE, 1e-9, "")) == "0.25 PROBABLE(1e-09)"
    assert repr(bracket()) == "Bracket(2, lower 1 PROVED, upper 3 PROBABLE(1e-06), bracketed, 0 matvecs)"
    assert [str(grade) for grade in rc.Grade] == ["PROVED", "PROBABLE", "ESTIMATE"]
    assert [str(status) for status in rc.Status] == ["converged", "bracketed", "budget_spent"]


def test_only_an_estimate_is_ungraded():
    assert [rc.Bound(1.0, grade, None, "").graded for grade in GRADES] == [True, True, False]


def test_brackets_are_values():
    b = bracket(vector=np.ones(2))
    assert pickle.loads(pickle.dumps(b)).to_dict() == b.to_dict()
    with pytest.raises(AttributeError):
        b.value = 1.0


def test_interrupted_is_a_keyboard_interrupt_that_carries_the_bracket():
    b = bracket()
    with pytest.raises(KeyboardInterrupt) as caught:
        raise rc.Interrupted(b)
    assert caught.value.bracket is b


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_bracket_holds_the_truth(estimator):
    found = estimator(W)
    assert EXACT[estimator] in found
    assert found.value == pytest.approx(EXACT[estimator], rel=2e-3)
    assert found.matvecs > 0
    assert found.seconds > 0
    for bound in (found.lower, found.upper):
        assert bound.source
        assert (bound.delta is not None) == (bound.grade is rc.Grade.PROBABLE)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_same_bits_for_any_number_of_threads(estimator, dtype, index):
    A = W.astype(dtype)
    A.indptr, A.indices = A.indptr.astype(index), A.indices.astype(index)
    one, two = (estimator(A, threads=threads) for threads in (1, 2))
    for end in ("lower", "upper"):
        assert getattr(one, end) == getattr(two, end)
    assert (one.value, one.matvecs, one.status) == (two.value, two.matvecs, two.status)
    if one.vector is not None:
        np.testing.assert_array_equal(one.vector, two.vector)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_same_seed_same_result(estimator):
    first, again = estimator(W, seed=5), estimator(W, seed=5)
    assert (first.lower, first.value, first.upper) == (again.lower, again.value, again.upper)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_spent_budget_is_data(estimator):
    for budget in ({"max_matvecs": 3}, {"max_seconds": 0.0}):
        found = estimator(W, rtol=1e-12, **budget)
        assert found.status is not rc.Status.CONVERGED
        assert EXACT[estimator] <= found.upper.value
        assert not found.lower.graded or found.lower.value <= EXACT[estimator]
    unlimited = estimator(W, max_seconds=math.inf)
    assert EXACT[estimator] in unlimited


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_callback_sees_progress_and_stops(estimator):
    seen = []

    def stop_at_once(progress):
        seen.append(progress)
        return True

    found = estimator(W, rtol=1e-12, callback=stop_at_once)
    assert len(seen) == 1
    assert isinstance(seen[0], rc.Progress)
    assert found.status is not rc.Status.CONVERGED
    assert EXACT[estimator] <= found.upper.value


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_history_is_in_order(estimator):
    records = estimator(W, rtol=1e-8).history
    assert all(isinstance(record, rc.Progress) for record in records)
    assert [r.matvecs for r in records] == sorted(r.matvecs for r in records)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_warm_start(estimator):
    found = estimator(W, start=np.ones(W.shape[0], dtype=np.float32))
    assert EXACT[estimator] in found


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_prepared_matrix_and_dense_give_the_same_quantity(estimator):
    for given in (rc.Matrix(W), W.toarray(), np.asfortranarray(W.toarray())):
        assert EXACT[estimator] in estimator(given)


@pytest.mark.parametrize("estimator", [rc.spectral_radius, rc.spectral_norm])
def test_operator(estimator):
    found = estimator(aslinearoperator(W))
    assert EXACT[estimator] in found
    assert found.value == pytest.approx(EXACT[estimator], rel=2e-3)


@pytest.mark.parametrize("w", [-0.65, 3.0, 1e-300])
def test_an_operator_of_one_row_has_a_graded_upper_bound(w):
    found = rc.spectral_radius(aslinearoperator(np.array([[w]])))
    assert found.upper.graded
    assert abs(w) <= found.upper.value <= abs(w) * 1.001


def test_rectangular_spectral_norm():
    B = np.random.default_rng(0).normal(size=(30, 7))
    assert np.linalg.norm(B, 2) in rc.spectral_norm(B)
    assert np.linalg.norm(B, 2) in rc.spectral_norm(B.T)


@pytest.mark.parametrize("seed", range(4))
def test_a_wide_upper_bound_costs_less_and_the_value_is_right_all_the_same(seed):
    W = reservoir(n=800, seed=seed)
    truth = np.linalg.norm(W.toarray(), 2)
    narrow = rc.spectral_norm(W, rtol=1e-3, seed=seed)
    for upper_rtol in (0.02, 0.1, math.inf):
        wide = rc.spectral_norm(W, rtol=1e-3, upper_rtol=upper_rtol, seed=seed)
        assert wide.status == rc.Status.CONVERGED
        assert truth * (1 - 1e-3) <= wide.value <= truth * (1 + 1e-12)
        assert wide.lower.value <= truth <= wide.upper.value <= wide.value * (1 + upper_rtol)
        assert wide.lower.grade == rc.Grade.PROVED
        assert wide.upper.graded
        assert wide.matvecs < narrow.matvecs


def test_no_cycle_is_exactly_zero():
    N = sparse.csr_array(np.eye(5, k=1) * 7)
    for estimator in (rc.spectral_radius, rc.perron_radius):
        found = estimator(N)
        assert (found.lower.value, found.value, found.upper.value) == (0.0, 0.0, 0.0)
        assert found.upper.grade is rc.Grade.PROVED
    structure = rc.components(N)
    assert (structure.count, structure.cyclic, structure.longest_path) == (5, 0, 4)
    assert structure.to_dict() == {"count": 5, "cyclic": 0, "longest_path": 4}
    assert len(set(structure.labels.tolist())) == 5


def test_components_of_a_ring_and_a_tail():
    R = np.roll(np.eye(4), 1, axis=1)
    B = np.zeros((6, 6))
    B[:4, :4] = R
    B[4, 0] = B[5, 4] = 1.0
    structure = rc.components(B)
    assert (structure.count, structure.cyclic, structure.longest_path) == (3, 1, -1)
    assert len(set(structure.labels[:4].tolist())) == 1


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_ctrl_c_in_a_callback(estimator):
    def press(_progress):
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(rc.Interrupted) as caught:
        estimator(W, rtol=1e-12, callback=press)
    assert EXACT[estimator] <= caught.value.bracket.upper.value


def test_ctrl_c_in_the_core():
    n, degree = 200_000, 20
    rng = np.random.default_rng(0)
    entries = (rng.normal(size=n * degree), rng.integers(0, n, n * degree), np.arange(0, n * degree + 1, degree))
    big = rc.Matrix(sparse.csr_array(entries, shape=(n, n)))
    press = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))

    def press_soon(_progress):
        if press.ident is None:
            press.start()

    begin = time.monotonic()
    with pytest.raises(rc.Interrupted) as caught:
        rc.spectral_norm(big, rtol=1e-14, callback=press_soon)
    assert time.monotonic() - begin < 20
    bracket = caught.value.bracket
    assert bracket.status is rc.Status.BUDGET_SPENT
    assert bracket.lower.value <= bracket.value <= bracket.upper.value
