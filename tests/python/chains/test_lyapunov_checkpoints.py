"""Checkpoints of Lyapunov exponents: a run that was stopped anywhere goes on to the same bits; others are refused."""

import errno
import os
import signal
import threading

import numpy as np
import pytest
from killable_chain import spectrum_fields
from small_chain import Pausing

import rhochain as rc

RNG = np.random.default_rng(31)
N, K = 7, 2600
W = RNG.standard_normal((N, N)) / 2
# Bursts part some directions from the others: intervals of every length, and some that are run again one by one.
S = RNG.uniform(0.5, 1.0, (K, N))
S[400::90, 3:] = 1e-5


def chain(slopes=S, **options):
    return rc.JacobianChain(W, slopes=slopes, **options)


def same(a, b):
    return all(x.tobytes() == spectrum_fields(b)[name].tobytes() for name, x in spectrum_fields(a).items())


UNBROKEN = chain().lyapunov(4)


def test_the_chain_has_intervals_of_many_lengths():
    assert K / 20 < UNBROKEN.factorizations < K / 2
    assert UNBROKEN.cancellation > 1e5


@pytest.mark.parametrize("seconds", [0.0, 1e9])
@pytest.mark.parametrize("late", [0, 1, 120, 399, 403, 760, 1501, K - 2])
def test_a_stopped_run_goes_on_to_the_same_bits(tmp_path, monkeypatch, late, seconds):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # no power fails here, and disks are slow
    path = tmp_path / "run.ckpt"
    options = {"checkpoint": path, "checkpoint_seconds": seconds}
    stopping = chain(Pausing(S, late), memory=1, threads=1)
    part = stopping.lyapunov(4, callback=lambda progress: progress.done > late, **options)
    assert part.done == late + 1
    seen = []
    resumed = chain(threads=2).lyapunov(4, callback=seen.append, **options)
    assert late + 1 - 256 < seen[-1].begun <= late + 1
    assert same(resumed, UNBROKEN)


def test_a_complete_run_returns_at_once(tmp_path):
    path = tmp_path / "run.ckpt"
    first = chain().lyapunov(4, checkpoint=path)
    before, seen = path.read_bytes(), []
    assert same(first, UNBROKEN)
    assert same(chain().lyapunov(4, callback=seen.append, checkpoint=path), UNBROKEN)
    assert seen == []
    assert path.read_bytes() == before


def test_a_run_that_an_error_target_ended_goes_on_with_a_smaller_one(tmp_path):
    path = tmp_path / "run.ckpt"
    loose, tight = chain().lyapunov(1, atol=0.05), chain().lyapunov(1, atol=0.0035)
    assert loose.done < tight.done < K
    assert same(chain().lyapunov(1, atol=0.05, checkpoint=path), loose)
    assert same(chain().lyapunov(1, atol=0.05, checkpoint=path), loose)
    assert same(chain().lyapunov(1, atol=0.0035, checkpoint=path), tight)
    assert same(chain().lyapunov(1, checkpoint=path), chain().lyapunov(1))


def test_lost_directions_stay_lost(tmp_path):
    slopes = S.copy()
    slopes[900, 2:] = 0.0
    path = tmp_path / "run.ckpt"
    late = chain(Pausing(slopes, 1200), memory=1)
    late.lyapunov(4, callback=lambda progress: progress.done > 1200, checkpoint=path)
    resumed, unbroken = chain(slopes).lyapunov(4, checkpoint=path), chain(slopes).lyapunov(4)
    assert (unbroken.exponents[2:] == -np.inf).all()
    assert same(resumed, unbroken)


OTHER_RUNS = {
    "k": lambda path: chain().lyapunov(3, checkpoint=path),
    "seed": lambda path: chain().lyapunov(4, seed=1, checkpoint=path),
    "discard": lambda path: chain().lyapunov(4, discard=3, checkpoint=path),
    "slopes": lambda path: chain(S[::-1]).lyapunov(4, checkpoint=path),
    "leak": lambda path: chain(leak=0.5).lyapunov(4, checkpoint=path),
    "measure": lambda path: chain().vjp(np.ones((N, 4)), checkpoint=path),
}


@pytest.mark.parametrize("difference", OTHER_RUNS)
def test_the_checkpoint_of_another_run_is_refused_by_what_differs(tmp_path, difference):
    path = tmp_path / "run.ckpt"
    chain().lyapunov(4, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=f"is of another run .*{difference}"):
        OTHER_RUNS[difference](path)
    assert path.read_bytes() == before


def test_a_file_that_cannot_be_written_ends_the_run_with_its_result(tmp_path, monkeypatch):
    with pytest.raises(rc.CheckpointError) as caught:
        chain().lyapunov(4, checkpoint=tmp_path / "missing" / "run.ckpt")
    assert caught.value.errno == errno.ENOENT
    assert caught.value.result.done == 0
    path, replace, moves = tmp_path / "run.ckpt", os.replace, []

    def full(source, target):
        moves.append(target)
        if len(moves) > 9:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(rc.CheckpointError, match="No space left") as caught:
        chain().lyapunov(4, checkpoint=path, checkpoint_seconds=0)
    assert 0 < caught.value.result.done < K
    monkeypatch.setattr(os, "replace", replace)
    assert same(chain().lyapunov(4, checkpoint=path), UNBROKEN)


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to itself")
def test_ctrl_c_leaves_a_checkpoint_of_the_last_factorization(tmp_path):
    path = tmp_path / "run.ckpt"
    forever = chain(np.broadcast_to(S[0], (10**9, N)))
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(rc.LyapunovInterrupted) as caught:
        forever.lyapunov(2, discard=10, checkpoint=path)
    timer.join()
    done = caught.value.result.done
    assert done > 256
    seen = []
    forever.lyapunov(2, discard=10, callback=lambda p: seen.append(p) or True, checkpoint=path)
    assert done - 256 < seen[0].begun <= done
