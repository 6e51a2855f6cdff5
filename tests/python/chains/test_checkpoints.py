"""Checkpoints: a run that was killed, stopped or interrupted goes on to the same bits."""

import os
import signal
import threading
import time

import numpy as np
import pytest
from forked_processes import started
from killable_chain import K, N, chain_of, run, spectrum_fields, start_of
from small_chain import RNG, G, Pausing, S, W, bits, chain, paused, stopped

import rhochain as rc


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
@pytest.mark.parametrize(
    ("kind", "direction", "columns", "threads"),
    [
        ("slopes", "vjp", 0, (1, 2)),
        ("slopes", "jvp", 3, (2, 1)),
        ("rollout", "vjp", 2, (1, 2)),
        ("rollout", "jvp", 0, (2, 1)),
        ("gru", "vjp", 3, (1, 2)),
        ("rollout", "lyapunov", 3, (2, 1)),
        ("gru", "lyapunov", 2, (1, 2)),
    ],
)
def test_a_killed_run_goes_on_to_the_same_bits(tmp_path, kind, direction, columns, threads):
    unbroken = expected(kind, direction, columns)
    checkpoint, result = tmp_path / "run.ckpt", tmp_path / "result.npz"
    kills = 0
    moments = np.random.default_rng([ord(kind[0]), ord(direction[0]), columns])
    while not result.exists():
        process = started(run, kind, direction, columns, threads[kills % 2], checkpoint, result)
        before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        if kills < 3:
            while process.is_alive() and (not checkpoint.exists() or checkpoint.stat().st_mtime_ns == before):
                time.sleep(0.002)
            time.sleep(moments.uniform(0.0, 0.15))
            process.kill()
            process.join()
            assert process.exitcode == -signal.SIGKILL, "killed too late to tell anything"
            kills += 1
        else:
            process.join()
            assert process.exitcode == 0
    assert kills == 3
    found = np.load(result)
    assert {name: found[name].tobytes() for name in found} == {name: x.tobytes() for name, x in unbroken.items()}


def expected(kind, direction, columns):
    """What a run that nothing breaks saves."""
    if direction == "lyapunov":
        return spectrum_fields(chain_of(kind, 1).lyapunov(columns))
    r = getattr(chain_of(kind, 1), direction)(start_of(columns), record_every=7)
    parts = (*r.vectors, r.log_norms, r.recorded)
    return {name: np.asarray(part) for name, part in zip(("m", "e", "log_norms", "recorded"), parts, strict=True)}


@pytest.mark.parametrize("direction", ["vjp", "jvp"])
@pytest.mark.parametrize("every", [1, 6])
@pytest.mark.parametrize("columns", [0, 1, 3])
def test_a_stopped_run_goes_on_to_the_same_bits(tmp_path, direction, every, columns):
    given = G if columns == 0 else RNG.standard_normal((9, columns))
    unbroken = getattr(chain(), direction)(given, record_every=every)
    path = tmp_path / "run.ckpt"
    for steps in (3, 8):
        part = stopped(path, steps, direction, given, record_every=every)
        assert part.done == steps
        assert part.recorded[-1] == steps
    resumed = getattr(chain(), direction)(given, record_every=every, checkpoint=path)
    assert bits(resumed) == bits(unbroken)


def test_a_complete_run_returns_at_once_and_leaves_its_file(tmp_path):
    path = tmp_path / "run.ckpt"
    first = chain().vjp(G, checkpoint=path)
    before = path.read_bytes()
    asked = []
    again = chain().vjp(G, asked.append, checkpoint=path)
    assert bits(again) == bits(first) == bits(chain().vjp(G))
    assert asked == []
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_progress_counts_what_was_done_before(tmp_path):
    path = tmp_path / "run.ckpt"
    stopped(path, 10)
    seen = []
    paused(14).vjp(G, lambda p: seen.append(p) or p.done >= 14, checkpoint=path)
    last = seen[-1]
    assert (last.begun, last.done, last.steps) == (10, 14, 40)
    assert last.rate == pytest.approx(4 / last.seconds)
    assert last.remaining == pytest.approx(26 * last.seconds / 4)


def test_checkpoints_come_no_more_often_than_asked(tmp_path, monkeypatch):
    written = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: written.append(b) or replace(a, b))
    for seconds, expected in ((0, 41), (1e9, 2), (np.inf, 2)):  # those of the start and of the end
        written.clear()
        chain().vjp(G, checkpoint=tmp_path / str(seconds), checkpoint_seconds=seconds)
        assert len(written) == expected
    written.clear()
    # Its second step ends 60 ms after the first: the file of then is neither that of the start nor of the end.
    paused(2).vjp(G, checkpoint=tmp_path / "late", checkpoint_seconds=0.05)
    assert len(written) == 3


def test_zero_columns_and_chains_without_steps(tmp_path):
    given = np.stack([G, np.zeros(9)], axis=1)
    assert bits(chain().vjp(given, checkpoint=tmp_path / "a")) == bits(chain().vjp(given, checkpoint=tmp_path / "a"))
    empty = rc.JacobianChain(W, slopes=S[:0])
    assert bits(empty.jvp(G, checkpoint=tmp_path / "b")) == bits(empty.jvp(G, checkpoint=tmp_path / "b"))
    assert empty.jvp(G, checkpoint=tmp_path / "b").recorded.tolist() == [0]


class Interrupting(Pausing):
    """Slopes, one row of which brings Ctrl-C when it is read."""

    def __getitem__(self, part):
        if part.start <= self.late < part.stop:
            signal.raise_signal(signal.SIGINT)
        return self.rows[part]


def test_ctrl_c_in_a_fetch_leaves_a_checkpoint_of_the_last_step(tmp_path):
    path = tmp_path / "run.ckpt"
    # Row 1 is none of those that a run is known by.
    with pytest.raises(rc.ChainInterrupted) as caught:
        rc.JacobianChain(W, slopes=Interrupting(S, 1), memory=1).vjp(G, checkpoint=path)
    assert caught.value.result.done == 38
    seen = []
    assert bits(chain().vjp(G, seen.append, checkpoint=path)) == bits(chain().vjp(G))
    assert seen[0].begun == 38


def test_ctrl_c_in_a_fetch_ends_every_measure():
    interrupting = rc.JacobianChain(W, slopes=Interrupting(S, 7), memory=1)
    with pytest.raises(rc.ChainInterrupted) as caught:
        interrupting.jvp(G)
    assert caught.value.result.done == 7
    for measure in (lambda: interrupting.norm(), lambda: interrupting.gain, lambda: interrupting.lyapunov(1)):
        with pytest.raises(KeyboardInterrupt):
            measure()
    inputs = Interrupting(S[:, :6], 7)
    with pytest.raises(KeyboardInterrupt):
        rc.GRUChain.from_rollout(np.zeros((6, 2)), inputs)
    with pytest.raises(KeyboardInterrupt):
        rc.JacobianChain.from_rollout(W, G, inputs=Interrupting(S, 7)).jvp(G)


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to itself")
def test_ctrl_c_between_steps_leaves_a_checkpoint_of_the_last_step(tmp_path):
    path = tmp_path / "run.ckpt"
    forever = rc.JacobianChain(W, slopes=np.broadcast_to(S[0], (10**10, 9)))
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(rc.ChainInterrupted) as caught:
        forever.vjp(G, record_every=1000, checkpoint=path)
    timer.join()
    before = caught.value.result
    seen = []
    after = forever.vjp(G, lambda p: seen.append(p) or True, record_every=1000, checkpoint=path)
    assert seen[0].begun == before.done > 0
    rows = before.done // 1000 + 1
    np.testing.assert_array_equal(after.log_norms[:rows], before.log_norms[:rows])


def test_shapes_of_the_killable_chain():
    for kind in ("slopes", "rollout", "gru"):
        assert (chain_of(kind, 1).steps, chain_of(kind, 1).shape) == (K, (N, N))
