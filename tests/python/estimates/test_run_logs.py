"""An estimate that was ended at any moment, by a signal that kills too, goes on from its file to the same bits."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc
from rhochain.runs.checkpoints import RunCheckpoint

CALLS = {
    "radius": lambda W, **options: rc.spectral_radius(W, rtol=1e-4, **options),
    "norm": lambda W, **options: rc.spectral_norm(W, rtol=1e-4, **options),
    "Perron": lambda W, **options: rc.perron_radius(W, rtol=1e-6, **options),
    "scaling": lambda W, **options: rc.scaled_norm(W, rtol=1e-3, **options),
    "range": lambda W, **options: rc.numerical_radius(W, rtol=1e-2, **options),
    "growth": lambda W, **options: rc.worst_case_growth(W, "tanh", **options),
}


def iid(n, degree, seed):
    rng = np.random.default_rng(seed)
    rows = np.repeat(np.arange(n), degree)
    entries = rng.standard_normal(n * degree) / np.sqrt(degree)
    return sparse.csr_array((entries, (rows, rng.integers(0, n, n * degree))), shape=(n, n))


def bits(result):
    bounds = [(b.value, str(b.grade), b.source) for b in (result.lower, result.upper)]
    vector = None if result.vector is None else result.vector.tobytes()
    return result.value, bounds, result.matvecs, str(result.status), vector


class Stop:
    """A callback that ends a run at its record number `at`."""

    def __init__(self, at):
        self.left = at

    def __call__(self, _progress):
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("name", CALLS)
def test_a_run_that_was_stopped_goes_on_to_the_same_bits(name, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # no power fails here, and disks are slow
    W, call = iid(600, 8, 7), CALLS[name]
    unbroken = call(W)
    rng = np.random.default_rng()
    for trial in range(4):
        path = tmp_path / f"{trial}.run"
        stop = int(rng.integers(0, len(unbroken.history) + 1))
        call(W, checkpoint=path, checkpoint_seconds=0.0, callback=Stop(stop))
        assert bits(call(W, checkpoint=path)) == bits(unbroken), f"stopped at record {stop}"


def test_a_check_that_was_stopped_goes_on_to_the_same_report(tmp_path):
    W = iid(500, 8, 3)
    unbroken = rc.check(W, activation="tanh")
    rng = np.random.default_rng()
    for trial in range(3):
        path = tmp_path / f"{trial}.run"
        rc.check(W, activation="tanh", checkpoint=path, callback=Stop(int(rng.integers(0, 60))))
        resumed = rc.check(W, activation="tanh", checkpoint=path)
        for name in ("spectral_radius", "spectral_norm", "perron_radius", "worst_case_growth"):
            assert bits(getattr(resumed, name)) == bits(getattr(unbroken, name)), name
        assert (resumed.verdict, resumed.reason) == (unbroken.verdict, unbroken.reason)


def test_a_check_that_is_stopped_early_keeps_what_an_earlier_call_did(tmp_path):
    W, path = iid(500, 8, 3), tmp_path / "a.run"
    whole = rc.check(W, activation="tanh", checkpoint=path)
    content = path.read_bytes()
    rc.check(W, activation="tanh", checkpoint=path, callback=Stop(2))
    assert path.read_bytes() == content
    again = rc.check(W, activation="tanh", checkpoint=path)
    assert path.read_bytes() == content
    assert again.computed.products == whole.computed.products


def test_numbers_of_numpy_are_the_same_options_as_those_of_python(tmp_path):
    W, path = iid(60, 5, 4), tmp_path / "a.run"
    of_numpy = {"rtol": np.float32(0.0625), "seed": np.int64(3), "max_matvecs": np.int32(900), "quick": np.True_}
    of_python = {"rtol": 0.0625, "seed": 3, "max_matvecs": 900, "quick": True}
    first = rc.check(W, activation="tanh", checkpoint=path, **of_numpy)
    content = path.read_bytes()
    again = rc.check(W, activation="tanh", checkpoint=path, **of_python)
    assert (again.verdict, again.reason) == (first.verdict, first.reason)
    assert path.read_bytes() == content


def test_the_file_is_written_where_a_check_fails_between_quantities(tmp_path, monkeypatch):
    W, path = iid(500, 8, 3), tmp_path / "a.run"

    def interrupt(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("rhochain.verdicts.investigation.Investigation._growth", interrupt)
        with pytest.raises(KeyboardInterrupt):
            rc.check(W, activation="tanh", checkpoint=path)
    size = path.stat().st_size
    assert rc.check(W, activation="tanh", checkpoint=path).worst_case_growth is not None
    assert path.stat().st_size > size > 8 * 500


def test_the_file_of_another_run_or_a_damaged_one_is_refused(tmp_path):
    W, path = iid(500, 8, 3), tmp_path / "a.run"
    rc.spectral_norm(W, checkpoint=path, checkpoint_seconds=0.0, callback=Stop(3))
    for other in (
        lambda: rc.spectral_norm(iid(500, 8, 4), checkpoint=path),
        lambda: rc.spectral_norm(W, seed=1, checkpoint=path),
        lambda: rc.spectral_radius(W, checkpoint=path),
        lambda: rc.check(W, activation="tanh", checkpoint=path),
    ):
        with pytest.raises(ValueError, match="is of another run"):
            other()
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match="damaged or cut short"):
        rc.spectral_norm(W, checkpoint=path)
    with pytest.raises(TypeError, match="checkpoint must be a path or None"):
        rc.spectral_norm(W, checkpoint=3)
    with pytest.raises(ValueError, match="checkpoint_seconds"):
        rc.spectral_norm(W, checkpoint=tmp_path / "b.run", checkpoint_seconds=-1.0)


@pytest.mark.parametrize("contents", [[], [1], [1, 7, -1], [1, 7, 2, 1, 5, 2, 0], [1, 7, 1, 0, 3, 2**62, 0], [2**62]])
def test_counts_that_do_not_fit_their_numbers_are_told(contents, tmp_path, monkeypatch):
    state = (0, np.empty((0, 1)), np.array(contents, np.int64), np.empty(0), np.empty(0))
    monkeypatch.setattr(RunCheckpoint, "load", lambda self: state)
    with pytest.raises(ValueError, match="its counts do not fit its numbers"):
        rc.spectral_norm(iid(100, 5, 3), checkpoint=tmp_path / "a.run")


def test_a_file_that_cannot_be_written_ends_the_run_with_its_bracket(tmp_path):
    W, path = iid(500, 8, 3), tmp_path / "gone" / "a.run"
    with pytest.raises(rc.CheckpointError) as caught:
        rc.spectral_norm(W, checkpoint=path, checkpoint_seconds=0.0)
    assert caught.value.result.upper.value >= rc.spectral_norm(W).lower.value


KILLED = """
import sys
sys.path.insert(0, {here!r})
from test_run_logs import CALLS, iid
CALLS[{name!r}](iid({n}, 10, 11), checkpoint={path!r}, checkpoint_seconds=0.0)
"""


@pytest.mark.parametrize("name", ["radius", "norm", "Perron", "scaling"])
def test_a_killed_run_goes_on_to_the_same_bits(name, tmp_path):
    n, path = 4000, os.fspath(tmp_path / "a.run")
    code = KILLED.format(here=os.fspath(Path(__file__).parent), name=name, n=n, path=path)
    rng = np.random.default_rng()
    for _ in range(2):
        child = subprocess.Popen([sys.executable, "-c", code])
        deadline = time.monotonic() + 60
        while not os.path.exists(path) and child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(float(rng.uniform(0.0, 0.3)))
        child.send_signal(signal.SIGKILL)
        child.wait()
    W = iid(n, 10, 11)
    assert bits(CALLS[name](W, checkpoint=path)) == bits(CALLS[name](W))


def test_the_parts_of_an_array_are_written_as_the_array(tmp_path):
    rng = np.random.default_rng()
    parts = [rng.standard_normal(n) for n in (0, 1, 70_000, 0, 200_001)]
    vectors, integers, norms = rng.standard_normal((50, 3)), rng.integers(-9, 9, 70_000), rng.standard_normal(3)
    states = []
    for name, reals in (("a", [np.concatenate(parts)]), ("b", parts)):
        assert not RunCheckpoint(tmp_path / name, {"run": 1}).save(7, vectors, integers, norms, *reals)
        states.append((tmp_path / name).read_bytes())
    assert states[0] == states[1]
    done, *arrays = RunCheckpoint(tmp_path / "b", {"run": 1}).load()
    assert done == 7
    for found, given in zip(arrays, (vectors, integers, norms, np.concatenate(parts)), strict=True):
        assert np.array_equal(found, given)


def test_a_growth_that_the_clock_ends_anywhere_goes_on_to_the_same_bits(tmp_path):
    W = iid(3000, 10, 5)
    began = time.perf_counter()
    whole = rc.worst_case_growth(W)
    seconds = time.perf_counter() - began
    statuses = set()
    for number, part in enumerate(np.random.default_rng().uniform(0.02, 0.9, 8)):
        path = tmp_path / str(number)
        statuses.add(rc.worst_case_growth(W, checkpoint=path, max_seconds=part * seconds).status)
        resumed = rc.worst_case_growth(W, checkpoint=path)
        assert (resumed.lower, resumed.value, resumed.upper) == (whole.lower, whole.value, whole.upper)
        assert resumed.matvecs == whole.matvecs
    assert rc.Status.BUDGET_SPENT in statuses
