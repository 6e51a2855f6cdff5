"""Small files that a reader could pay dearly for, each with arguments of `load` and words of its refusal."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ID = 720575940596125868
BANNER = b"%%MatrixMarket matrix coordinate real general\n"
NAMES = b"pre,post,weight\n"
MEGABYTE = 1_000_000


class HostileFile(NamedTuple):
    name: str
    write: Callable[[Path], Any]
    words: str
    arguments: dict[str, Any] = {}  # noqa: RUF012 - a default of a tuple's field, never changed


def raw(content: bytes) -> Callable[[Path], Any]:
    return lambda path: path.write_bytes(content)


def packed(start: bytes, block: bytes, times: int) -> Callable[[Path], Any]:
    """Text through gzip: a start, and a block that comes many times, packed once."""
    return lambda path: path.write_bytes(gzip.compress(start) + times * gzip.compress(block))


def short(write: Callable[[Path], Any], share: float) -> Callable[[Path], Any]:
    def write_a_part(path: Path) -> None:
        write(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])

    return write_a_part


def npy(shape: tuple[int, ...], dtype: str = "<f8", follow: bytes = b"") -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": dtype, "fortran_order": False, "shape": shape})
    return stream.getvalue() + follow


def archive(**members: bytes) -> Callable[[Path], Any]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in members.items():
                made.writestr(f"{name}.npy", content)

    return write


def csr(**changed: Any) -> Callable[[Path], Any]:
    good = {"data": np.ones(3), "indices": np.arange(3), "indptr": np.arange(4), "shape": (3, 3)}
    return lambda path: np.savez(path, **good | changed)


def table(rows: int = 3, **columns: Any) -> Callable[[Path], Any]:
    def write(path: Path) -> None:
        import pyarrow as pa
        from pyarrow import feather, parquet

        zeros = {name: np.zeros(rows, np.int64) for name in ("pre", "post", "weight")}
        made = pa.table(zeros | columns)
        if path.suffix == ".feather":
            feather.write_feather(made, path, compression="zstd", chunksize=rows)
        else:
            parquet.write_table(made, path, compression="zstd")

    return write


def one_long_label(path: Path) -> None:
    import pyarrow as pa

    rows = 500_000
    label = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), ["x" * 100_000])
    table(rows, pre=label)(path)


def hdf5(fill: Callable[[Any], Any], block: int = 0) -> Callable[[Path], Any]:
    def write(path: Path) -> None:
        import h5py

        with h5py.File(path, "w", userblock_size=block) as file:
            fill(file)
        if block:
            with path.open("r+b") as stream:
                stream.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")

    return write


def graph(**changed: Any) -> Callable[[Path], Any]:
    """AnnData with one graph of three cells."""

    def fill(file: Any) -> None:
        group = file.create_group("obsp/a")
        file.attrs["encoding-type"] = "anndata"
        group.attrs["encoding-type"] = "csr_matrix"
        group.attrs["shape"] = changed.get("shape", (3, 3))
        for name, part in (("data", np.ones(3)), ("indices", np.arange(3)), ("indptr", np.arange(4))):
            group[name] = changed.get(name, part)
        file["obs/_index"] = changed.get("names", ["a", "b", "c"])

    return hdf5(fill)


def sonata(**changed: Any) -> Callable[[Path], Any]:
    def fill(file: Any) -> None:
        group = file.create_group("edges/p")
        good = {
            "source_node_id": np.arange(3),
            "target_node_id": np.array([1, 2, 0]),
            "edge_type_id": np.full(3, 100),
            "edge_group_id": np.zeros(3, np.uint16),
            "edge_group_index": np.arange(3),
            "0/syn_weight": np.ones(3),
        }
        for name, part in (good | changed).items():
            group[name] = part

    return hdf5(fill)


def packed_zeros(file: Any) -> None:
    """200 MB of zeros in chunks that are the same few bytes."""
    W = file.create_dataset("W", (5000, 5000), "f8", chunks=(250, 5000), compression="gzip")
    chunk = zlib.compress(bytes(250 * 5000 * 8), 9)
    for row in range(0, 5000, 250):
        W.id.write_direct_chunk((row, 0), chunk)


def matlab_sparse(rows: int, pointers: tuple[int, ...] = (0, 1, 2, 3)) -> Callable[[Path], Any]:
    def fill(file: Any) -> None:
        group = file.create_group("W")
        group.attrs["MATLAB_sparse"] = np.uint64(rows)
        group["data"], group["ir"] = np.ones(3), np.arange(3, dtype=np.uint64)
        group["jc"] = np.array(pointers, np.uint64)

    return hdf5(fill, block=512)


def element(kind: int, content: bytes) -> bytes:
    return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)


def mat5(content: bytes) -> Callable[[Path], Any]:
    return raw(b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + content)


def packed_variable(extent: int) -> bytes:
    """A square matrix of zeros that zlib packed."""
    start = element(6, struct.pack("<II", 6, 0)) + element(5, struct.pack("<2i", extent, extent)) + element(1, b"W")
    content = packed_bytes(start + element(9, bytes(8 * extent**2)))
    return struct.pack("<II", 15, len(content)) + content


def packed_bytes(content: bytes) -> bytes:
    return zlib.compress(struct.pack("<II", 14, len(content)) + content)


def safetensors(header: Any, follow: bytes = b"", length: int | None = None) -> Callable[[Path], Any]:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return raw((len(text) if length is None else length).to_bytes(8, "little") + text + follow)


def one_tensor(shape: tuple[int, ...], nbytes: int) -> dict[str, Any]:
    return {"W": {"dtype": "F32", "shape": shape, "data_offsets": (0, nbytes)}}


def torch_file(make: Callable[[Any], Any]) -> Callable[[Path], Any]:
    def write(path: Path) -> None:
        import torch

        torch.save(make(torch), path)

    return write


def huge_sparse(torch: Any) -> dict[str, Any]:
    positions = torch.zeros(2, 1, dtype=torch.int64)
    return {"W": torch.sparse_coo_tensor(positions, torch.ones(1), (10**9, 10**9), check_invariants=False)}


class Runs:
    """Unpickled, it would write a file."""

    def __reduce__(self) -> Any:
        return Path.write_text, (Path("unpickled"), "by a hostile file")


def petsc(rows: int, cols: int, entries: int) -> bytes:
    return np.array([1211216, rows, cols, entries, *[1] * 3, *range(3)], ">i4").tobytes() + bytes(24)


FILES = {
    "text of 10^14 entries": HostileFile(
        "W.mtx", raw(BANNER + b"3 3 100000000000000\n1 1 1\n"), "line 2: entries of 3"
    ),
    "text of 10^12 rows": HostileFile(
        "W.mtx", raw(BANNER + b"1000000000000 3 1\n1 1 1\n"), "line 2: 1000000000000 rows"
    ),
    "text with nan": HostileFile("W.mtx", raw(BANNER + b"3 3 1\n1 1 nan\n"), "line 3: '1 1 nan'; expected two whole"),
    "a gigabyte of blank lines": HostileFile(
        "W.mtx.gz", packed(BANNER + b"3 3 1\n", MEGABYTE * b"\n", 1000), "file: .* unpacked from the first"
    ),
    "a gigabyte of entries as stated": HostileFile(
        "W.mtx.gz", packed(BANNER + b"3 3 150000000\n", 100_000 * b"1 1 1\n", 1500), "file: .* unpacked from the first"
    ),
    "a line of a gigabyte": HostileFile(
        "W.mtx.gz", packed(BANNER + b"3 3 1\n1 1 ", MEGABYTE * b"1", 1000), "line 3: more than 65536 bytes in a line"
    ),
    "array of 8 TB": HostileFile("W.npy", raw(npy((10**6, 10**6), follow=b"ab")), "header: 2 bytes of entries"),
    "header of 4 GB": HostileFile("W.npy", raw(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{"), "header of 4294967295 bytes"),
    "array cut short": HostileFile("W.npy", short(lambda p: np.save(p, np.eye(300)), 0.7), "expected 720000 for shape"),
    "archive of 200 MB of zeros": HostileFile(
        "W.npz", archive(W=npy((5000, 5000), follow=bytes(200 * MEGABYTE))), "array W: 200,000,000 bytes unpacked"
    ),
    "archive of 10^9 pointers": HostileFile(
        "W.npz",
        archive(data=b"", indices=b"", indptr=npy((10**9,), "<i8"), shape=npy((2,), "<i8", bytes(16))),
        "array ",
    ),
    "archive of 2^62 rows": HostileFile("W.npz", csr(shape=(2**62, 3)), "array shape: 4611686018427387904 rows"),
    "archive with a name twice": HostileFile("W.npz", csr(node_ids=np.array([7, 7, 8])), "array node_ids: 1 of 3 ids"),
    "archive with names as floats": HostileFile("W.npz", csr(ids=np.array([7.2e17, 1, 2])), "which have lost digits"),
    "archive of a pickle": HostileFile(
        "W.npz", lambda p: np.savez(p, W=np.array([[Runs()]], dtype=object)), "an array of objects; expected numbers"
    ),
    "ids as floats": HostileFile("e.csv", raw(NAMES + f"{ID}.0,2,1\n".encode()), "which have lost digits"),
    "weight nan": HostileFile("e.csv", raw(NAMES + b"1,2,nan\n"), "column weight: rows without a value: 1"),
    "a name of columns twice": HostileFile("e.csv", raw(b"pre,pre,post,weight\n1,2,3,4\n"), "two columns named pre"),
    "150 million rows": HostileFile("e.csv.gz", packed(NAMES, 100_000 * b"1,2,3\n", 1500), "unpacked from the first"),
    "a row of a gigabyte": HostileFile("e.csv.gz", packed(NAMES, MEGABYTE * b"1", 1000), "table: "),
    "names of a gigabyte": HostileFile(
        "e.csv.gz", packed(b"pre,post", MEGABYTE * b"1", 1000), "line 1: more than 65536"
    ),
    "nodes twice": HostileFile("e.csv", raw(NAMES + b"1,2,3\n"), "1 of 3 ids come again", {"nodes": [1, 2, 2]}),
    "nodes as floats": HostileFile("e.csv", raw(NAMES + b"1,2,3\n"), "lost digits", {"nodes": [float(ID), 2.0]}),
    "feather of zeros": HostileFile("e.feather", table(10_000_000), "footer: .* bytes unpacked from a file of"),
    "feather of a long label": HostileFile("e.feather", one_long_label, "column pre: text of 100,000 bytes"),
    "feather of floats": HostileFile("e.feather", table(pre=[float(ID), 1.0, 2.0]), "which have lost digits"),
    "feather cut short": HostileFile("e.feather", short(table(), 0.8), "footer: .* the file is cut short"),
    "parquet of zeros": HostileFile("e.parquet", table(10_000_000), "footer: .* bytes unpacked from a file of"),
    "parquet with a footer of 2 GB": HostileFile(
        "e.parquet", raw(b"PAR1" + bytes(100) + (2**31 - 1).to_bytes(4, "little") + b"PAR1"), "cut short or corrupt"
    ),
    "AnnData of 2^60 rows": HostileFile(
        "W.h5ad", graph(shape=(2**60, 2**60)), "group /obsp/a: 1152921504606846976 rows"
    ),
    "AnnData with a name twice": HostileFile("W.h5ad", graph(names=["a", "b", "a"]), "1 of 3 ids come again"),
    "AnnData with nan": HostileFile("W.h5ad", graph(data=np.array([1, np.nan, 1])), "row 2, column 2: NaN or Inf"),
    "HDF5 of 8 TB": HostileFile(
        "W.h5", hdf5(lambda f: f.create_dataset("W", (10**6, 10**6), "f8", chunks=(9, 9))), "dataset /W: shape "
    ),
    "HDF5 of 200 MB of zeros": HostileFile("W.h5", hdf5(packed_zeros), "dataset /W: 200,000,000 bytes unpacked"),
    "SONATA with neuron 10^9": HostileFile("W.h5", sonata(source_node_id=np.array([0, 1, 10**9])), "1000000001 rows"),
    "SONATA with floats": HostileFile("W.h5", sonata(source_node_id=np.arange(3.0)), "float64; expected integers"),
    "SONATA with nan": HostileFile("W.h5", sonata(**{"0/syn_weight": np.array([1, np.nan, 1])}), "row 2: weight nan"),
    "MATLAB 7.3 of 10^9 rows": HostileFile("W.mat", matlab_sparse(10**9), "1000000000 rows"),
    "MATLAB 7.3 with pointers": HostileFile("W.mat", matlab_sparse(3, (0, 1, 2, 2**63)), "W/jc"),
    "MATLAB 7.3 cut short": HostileFile("W.mat", short(matlab_sparse(3), 0.5), "cut short or corrupt|expected"),
    "MATLAB 5 of 200 MB of zeros": HostileFile(
        "W.mat", mat5(packed_variable(5000)), "file: .* bytes unpacked from a fi"
    ),
    "MATLAB 5 with a size": HostileFile(
        "W.mat", mat5(struct.pack("<II", 14, 2**32 - 1) + bytes(8)), "an element of 42"
    ),
    "safetensors with a header of 2^63": HostileFile("W.safetensors", safetensors(b"{}", length=2**63), "header: "),
    "safetensors in depth": HostileFile("W.safetensors", safetensors(5 * MEGABYTE * b"["), "header: "),
    "safetensors of 2^66 entries": HostileFile(
        "W.safetensors", safetensors(one_tensor((2**33, 2**33), 4), bytes(4)), ""
    ),
    "safetensors cut short": HostileFile(
        "W.safetensors", safetensors(one_tensor((100, 100), 40_000), bytes(30_000)), "header: "
    ),
    "PyTorch with a pickle": HostileFile("W.pt", torch_file(lambda t: {"W": Runs()}), "Python objects"),
    "PyTorch with strides of 0": HostileFile(
        "W.pt", torch_file(lambda t: {"W": t.zeros(1, 1).expand(30_000, 30_000)}), "tensor W: 3600000000 bytes"
    ),
    "PyTorch of 10^9 rows": HostileFile(
        "W.pt",
        torch_file(huge_sparse),
        "1000000000 rows",
    ),
    "PyTorch of old": HostileFile("W.pt", raw(pickle.dumps({"W": Runs()})), "file: no zip"),
    "PETSc of 2^31 rows": HostileFile("W.petsc", raw(petsc(2**31 - 1, 2**31 - 1, 3)), "header: "),
    "PETSc of -1 entries": HostileFile("W.petsc", raw(petsc(3, 3, -1)), "header: "),
}
