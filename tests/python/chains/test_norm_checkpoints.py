"""Checkpoints of the norm of a chain: a run that was ended anywhere goes on to the same bits; others are refused."""

import errno
import json
import os
import signal
import threading
import time

import numpy as np
import pytest
from forked_processes import started
from scipy import sparse
from small_chain import Pausing

import rhochain as rc

RNG = np.random.default_rng(41)
N, K = 30, 90
W = sparse.random_array((N, N), density=0.3, rng=RNG, format="csr")
S = RNG.uniform(0.3, 1.0, (K, N))


def chain(W=W, slopes=S, **options):
    return rc.JacobianChain(W, slopes=slopes, **options)


def same(a, b):
    return a.to_dict(history=False) | {"seconds": 0} == b.to_dict(history=False) | {"seconds": 0}


UNBROKEN = chain().norm()


@pytest.mark.parametrize("seconds", [0.0, 1e9])
@pytest.mark.parametrize("share", [0.001, 0.1, 0.3, 0.5, 0.8, 0.99])
def test_a_run_that_ran_out_of_its_budget_goes_on_with_more(tmp_path, monkeypatch, share, seconds):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # no power fails here, and disks are slow
    path = tmp_path / "norm.ckpt"
    options = {"checkpoint": path, "checkpoint_seconds": seconds}
    part = chain(threads=1).norm(max_matvecs=max(1, int(share * UNBROKEN.matvecs)), **options)
    assert part.matvecs < UNBROKEN.matvecs
    assert same(chain(threads=2).norm(**options), UNBROKEN)
    before = path.read_bytes()
    assert same(chain().norm(**options), UNBROKEN)
    assert path.read_bytes() == before


def test_gated_chains_too(tmp_path):
    gates = {name: RNG.random((40, N)) for name in "rznq"}
    U = sparse.vstack([W, W, W], format="csr")

    def gru():
        return rc.GRUChain.from_gates(U, h=RNG.standard_normal((40, N)) * 0 + 0.5, **gates)

    unbroken = gru().norm()
    path = tmp_path / "norm.ckpt"
    gru().norm(checkpoint=path, max_matvecs=unbroken.matvecs // 2)
    assert same(gru().norm(checkpoint=path), unbroken)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("rtol", lambda: chain().norm(rtol=0.1, checkpoint="c")),
        ("delta", lambda: chain().norm(delta=1e-3, checkpoint="c")),
        ("seed", lambda: chain().norm(seed=1, checkpoint="c")),
        ("start", lambda: chain().norm(start=np.ones(N), checkpoint="c")),
        ("matrix", lambda: chain(2 * W).norm(checkpoint="c")),
        ("measure", lambda: chain().lyapunov(2, checkpoint="c")),
        ("direction", lambda: chain().jvp(np.ones(N), checkpoint="c")),
    ],
)
def test_the_checkpoint_of_another_run_is_refused(tmp_path, monkeypatch, name, other):
    monkeypatch.chdir(tmp_path)
    chain().norm(checkpoint="c", max_matvecs=100)
    with pytest.raises(ValueError, match=f"is of another run .*{name}"):
        other()


def test_a_full_disk_ends_the_run_with_what_is_known(tmp_path, monkeypatch):
    path = tmp_path / "norm.ckpt"
    chain().norm(checkpoint=path, max_matvecs=300)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(rc.CheckpointError) as error:
            chain().norm(checkpoint=path, checkpoint_seconds=0)
    assert error.value.errno == errno.ENOSPC
    assert error.value.result.matvecs < UNBROKEN.matvecs
    assert path.read_bytes() == before
    assert same(chain().norm(checkpoint=path), UNBROKEN)


def run_again_and_again(path):
    while True:
        chain(slopes=Pausing(S, K // 2), memory=1).norm(checkpoint=path)
        path.unlink()


def test_ctrl_c_leaves_a_checkpoint(tmp_path):
    path = tmp_path / "norm.ckpt"
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(rc.Interrupted) as stopped:
        run_again_and_again(path)
    timer.join()
    assert stopped.value.bracket.matvecs <= UNBROKEN.matvecs
    assert same(chain().norm(checkpoint=path), UNBROKEN)


def run(path, threads):
    """What a process does, with a checkpoint after every round on a slow disk."""
    fsync = os.fsync
    os.fsync = lambda descriptor: (time.sleep(0.002), fsync(descriptor))
    bracket = chain(threads=threads).norm(checkpoint=path, checkpoint_seconds=0)
    path.with_suffix(".done").write_text(json.dumps(bracket.to_dict(history=False)))


def test_a_run_that_is_killed_again_and_again_ends_at_the_same_bits(tmp_path):
    path, seconds = tmp_path / "norm.ckpt", np.random.default_rng()
    kills = 0
    for attempt in range(60):
        process = started(run, path, 1 + attempt % 2)
        # A busy machine may need seconds to begin: later attempts have longer.
        process.join(timeout=float(seconds.uniform(0.3, 1.5)) * (1 + attempt / 10))
        if process.is_alive():
            process.kill()
            kills += 1
        process.join()
        if (tmp_path / "norm.done").exists():
            break
    assert kills >= 1
    assert same(chain().norm(checkpoint=path), UNBROKEN)
    found = json.loads((tmp_path / "norm.done").read_text())
    assert found | {"seconds": 0} == json.loads(json.dumps(UNBROKEN.to_dict(history=False))) | {"seconds": 0}
