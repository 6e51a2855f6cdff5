"""Files that hold no usable matrix: each gives one line that names the file, what came, what was expected."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc

EYE = np.eye(3)
HEADER = "%%MatrixMarket matrix coordinate real general\n"
TEXT_FILES = {
    "header only": (HEADER, "cut short or corrupt"),
    "nothing": ("", "cut short or corrupt"),
    "no Matrix Market": ("1 2 3\n4 5 6\n", "cut short or corrupt"),
    "fewer entries than stated": (HEADER + "3 3 3\n1 1 1.0\n2 2 1.0\n", "cut short or corrupt"),
    "more entries than stated": (HEADER + "3 3 1\n1 1 1.0\n2 2 1.0\n", "cut short or corrupt"),
    "index out of range": (HEADER + "3 3 1\n4 1 1.0\n", "cut short or corrupt"),
    "index 0": (HEADER + "3 3 1\n0 1 1.0\n", "cut short or corrupt"),
    "index negative": (HEADER + "3 3 1\n-1 1 1.0\n", "cut short or corrupt"),
    "text among the entries": (HEADER + "3 3 1\n1 1 one\n", "cut short or corrupt"),
    "nan": (HEADER + "3 3 1\n1 1 nan\n", "NaN or Inf|corrupt"),
    "inf": (HEADER + "3 3 1\n1 1 inf\n", "NaN or Inf|corrupt"),
    "complex": (HEADER.replace("real", "complex") + "3 3 1\n1 1 1.0 2.0\n", "complex128; expected real"),
}


@pytest.mark.parametrize("kind", TEXT_FILES)
@pytest.mark.parametrize("ending", [".mtx", ".mtx.gz"])
def test_matrix_market(kind, ending, tmp_path):
    text, words = TEXT_FILES[kind]
    path = tmp_path / f"W{ending}"
    path.write_bytes(gzip.compress(text.encode()) if ending == ".mtx.gz" else text.encode())
    refuse(path, words)


def refuse(path, words):
    with pytest.raises(rc.FileError, match=words) as caught:
        rc.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message


def cut(path: Path, keep: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])


def write_sparse(path):
    sparse.save_npz(path, sparse.random(50, 50, density=0.2, format="csr", random_state=0))


def write_cut_sparse(path):
    write_sparse(path)
    cut(path, 0.6)


def write_cut_gz(path):
    text = HEADER + "200 200 200\n" + "".join(f"{i} {i} 0.{i:04d}\n" for i in range(1, 201))
    path.write_bytes(gzip.compress(text.encode()))
    cut(path, 0.5)


def write_cut_npy(path):
    np.save(path, np.eye(20))
    cut(path, 0.5)


def write_archive_as_npy(path):
    with path.open("wb") as stream:
        np.savez(stream, a=EYE)


def write_objects_as_sparse(path):
    parts = {"indices": np.zeros(1, dtype=int), "indptr": np.array([0, 1])}
    np.savez(path, format=b"csr", shape=(1, 1), data=np.array([None]), **parts)


def write_npy_as_npz(path):
    with path.open("wb") as stream:
        np.save(stream, EYE)


def write_tampered(path):
    np.savez(
        path, format=b"csc", shape=(3, 3), data=np.ones(3), indices=np.array([0, 1, 99]), indptr=np.array([0, 1, 2, 3])
    )


BINARY_FILES = {
    "W.npz without a matrix": (lambda p: np.savez(p), "no array; expected"),
    "W.npz of two arrays": (lambda p: np.savez(p, a=EYE, b=EYE), r"2 arrays \(a, b\)"),
    "W.npz of a vector": (lambda p: np.savez(p, a=np.ones(3)), r"shape \(3,\); expected two dimensions"),
    "W.npz of objects": (lambda p: np.savez(p, a=np.array([[None]], dtype=object)), "an array of objects; expected"),
    "W.npz cut short": (write_cut_sparse, "cut short or corrupt"),
    "W.npz with a bad index": (write_tampered, "cut short or corrupt"),
    "W.npz of text": (lambda p: p.write_text("no zip"), "cut short or corrupt"),
    "W.npz of nothing": (lambda p: p.write_bytes(b""), "cut short or corrupt"),
    "W.npy of objects": (lambda p: np.save(p, np.array([[None]], dtype=object)), "an array of objects; expected"),
    "W.npz of sparse objects": (write_objects_as_sparse, "an array of objects; expected numbers"),
    "W.npy cut short": (write_cut_npy, "cut short or corrupt"),
    "W.npy complex": (lambda p: np.save(p, EYE * 1j), "complex128; expected real"),
    "W.npy of three dimensions": (lambda p: np.save(p, np.ones((2, 2, 2))), "expected two dimensions"),
    "W.npy that is an archive": (write_archive_as_npy, "cut short or corrupt"),
    "W.npz that is no archive": (write_npy_as_npz, "cut short or corrupt"),
    "W.npy of text": (lambda p: p.write_text("no array"), "cut short or corrupt"),
    "W.mtx.gz cut short": (write_cut_gz, "cut short or corrupt"),
    "W.mtx.gz of text": (lambda p: p.write_text(HEADER), "cut short or corrupt"),
    "W.csv": (lambda p: p.write_text("1,2"), r"unknown kind of file '\.csv'; expected \.mtx"),
    "W": (lambda p: p.write_text("1 2"), "unknown kind of file ''"),
    "folder.mtx": (lambda p: p.mkdir(), "a directory; expected a file"),
    "missing.mtx": (lambda p: None, "no such file"),
    f"{'W' * 300}.npy": (lambda p: None, r"cannot be read \(File name too long\)"),
}


@pytest.mark.parametrize("kind", BINARY_FILES)
def test_file(kind, tmp_path):
    write, words = BINARY_FILES[kind]
    path = tmp_path / kind.split()[0]
    write(path)
    refuse(path, words)


@pytest.mark.parametrize("name", ["W.mtx", "W.mtx.gz", "W.npz", "W.npy"])
def test_file_that_may_not_be_read(name, tmp_path, monkeypatch):
    path = tmp_path / name
    path.write_bytes(b"")

    def refused(*_arguments, **_options):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("io.open", refused)
    monkeypatch.setattr("builtins.open", refused)
    refuse(path, r"cannot be read \(Permission denied\)")
