"""HDF5 files that lead elsewhere, state more than they hold, or unpack to more than memory: each gives one line."""

import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

import rhochain as rc

h5py = pytest.importorskip("h5py")
pytest.importorskip("resource")
ORACLES = Path(__file__).parents[1] / "oracles"
TEXT = h5py.string_dtype()
MOST_BYTES = 200_000_000
CHILD = """
import sys, h5py
import rhochain as rc
from peak_memory import peak_bytes
for path in [None, *sys.argv[1:]]:
    try:
        print(path and rc.load(path))
    except rc.FileError as error:
        print(error)
    print(peak_bytes())
"""


def graph(file, n=3, **changed):
    group = file.create_group("obsp/a")
    group.attrs["encoding-type"] = changed.pop("encoding", "csr_matrix")
    group.attrs["shape"] = changed.pop("shape", (n, n))
    for name, part in ({"data": np.ones(n), "indices": np.arange(n), "indptr": np.arange(n + 1)} | changed).items():
        if part is not None:
            group[name] = part
    file.attrs["encoding-type"] = "anndata"
    return group


def external_link(file):
    file.attrs["encoding-type"] = "anndata"
    file["obsp/b"] = np.eye(3)
    file["X"] = h5py.ExternalLink("/dev/zero", "/W")


def soft_links_in_a_circle(file):
    file["b"], file["W"] = h5py.SoftLink("/W"), h5py.SoftLink("/b")


def soft_link_to_another_file(file):
    file["out"] = h5py.ExternalLink("other.h5", "/")
    graph(file, data=h5py.SoftLink("/out/W"))


def external_storage(file):
    file.create_dataset("W", (3, 3), "f8", external=[("/etc/passwd", 0, 72)])


def virtual(file):
    layout = h5py.VirtualLayout((3, 3), "f8")
    layout[:] = h5py.VirtualSource("other.h5", "W", (3, 3))
    file.create_virtual_dataset("W", layout)


def packed_chunk(file):
    """A chunk of 80 bytes that unpacks to 300 megabytes."""
    W = file.create_dataset("W", (10, 1), "f8", chunks=(10, 1), compression="gzip")
    packing = zlib.compressobj(1)
    block = bytes(10**6)
    W.id.write_direct_chunk((0, 0), b"".join([*(packing.compress(block) for _ in range(300)), packing.flush()]))


def wide_chunk(file):
    file.create_dataset("W", (1, 1), "f8", chunks=(2**12, 2**12), maxshape=(None, None), compression="gzip")[0, 0] = 1


def never_written(file, shape=(10**6, 10**6), **options):
    file.create_dataset("W", shape, "f8", **options)


def long_names(file):
    graph(file)
    file["obs/_index"] = ["x" * 1_000_000] * 3


def repeated_long_names(file):
    """Many names that are the same million bytes of the file."""
    graph(file, 100_000)
    names = file.create_dataset("obs/_index", (100_000,), TEXT, chunks=(100_000,))
    names[:1] = ["x" * 1_000_000]
    reference = names.id.read_direct_chunk((0,))[1][:16]
    names.id.write_direct_chunk((0,), reference * 100_000)


def with_names(names, **options):
    def write(file):
        graph(file)
        file.create_dataset("obs/_index", data=names, **options)

    return write


def numbered_groups(file):
    for k in range(10_001):
        file.create_group(str(k))


def names_by_code(codes):
    def write(file):
        graph(file)
        file["obs/_index/categories"], file["obs/_index/codes"] = ["a", "b", "c"], codes

    return write


def unknown_filter(file):
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((3, 3))
    made.set_filter(31999, h5py.h5z.FLAG_OPTIONAL, (1,))
    h5py.h5d.create(file.id, b"W", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((3, 3)), made)


def filters(*codes):
    """A chunk whose filters are these, in the order in which they pack."""

    def write(file):
        made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        made.set_chunk((3, 3))
        for code in codes:
            made.set_filter(code, h5py.h5z.FLAG_OPTIONAL, (1,))
        h5py.h5d.create(file.id, b"W", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((3, 3)), made)
        file["W"][:] = np.ones((3, 3))

    return write


FILES = {
    "gzip twice": (
        filters(1, 1),
        "dataset /W: gzip beside other filters; expected gzip once, with shuffle and a check",
    ),
    "gzip and lzf": (filters(32000, 1), "dataset /W: gzip beside other filters"),
    "names of 2,000 bytes": (with_names(np.array([b"a" * 2000] * 3)), "dataset /obs/_index: names of 2000 bytes; expe"),
    "a link to another file": (external_link, "group /: 'X' is a link to another file; expected the data in this file"),
    "links in a circle": (soft_links_in_a_circle, "file: no matrices"),
    "a soft link that leads to another file": (soft_link_to_another_file, "group /: 'out' is a link to another file"),
    "entries in another file": (external_storage, "dataset /W: its entries are in other files; expected entries in"),
    "a virtual dataset": (virtual, "dataset /W: its entries are in other files"),
    "a chunk that unpacks too far": (packed_chunk, "dataset /W: a chunk of more than 80 bytes; expected 80 as the dat"),
    "a wide chunk": (wide_chunk, r"dataset /W: a chunk of [0-9]+ bytes for entries of 8; expected"),
    "8 TB never written": (never_written, r"dataset /W: shape \(1000000, 1000000\) of 8000000000000 bytes; expected"),
    "200 MB never written": (lambda f: never_written(f, (5000, 5000)), "dataset /W: 200000000 bytes stated, 0 stored"),
    "200 MB of chunks never written": (
        lambda f: never_written(f, (5000, 5000), chunks=(50, 50), compression="gzip"),
        "dataset /W: 200000000 bytes stated, 0 stored; expected at most 0 bytes",
    ),
    "another filter": (unknown_filter, r"dataset /W: packed by the filter .*31999.*, which is missing; expected gzip"),
    "complex": (lambda f: f.create_dataset("W", data=np.eye(2) * 1j), "file: no matrices"),
    "no data": (lambda f: graph(f, data=None), "file: no matrices"),
    "objects": (
        lambda f: graph(f).create_dataset("x", (3,), h5py.vlen_dtype(int)) and f.move("obsp/a/x", "obsp/a/data2"),
        r"Weights\(3 x 3",
    ),
    "lists as entries": (lambda f: graph(f, data=np.zeros(3, "S3")), "dataset /obsp/a/data: entries of type |S3"),
    "no shape": (lambda f: graph(f).attrs.__delitem__("shape"), "group /obsp/a: no shape; expected an attribute or"),
    "three extents": (lambda f: graph(f, shape=(3, 3, 3)), r"group /obsp/a: the shape \[3 3 3\]; expected two"),
    "real extents": (lambda f: graph(f, shape=(3.0, 3.0)), r"group /obsp/a: the shape \[3\. 3\.\]"),
    "a huge shape": (lambda f: graph(f, shape=(2**60, 3)), "group /obsp/a: 1152921504606846976 rows and 3 columns"),
    "no rows": (lambda f: graph(f, shape=(0, 3)), "group /obsp/a: 0 rows and 3 columns"),
    "another format": (lambda f: graph(f, encoding="coo_matrix"), "group /obsp/a: the encoding-type 'coo_matrix'"),
    "an index outside": (lambda f: graph(f, indices=np.array([0, 1, 3])), "dataset /obsp/a/indices, entry 2: 3"),
    "falling pointers": (lambda f: graph(f, indptr=np.array([0, 2, 1, 3])), "dataset /obsp/a/indptr: a sequence"),
    "real indices": (lambda f: graph(f, indices=np.ones(3)), "dataset /obsp/a/indices: entries of type float64"),
    "few pointers": (lambda f: graph(f, indptr=np.arange(3)), "dataset /obsp/a/indptr: 3 numbers; expected 4"),
    "nan": (lambda f: graph(f, data=np.array([1, np.nan, 2])), "row 2, column 2: NaN or Inf"),
    "a name twice": (with_names(["a", "b", "a"]), "dataset /obs/_index: 1 of 3 ids come again, such as a; exp"),
    "few names": (with_names(["a", "b"]), "group /obs: 2 names; expected 3, a name for each row of obsp/a"),
    "real names": (with_names(np.ones(3)), "dataset /obs/_index: entries of type float64, .* expected one text"),
    "names that are no text": (with_names([b"\xff", b"b", b"c"], dtype=TEXT), "cut short or corrupt .*codec"),
    "long names": (long_names, "dataset /obs/_index: a name of 1000000 bytes; expected at most 1000"),
    "one long name everywhere": (repeated_long_names, "dataset /obs/_index: a name of 1000000 bytes"),
    "codes without a category": (names_by_code(np.array([0, 1, 3])), "group /obs/_index: missing names, or codes"),
    "missing names": (names_by_code(np.array([0, 1, -1])), "group /obs/_index: missing names, or codes"),
    "many groups": (numbered_groups, "group /: 10001 members; expected at most 10000"),
    "nothing": (lambda f: None, "file: no matrices; expected a matrix of real numbers"),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What one process says of each file, and by how much its peak memory grew."""
    folder = tmp_path_factory.mktemp("bad")
    for number, (write, _) in enumerate(FILES.values()):
        with h5py.File(folder / f"{number}.h5", "w") as file:
            write(file)
    command = [sys.executable, "-c", CHILD, *(folder / f"{number}.h5" for number in range(len(FILES)))]
    environment = os.environ | {"PYTHONPATH": str(ORACLES)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=environment)
    lines = done.stdout.split("\n")[:-1]
    peaks = [int(peak) for peak in lines[1::2]]
    return dict(zip(FILES, zip(lines[2::2], np.diff(peaks), strict=True), strict=True))


@pytest.mark.parametrize("kind", FILES)
def test_a_bad_file(kind, answers):
    message, taken = answers[kind]
    assert message.isprintable()
    assert taken < MOST_BYTES
    assert re.search(FILES[kind][1], message), message


def test_a_path_is_read_without_a_search(tmp_path):
    with h5py.File(tmp_path / "W.h5", "w") as file:
        numbered_groups(file)
        file["17/W"] = np.eye(3)
    assert rc.load(tmp_path / "W.h5", name="17/W").shape == (3, 3)


def test_cells_of_matlab_are_not_searched(tmp_path):
    path = tmp_path / "W.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        numbered_groups(file.create_group("#refs#"))
        file["W"] = np.eye(3)
    with path.open("r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
    assert rc.load(path).shape == (3, 3)


@pytest.mark.parametrize("share", [0, 0.02, 0.3, 0.9])
@pytest.mark.parametrize("ending", [".h5ad", ".h5", ".mat"])
def test_cut_short(share, ending, tmp_path):
    path = tmp_path / f"W{ending}"
    with h5py.File(path, "w", userblock_size=512 if ending == ".mat" else 0) as file:
        file["W"] = np.random.default_rng().standard_normal((40, 40))
    if ending == ".mat":
        with path.open("r+b") as stream:
            stream.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
    content = path.read_bytes()
    assert rc.load(path).shape == (40, 40)
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(rc.FileError, match=r"W\.\w+: (file|header): .*; expected "):
        rc.load(path)


def test_a_cap_on_memory(tmp_path):
    with h5py.File(tmp_path / "W.h5", "w") as file:
        file["W"] = np.eye(100)
    with pytest.raises(rc.FileError, match=r"dataset /W: shape \(100, 100\) of 80000 bytes; expected at most 1000, as"):
        rc.load(tmp_path / "W.h5", memory=1000)


def test_a_heap_whose_objects_have_no_bytes(tmp_path):
    path = tmp_path / "W.h5ad"
    with h5py.File(path, "w") as file:
        graph(file)
        file["obs/_index"] = ["a", "b", "c"]
    content = bytearray(path.read_bytes())
    place = content.index(b"GCOL") + 16
    while int.from_bytes(content[place : place + 2], "little"):
        place += 16 + -(-int.from_bytes(content[place + 8 : place + 16], "little") // 8) * 8
    content[place + 8 : place + 16] = bytes(8)
    path.write_bytes(content)
    with pytest.raises(
        rc.FileError, match=r"file: a heap with an object of 0 bytes at [0-9]+; expected objects that fil"
    ):
        rc.load(path)


@pytest.mark.parametrize("user_block", [0, 512])
def test_a_heap_whose_free_blocks_lead_in_a_circle(user_block, tmp_path):
    path = tmp_path / "W.h5ad"
    with h5py.File(path, "w", userblock_size=user_block) as file:
        graph(file)
    rc.load(path)
    content = bytearray(path.read_bytes())
    place, changed = content.find(b"HEAP\0\0\0\0"), 0
    while place >= 0:
        first, address = (int.from_bytes(content[place + k : place + k + 8], "little") for k in (16, 24))
        if first != 1:
            block = user_block + address + first
            content[block : block + 8] = first.to_bytes(8, "little")
            changed += 1
        place = content.find(b"HEAP\0\0\0\0", place + 8)
    assert changed
    path.write_bytes(content)
    with pytest.raises(
        rc.FileError, match=r"file: a heap whose free blocks lead in a circle at [0-9]+; expected a list"
    ):
        rc.load(path)
