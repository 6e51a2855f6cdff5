"""Checkpoints of other runs, damaged files and full disks: an error says so, and nothing is lost."""

import errno
import os
import stat
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_chain import G, S, W, bits, chain, stopped
from source_tree import ORACLES

import rhochain as rc

OTHER_RUNS = {
    "vjp": lambda path: chain().jvp(G, checkpoint=path),
    "g: ": lambda path: chain().vjp(np.nextafter(G, 9), checkpoint=path),
    "steps": lambda path: rc.JacobianChain(W, slopes=S[:-1]).vjp(G, checkpoint=path),
    "record_every": lambda path: chain().vjp(G, record_every=2, checkpoint=path),
    "convention": lambda path: chain(convention="post").vjp(G, checkpoint=path),
    "leak": lambda path: chain(leak=0.5).vjp(G, checkpoint=path),
    "matrix": lambda path: rc.JacobianChain(W * (1 + 1e-15), slopes=S).vjp(G, checkpoint=path),
    "slopes": lambda path: rc.JacobianChain(W, slopes=S[::-1]).vjp(G, checkpoint=path),
    "activation": lambda path: rc.JacobianChain.from_states(W, S, "tanh").vjp(G, checkpoint=path),
    "x0": lambda path: rc.JacobianChain.from_rollout(W, G, 40).vjp(G, checkpoint=path),
}


@pytest.mark.parametrize("difference", OTHER_RUNS)
def test_the_checkpoint_of_another_run_is_refused_by_what_differs(tmp_path, difference):
    path = tmp_path / "run.ckpt"
    chain().vjp(G, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=f"is of another run .*{difference}"):
        OTHER_RUNS[difference](path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("changed", ["x0", "inputs", "input_weights", "bias", "noise", "seed", "activation"])
def test_the_checkpoint_of_another_rollout_is_refused_by_what_differs(tmp_path, changed):
    options = {"x0": G, "inputs": S[:, :4], "input_weights": W[:, :4], "bias": G, "noise": 0.1, "seed": 1}
    options |= {"activation": ("leaky_relu", 0.25)}
    others = {"x0": -G, "inputs": S[::-1, :4], "input_weights": W[:, 1:5], "bias": -G, "noise": 0.2, "seed": 2}
    others |= {"activation": ("leaky_relu", np.nextafter(0.25, 1))}

    def run(given):
        given = {**given, "activation": rc.activation(*given["activation"])}
        return rc.JacobianChain.from_rollout(W, **given).vjp(G, checkpoint=tmp_path / "run.ckpt")

    first = run(options)
    assert bits(run(options)) == bits(first)
    with pytest.raises(ValueError, match=f"another run .*{changed}"):
        run({**options, changed: others[changed]})


def test_slopes_kept_elsewhere_and_other_threads_are_the_same_run(tmp_path):
    path = tmp_path / "run.ckpt"
    stopped(path, 5)
    np.save(tmp_path / "s.npy", S)
    mapped = np.load(tmp_path / "s.npy", mmap_mode="r")
    resumed = rc.JacobianChain(W, slopes=mapped, threads=2).vjp(G, checkpoint=str(path))
    assert bits(resumed) == bits(chain().vjp(G))


def test_a_file_cut_short_anywhere_is_told(tmp_path):
    path = tmp_path / "run.ckpt"
    chain().vjp(G, checkpoint=path)
    whole = path.read_bytes()
    header = struct.unpack_from("<Q", whole, 8)[0]
    sizes = {*range(60), 48 + header - 1, 48 + header, 48 + header + 1, len(whole) // 2, len(whole) - 8, len(whole) - 1}
    for size in sizes:
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"damaged or cut short|is not a checkpoint of this library"):
            chain().vjp(G, checkpoint=path)
        assert path.read_bytes() == whole[:size]
    for longer in (b"\0", whole):
        path.write_bytes(whole + longer)
        with pytest.raises(ValueError, match="damaged"):
            chain().vjp(G, checkpoint=path)


def test_every_flipped_bit_is_told(tmp_path):
    path = tmp_path / "run.ckpt"
    rc.JacobianChain(W[:2, :2], slopes=S[:2, :2]).vjp([1.0, 2.0], checkpoint=path)
    whole = path.read_bytes()
    small = rc.JacobianChain(W[:2, :2], slopes=S[:2, :2])
    for bit in range(0, 8 * len(whole), 3):
        spoilt = bytearray(whole)
        spoilt[bit // 8] ^= 1 << bit % 8
        path.write_bytes(spoilt)
        with pytest.raises(ValueError, match=r"damaged|is not a checkpoint of this library"):
            small.vjp([1.0, 2.0], checkpoint=path)


def test_what_is_no_checkpoint_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("years of work")
    with pytest.raises(ValueError, match="is not a checkpoint of this library"):
        chain().vjp(G, checkpoint=tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "years of work"
    with pytest.raises(ValueError, match="something else"):
        chain().vjp(G, checkpoint=tmp_path)
    with pytest.raises(TypeError, match="checkpoint must be a path"):
        chain().vjp(G, checkpoint=7)
    with pytest.raises(TypeError, match="checkpoint must be a path"):
        chain().vjp(G, checkpoint=b"run.ckpt")
    for bad, error in ((-1.0, ValueError), (np.nan, ValueError), ("soon", TypeError)):
        with pytest.raises(error, match="checkpoint_seconds"):
            chain().vjp(G, checkpoint=tmp_path / "new", checkpoint_seconds=bad)
    for bad, error in ((0, ValueError), (-3, ValueError), (1.5, TypeError)):
        with pytest.raises(error, match="record_every"):
            chain().vjp(G, record_every=bad)
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_is_refused():
    with pytest.raises(ValueError, match="something else"):
        chain().vjp(G, checkpoint="/dev/full")


def test_a_folder_that_is_missing_is_told_before_the_first_step(tmp_path):
    with pytest.raises(rc.CheckpointError) as caught:
        chain().vjp(G, checkpoint=tmp_path / "missing" / "run.ckpt")
    assert caught.value.errno == errno.ENOENT
    assert caught.value.filename == str(tmp_path / "missing" / "run.ckpt")
    assert caught.value.result.done == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_told_before_the_first_step(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(rc.CheckpointError) as caught:
        chain().vjp(G, checkpoint=tmp_path / "run.ckpt")
    tmp_path.chmod(stat.S_IRWXU)
    assert caught.value.errno == errno.EACCES


@pytest.mark.skipif(os.name != "posix", reason="makes a symbolic link")
def test_a_link_is_followed(tmp_path):
    (tmp_path / "disk").mkdir()
    link = tmp_path / "run.ckpt"
    link.symlink_to(tmp_path / "disk" / "run.ckpt")
    chain().vjp(G, checkpoint=link)
    assert link.is_symlink()
    assert (tmp_path / "disk" / "run.ckpt").is_file()


FULL_DISK = """
import errno, os, resource, signal, sys
import numpy as np
from small_chain import G, chain, rc
path = sys.argv[1]
size = os.stat(path).st_size if os.path.exists(path) else 0
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
# Rows of log norms are added: the file that fits now will soon be too large.
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 64, size + 64))
try:
    chain().vjp(G, checkpoint=path, checkpoint_seconds=0)
except rc.CheckpointError as error:
    assert error.errno == errno.EFBIG and path in str(error), error
    expected = chain().vjp(G)
    done = error.result.done
    assert np.array_equal(error.result.log_norms, expected.log_norms[: done + 1])
    print(done)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files")
@pytest.mark.parametrize("begun", [0, 6])
def test_a_full_disk_is_told_and_leaves_the_checkpoint_before(tmp_path, begun):
    path = tmp_path / "run.ckpt"
    if begun:
        stopped(path, begun)
    command = [sys.executable, "-c", FULL_DISK, str(path)]
    ran = subprocess.run(command, cwd=ORACLES, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    done = int(ran.stdout)
    assert list(tmp_path.iterdir()) == ([path] if begun else [])  # no half-written file is left
    assert begun <= done <= begun + 9
    if begun:
        seen = []
        resumed = chain().vjp(G, seen.append, checkpoint=path)
        assert seen[0].begun == max(begun, done - 1)
        assert bits(resumed) == bits(chain().vjp(G))
