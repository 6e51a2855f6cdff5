"""Files that hold no usable matrix: each gives one line that names the file, what came, what was expected."""

import gzip
import io
import os
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc

EYE = np.eye(3)
HEADER = "%%MatrixMarket matrix coordinate real general\n"
BANNER = "%%MatrixMarket matrix "
ONE_LINE = "expected a first line that says what follows, here probably %%MatrixMarket matrix "
# The text, and what follows the name of the file.
TEXT_FILES = {
    "header only": (HEADER, "line 2: the file ends before its size line; expected the numbers rows columns entries"),
    "nothing": ("", "line 1: an empty file; expected a banner such as %%MatrixMarket matrix coordinate real general"),
    "no banner": ("3 3 1\n1 1 5\n", f"line 1: '3 3 1' and no banner; {ONE_LINE}coordinate real general"),
    "no banner, a pattern": ("3 3 1\n1 1\n", f"line 1: '3 3 1' and no banner; {ONE_LINE}coordinate pattern general"),
    "no banner, an array": ("1 1\n.5\n", f"line 1: '1 1' and no banner; {ONE_LINE}array real general"),
    "no banner, a comment": ("# a\n3 3 1\n1 1 5\n", f"line 1: '# a' and no banner; {ONE_LINE}coordinate real general"),
    "no banner, pairs": (
        "1 2\n2 3\n",
        "line 1: '1 2' and no banner; expected a first line that says what follows, such as %%MatrixMarket matrix "
        "coordinate real general, and after it a line with the numbers of rows, columns and entries",
    ),
    "half a banner": (BANNER + "coordinate\n3 3 0\n", "line 1: a banner of 2 words; expected four, such as "),
    "another symmetry": (
        BANNER + "coordinate real even\n3 3 0\n",
        "line 1: a banner with 'even'; expected general or symmetric or hermitian or skew-symmetric",
    ),
    "an array of a pattern": (BANNER + "array pattern general\n1 1\n", "line 1: a banner with array and pattern; "),
    "complex": (
        HEADER.replace("real", "complex") + "3 3 1\n1 1 1.0 2.0\n",
        "line 1: a banner with 'complex'; expected real or ",
    ),
    "two sizes": (HEADER + "3 3\n1 1 1\n", "line 2: the size line '3 3'; expected the 3 numbers rows columns entries"),
    "negative size": (HEADER + "3 3 -1\n", "line 2: the size line '3 3 -1'; expected the 3 numbers"),
    "size of 400 digits": (HEADER + "3 3 " + "9" * 400, "line 2: the size line '3 3 9999"),
    "no rows": (HEADER + "0 3 0\n", "line 2: 0 rows and 3 columns; expected at least one of each"),
    "rows without entries": (
        HEADER + "%\n10000101 3 1\n1 1 1.0\n",
        "line 3: 10000101 rows and 3 columns with 1 entries; expected at most 10000100 of each (10000000, and 100 for",
    ),
    "not square, symmetric": (
        BANNER + "coordinate real symmetric\n2 3 0\n",
        "line 2: 2 rows and 3 columns; expected as many columns as rows of a symmetric matrix",
    ),
    "diagonal of a skew one": (
        BANNER + "coordinate real skew-symmetric\n2 2 1\n2 2 3\n",
        "line 3: '2 2 3'; expected 0 on the diagonal of a skew-symmetric matrix",
    ),
    "fewer entries than stated": (
        HEADER + "3 3 3\n1 1 1.0\n2 2 1.0\n",
        "line 5: the file ends after 2 entries; expected 3 as line 2 states",
    ),
    "more entries than stated": (
        HEADER + "3 3 1\n1 1 1.0\n\n2 2 1.0\n3 3 1.0\n",
        "line 5: one more entry; expected 1 as line 2 states",
    ),
    "array of a million": (
        BANNER + "array real general\n1000 1000\n1\n",
        "line 4: the file ends after 1 entries; expected 1000000 as line 2 states",
    ),
    "array of 10^14": (
        BANNER + "array real general\n10000000 10000000\n1\n",
        "line 2: an array of 1600000000000000 bytes; expected at most ",
    ),
    "10^14 entries": (
        HEADER + "3 3 100000000000000\n1 1 1\n",
        "line 2: entries of 3200000000000000 bytes; expected at most ",
    ),
    "blank lines": (HEADER + "3 3 1\n" + "\n" * (2**26 + 2**21), "line 67"),
    "comments": (HEADER + ("%" * 4095 + "\n") * 2**14 + "%\n", "line 16386: more than 67108864 bytes of comments; "),
    "index out of range": (HEADER + "3 3 1\n\n4 1 1.0\n", "line 4: '4 1 1.0'; expected a row from 1 to 3"),
    "index 0": (HEADER + "3 3 1\n1 0 1.0\n", "line 3: '1 0 1.0'; expected a column from 1 to 3"),
    "index negative": (HEADER + "3 3 1\n-1 1 1.0\n", "line 3: '-1 1 1.0'; expected a row from 1 to 3"),
    "index no whole number": (HEADER + "3 3 1\n1.5 1 1.0\n", "line 3: '1.5 1 1.0'; expected a row from 1 to 3"),
    "text among the entries": (HEADER + "3 3 1\n1 1 one\n", "line 3: '1 1 one'; expected two whole numbers and a fin"),
    "two points": (HEADER + "3 3 1\n1 1 2.5.7\n", "line 3: '1 1 2.5.7'; expected two whole numbers and a finite one"),
    "four numbers": (HEADER + "3 3 1\n1 1 2 7\n", "line 3: '1 1 2 7'; expected two whole numbers and a finite one"),
    "two numbers": (HEADER + "3 3 2\n1 1 2\n1 1\n", "line 4: '1 1'; expected two whole numbers and a finite one"),
    "three of a pattern": (
        HEADER.replace("real", "pattern") + "3 3 1\n1 1 1\n",
        "line 3: '1 1 1'; expected two whole numbers",
    ),
    "NUL within a number": (HEADER + "3 3 1\n1 1 1\0002\n", r"line 3: '1 1 1\x002'; expected two whole numbers"),
    "comment among the entries": (HEADER + "3 3 1\n% a\n1 1 1\n", "line 3: '% a'; expected two whole numbers"),
    "a line of 70,000 bytes": (HEADER + "3 3 1\n" + "1" * 70000 + "\n", "line 3: '1111"),
    "a comment of 70,000 bytes": (HEADER + "%" * 70000 + "\n", "line 2: more than 65536 bytes in a line"),
    "60,000 digits": (HEADER + "3 3 1\n1 1 " + "1" * 60000 + "x\n", "line 3: '1 1 111"),
    "nan": (HEADER + "3 3 1\n1 1 nan\n", "line 3: '1 1 nan'; expected two whole numbers and a finite one"),
    "inf": (HEADER + "3 3 1\n1 1 -inf\n", "line 3: '1 1 -inf'; expected two whole numbers and a finite one"),
    "overflow": (HEADER + "3 3 1\n1 1 1e999\n", "line 3: '1 1 1e999'; expected finite numbers"),
    "overflow of a sum": (
        HEADER + "3 3 3\n1 1 1\n3 2 1e308\n3 2 1e308\n",
        "row 3, column 2: NaN or Inf among the entries; expected finite numbers",
    ),
    "half an integer": (
        HEADER.replace("real", "integer") + "3 3 2\n1 1 2\n1 1 1.5\n",
        "line 4: '1 1 1.5'; expected whole numbers, as the banner says integer",
    ),
    "negative unsigned": (
        HEADER.replace("real", "unsigned-integer") + "3 3 1\n1 1 -1\n",
        "line 3: '1 1 -1'; expected no negative number, as the banner says unsigned-integer",
    ),
}


PACKED_FAR = {"blank lines", "comments"}  # gzip packs them into a thousandth


@pytest.mark.parametrize("kind", TEXT_FILES)
@pytest.mark.parametrize("ending", [".mtx", ".mtx.gz"])
def test_matrix_market(kind, ending, tmp_path):
    text, words = TEXT_FILES[kind]
    words = "file: 17," if ending == ".mtx.gz" and kind in PACKED_FAR else words
    path = tmp_path / f"W{ending}"
    path.write_bytes(gzip.compress(text.encode()) if ending == ".mtx.gz" else text.encode())
    refuse(path, re.escape(f"{path}: {words}"))


@pytest.mark.parametrize("line", [1, 70_000, 99_998])
def test_a_fault_far_into_a_file_has_its_line(line, tmp_path):
    lines = [f"{i} {i} 0.25" for i in range(1, 100_001)]
    lines[line] = "7 7 0.2.5"
    path = tmp_path / "W.mtx"
    path.write_text(HEADER + "100000 100000 100000\n" + "\n".join(lines) + "\n")
    refuse(path, f": line {line + 3}: '7 7 0.2.5'; ")


def refuse(path, words):
    with pytest.raises(rc.FileError, match=words) as caught:
        rc.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()


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


def parts(**changed):
    """A sparse matrix of shape (3, 3) as SciPy writes it, with some of its arrays changed."""
    good = {
        "format": b"csr",
        "shape": (3, 3),
        "data": np.ones(3),
        "indices": np.array([0, 1, 2]),
        "indptr": np.array([0, 1, 2, 3]),
    }
    return lambda path: np.savez(path, **{name: part for name, part in (good | changed).items() if part is not None})


def write_headers(shape, dtype="<f8", follow=b""):
    """A .npy file whose header may state more than follows."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": dtype, "fortran_order": False, "shape": shape})
    return lambda path: path.write_bytes(stream.getvalue() + follow)


def write_bomb(path):
    """A megabyte of zeros as a member that states a thousand times as much."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(1_000_000))
    stated = path.read_bytes().replace((1_000_000).to_bytes(4, "little"), (1_000_000_000).to_bytes(4, "little"))
    path.write_bytes(stated)


def write_encrypted(path):
    np.savez(path, a=EYE)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)


BINARY_FILES = {
    "W.npz without a matrix": (lambda p: np.savez(p), "no array; expected"),
    "W.npz of two arrays": (
        lambda p: np.savez(p, a=EYE, b=EYE),
        r"file: 2 of 2 matrices are square; expected one by name=, of a \(3 x 3\), b \(3 x 3\)",
    ),
    "W.npz of a vector": (lambda p: np.savez(p, a=np.ones(3)), r"shape \(3,\); expected two dimensions"),
    "W.npz of objects": (lambda p: np.savez(p, a=np.array([[None]], dtype=object)), "an array of objects; expected"),
    "W.npz cut short": (write_cut_sparse, "archive: cut short or corrupt"),
    "W.npz with a bad index": (parts(indices=np.array([0, 1, 99])), "array indices, entry 2: 99; expected 0 to 2"),
    "W.npz with a negative index": (parts(indices=np.array([0, -1, 2])), "array indices, entry 1: -1; expected 0 to 2"),
    "W.npz with a real index": (parts(indices=np.ones(3)), "array indices: entries of type float64; expected integers"),
    "W.npz without data": (parts(data=None), "array data: missing among format, shape, indices, indptr; expected all"),
    "W.npz with few data": (parts(data=np.ones(2)), "array indices: 3 numbers; expected 2"),
    "W.npz with few rows": (parts(indptr=np.array([0, 1, 3])), "array indptr: 3 numbers; expected 4"),
    "W.npz with falling rows": (
        parts(indptr=np.array([0, 2, 1, 3])),
        "array indptr: a sequence that is no row pointer",
    ),
    "W.npz with rows whose differences overflow": (
        parts(indptr=np.array([0, 2**63 - 1, -2, 3])),
        "array indptr: a sequence that is no row pointer",
    ),
    "W.npz with rows that end late": (parts(indptr=np.array([0, 1, 2, 4])), "array indptr: a sequence"),
    "W.npz of a huge shape": (
        parts(shape=(2**62, 3)),
        "array shape: 4611686018427387904 rows and 3 columns with 3 entr",
    ),
    "W.npz without columns": (parts(shape=(3, 0)), "array shape: 3 rows and 0 columns; expected at least one of each"),
    "W.npz of three extents": (parts(shape=(3, 3, 3)), "array shape: 3 numbers; expected rows and columns"),
    "W.npz of real extents": (parts(shape=(3.0, 3.0)), "array shape: entries of type float64; expected integers"),
    "W.npz of another format": (parts(format=b"lil"), "array format: 'lil'; expected csr or csc or bsr or coo or dia"),
    "W.npz of text entries": (parts(data=np.array(["a", "b", "c"])), "array data: entries of type <U1; expected real"),
    "W.npz of coo": (
        parts(format=b"coo", row=np.array([0, 1, 3]), col=np.array([0, 1, 2])),
        "array row, entry 2: 3; expected 0 to 2",
    ),
    "W.npz of bsr": (parts(format=b"bsr", data=np.ones((3, 2, 1))), r"array data: blocks of 2 x 1; expected a divisor"),
    "W.npz of dia": (
        parts(format=b"dia", data=np.ones((2, 3)), offsets=np.array([1, 1])),
        "array offsets: a diagonal listed twice; expected each once",
    ),
    "W.npz that states too much": (
        write_bomb,
        "array a: 1000000000 bytes stated, packed into [0-9]+; expected at most",
    ),
    "W.npz encrypted": (write_encrypted, "array a: packed in another way or encrypted; expected stored or deflated"),
    "W.npz of no array": (
        lambda p: zipfile.ZipFile(p, "w").writestr("a.npy", "text"),
        "array a: first bytes 'text'; expected a .npy file",
    ),
    "W.npy of 8 TB": (
        write_headers((10**6, 10**6), follow=b"ab"),
        r"header: 2 bytes of entries; expected 8000000000000 ",
    ),
    "W.npy of 10^40": (write_headers((10**20, 10**20)), "header: 0 bytes of entries; expected 80000000"),
    "W.npy with more": (
        write_headers((1, 1), follow=bytes(9)),
        r"header: 9 bytes of entries; expected 8 for shape \(1",
    ),
    "W.npy without rows": (
        write_headers((0, 10**15)),
        r"header: an array of shape \(0, 1000000000000000\); expected at",
    ),
    "W.npy of negative extents": (write_headers((-1, -1), follow=bytes(8)), r"header: a header with shape \(-1, -1\)"),
    "W.npy with infinity": (
        lambda p: np.save(p, np.diag([1, np.inf])),
        "row 2, column 2: NaN or Inf among the entries",
    ),
    "W.npy of version 9": (
        lambda p: p.write_bytes(b"\x93NUMPY\x09\x00ab"),
        r"header: \.npy version 9\.0; expected 1\.0",
    ),
    "W.npy of parentheses": (
        lambda p: p.write_bytes(b"\x93NUMPY\x01\x00" + (9000).to_bytes(2, "little") + b"(" * 9000),
        r"header: the header '\(\(\(\(",
    ),
    "W.npy of nothing": (lambda p: p.write_bytes(b""), "header: first bytes ''; expected a .npy file"),
    "W.npz of text": (lambda p: p.write_text("no zip"), "cut short or corrupt"),
    "W.npz of nothing": (lambda p: p.write_bytes(b""), "cut short or corrupt"),
    "W.npy of objects": (lambda p: np.save(p, np.array([[None]], dtype=object)), "an array of objects; expected"),
    "W.npz of sparse objects": (write_objects_as_sparse, "an array of objects; expected numbers"),
    "W.npy cut short": (write_cut_npy, r"header: 1536 bytes of entries; expected 3200 for shape \(20, 20\)"),
    "W.npy complex": (lambda p: np.save(p, EYE * 1j), "complex128; expected real"),
    "W.npy of three dimensions": (lambda p: np.save(p, np.ones((2, 2, 2))), "expected two dimensions"),
    "W.npy that is an archive": (write_archive_as_npy, r"header: first bytes 'PK"),
    "W.npz that is no archive": (write_npy_as_npz, "cut short or corrupt"),
    "W.npy of text": (lambda p: p.write_text("no array"), "header: first bytes 'no array'; expected a .npy file"),
    "W.mtx.gz cut short": (write_cut_gz, "line 3: gzip data cut short or corrupt"),
    "W.mtx.gz of text": (lambda p: p.write_text(HEADER), "line 1: gzip data cut short or corrupt"),
    "W.xls": (lambda p: p.write_text("1,2"), r"unknown kind of file '\.xls'; expected \.mtx"),
    "W": (lambda p: p.write_text("1 2"), "unknown kind of file ''"),
    "folder.mtx": (lambda p: p.mkdir(), "a directory; expected a file"),
    "missing.mtx": (lambda p: None, "no such file"),
    "pipe.mtx": (os.mkfifo, "a pipe or a device; expected a regular file"),
    "device.npy": (lambda p: p.symlink_to("/dev/zero"), "a pipe or a device; expected a regular file"),
    "link.npz": (lambda p: p.symlink_to("nowhere"), "no such file; a symbolic link to nowhere"),
    "circle.mtx.gz": (lambda p: p.symlink_to(p), r"cannot be read \(Too many levels"),
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


def test_a_name_with_a_line_break_gives_one_line(tmp_path):
    with pytest.raises(rc.FileError, match=r"W\\n\\x1b\.mtx: no such file") as caught:
        rc.load(tmp_path / "W\n\x1b.mtx")
    assert str(caught.value).isprintable()
