"""`check_many`: every row is the check of one matrix."""

import gc
import os
import signal
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc

QUANTITIES = (
    "spectral_radius",
    "spectral_norm",
    "perron_radius",
    "worst_case_growth",
    "scaled_norm",
    "numerical_radius",
)


def same_bracket(many, one):
    for name in ("value", "lower", "upper", "graded_lower", "graded_upper", "status", "residual", "matvecs"):
        assert repr(getattr(many, name)) == repr(getattr(one, name)), name


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shapes=st.lists(st.tuples(st.integers(1, 40), st.floats(0.05, 2.0)), min_size=1, max_size=4),
    options=st.fixed_dictionaries(
        {"quick": st.booleans(), "leak": st.sampled_from([1.0, 0.3])},
        optional={"activation": st.sampled_from(["tanh", "logistic", "identity"]), "seed": st.integers(0, 3)},
    ),
)
def test_rows_are_those_of_check(seed, shapes, options):
    rng = np.random.default_rng(seed)
    options = options if "activation" in options else options | {"gain": 1.0}
    Ws = [scale * sparse.csr_array(rng.standard_normal((n, n)) * (rng.random((n, n)) < 0.3)) for n, scale in shapes]
    many = rc.check_many(Ws, threads=2, **options)
    for i, W in enumerate(Ws):
        one = rc.check(W, threads=1, **options)
        assert many.verdict[i] == str(one.verdict)
        assert many.reason[i] == one.reason
        for name in ("vanishes_below", "explodes_above"):
            bound = getattr(one.critical_gain, name)
            assert many.__dict__[f"{name}_grade"][i] == ("" if bound is None else str(bound.grade))
            np.testing.assert_array_equal(getattr(many, name)[i], np.nan if bound is None else bound.value)
        for name in QUANTITIES:
            rows, bracket = getattr(many, name), getattr(one, name)
            if bracket is None:
                assert rows.status[i] == "not_computed"
            else:
                same_bracket(rows[i], bracket)


def test_reports_are_kept_if_asked():
    Ws = np.random.default_rng(0).standard_normal((3, 12, 12)) / 12
    assert rc.check_many(Ws, "tanh").reports is None
    reports = rc.check_many(Ws, "tanh", reports=True).reports
    assert [r.verdict for r in reports] == [rc.check(W, "tanh").verdict for W in Ws]
    assert reports[0].spectral_radius.vector.shape == (12,)


def test_a_matrix_that_fails_is_a_row():
    Ws = [np.eye(2) / 2, np.ones((2, 3)), np.full((2, 2), np.inf), np.eye(3) / 2]
    many = rc.check_many(Ws, "tanh")
    assert many.status.tolist() == ["done", "failed", "failed", "done"]
    assert many.verdict.tolist() == ["VANISHES", "", "", "VANISHES"]
    assert many.error[1].startswith("ValueError: W must be square; got shape (2, 3)")
    assert many.spectral_radius.status.tolist() == ["converged", "not_computed", "not_computed", "converged"]
    with pytest.raises(ValueError, match=r"Ws\[1\]: W must be square"):
        rc.check_many(Ws, "tanh", on_error="raise")


def test_what_is_wrong_for_every_matrix_raises():
    with pytest.raises(ValueError, match="give either activation or gain"):
        rc.check_many([np.eye(2)])
    with pytest.raises(ValueError, match="rtol must lie between"):
        rc.check_many([np.eye(2)], "tanh", rtol=0.0)
    with pytest.raises(TypeError, match="Ws must be a list of matrices"):
        rc.check_many(np.eye(2), "tanh")


def test_frame():
    pytest.importorskip("pandas")
    table = rc.check_many([np.eye(2) / 2], "tanh").to_frame()
    assert table.verdict[0] == "VANISHES"
    assert table.spectral_radius[0] == 0.5
    assert table.spectral_norm_upper[0] >= 0.5


def test_interrupt_keeps_the_rows_that_were_done():
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals go to the main thread")
    W = np.random.default_rng(4).standard_normal((30, 30)) / 30

    def each():
        for i in range(100_000):
            if i == 300:
                threading.Thread(target=lambda: (time.sleep(0.05), os.kill(os.getpid(), signal.SIGINT))).start()
            yield W

    gc.disable()  # an exception within a callback of the collector, such as that of Hypothesis, is lost
    try:
        with pytest.raises(rc.ChecksInterrupted) as stopped:
            rc.check_many(each(), "tanh", quick=True, threads=2)
    finally:
        gc.enable()
    rows = stopped.value.checks
    assert 256 <= len(rows) < 100_000
    assert set(rows.verdict) == {str(rc.check(W, "tanh", quick=True).verdict)}
