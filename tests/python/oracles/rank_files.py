"""Files for `rc.distributed.load`, good and bad ones, each with arguments of `load`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import io, sparse

N = 20_000  # three pieces of 8,192 rows


class RankFile(NamedTuple):
    name: str
    write: Callable[[Path, np.random.Generator], Any]
    arguments: dict[str, Any] = {}  # noqa: RUF012 - a default of a tuple's field, never changed


def random_rows(rng: np.random.Generator, cols: int = N, rows: int = N) -> sparse.csr_array:
    """Rows of 0 to 11 entries, sorted; the last thousand rows have none."""
    lengths = rng.integers(0, 12, rows)
    lengths[-1000:] = 0
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    W = sparse.csr_array((rng.standard_normal(indptr[-1]), rng.integers(0, cols, indptr[-1]), indptr), (rows, cols))
    W.sum_duplicates()
    return W


def shuffled(W: sparse.csr_array, rng: np.random.Generator) -> sparse.csr_array:
    """The same matrix, its rows in another order inside."""
    row = np.repeat(np.arange(W.shape[0]), np.diff(W.indptr))
    order = np.lexsort((rng.random(W.nnz), row))
    return sparse.csr_array((W.data[order], W.indices[order], W.indptr), W.shape)


def arrays(W: Any, **changed: Any) -> dict[str, Any]:
    return {"data": W.data, "indices": W.indices, "indptr": W.indptr, "shape": np.array(W.shape)} | changed


def triple(
    *, packed: bool = False, prefix: str = "", make: Callable[..., Any] = random_rows, **changed: Callable[[Any], Any]
) -> Callable[..., None]:
    """A .npz by hand: `changed` gives arrays of the matrix."""

    def write(path: Path, rng: np.random.Generator) -> None:
        W = make(rng)
        held = arrays(W, **{name: of(W) for name, of in changed.items()})
        named = {(prefix + name if name in arrays(W) else name): part for name, part in held.items()}
        (np.savez_compressed if packed else np.savez)(path, **named)

    return write


def saved(*, compressed: bool, form: str = "csr", dtype: Any = np.float64) -> Callable[..., None]:
    def write(path: Path, rng: np.random.Generator) -> None:
        sparse.save_npz(path, (random_rows(rng) * 8).astype(dtype).asformat(form), compressed=compressed)

    return write


def petsc(wide: int = 4, width: int = 8, **changed: Callable[[Any], Any]) -> Callable[..., None]:
    def write(path: Path, rng: np.random.Generator) -> None:
        W = random_rows(rng)
        made = {"lengths": np.diff(W.indptr), "indices": W.indices, "data": W.data}
        made |= {name: of(W) for name, of in changed.items()}
        with path.open("wb") as stream:
            np.array([1211216, *W.shape, W.nnz], f">i{wide}").tofile(stream)
            for name, part in made.items():
                np.asarray(part).astype(f">f{width}" if name == "data" else f">i{wide}").tofile(stream)

    return write


def hdf5(*, form: str = "csr", changed: dict[str, Any] | None = None, **layout: Any) -> Callable[..., None]:
    def write(path: Path, rng: np.random.Generator) -> None:
        import h5py

        W = random_rows(rng).asformat(form)
        with h5py.File(path, "w") as file:
            group = file.create_group("network/W")
            group.attrs["format"], group.attrs["shape"] = form, W.shape
            for name, part in arrays(W).items():
                if name != "shape":
                    made = (changed or {}).get(name, lambda _, part=part: part)(W)
                    group.create_dataset(name, data=made, **layout)

    return write


def cut(write: Callable[..., Any], share: float) -> Callable[..., None]:
    def write_a_part(path: Path, rng: np.random.Generator) -> None:
        write(path, rng)
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])

    return write_a_part


def damaged(write: Callable[..., Any], at: float) -> Callable[..., None]:
    """One byte of the file is another one."""

    def write_damaged(path: Path, rng: np.random.Generator) -> None:
        write(path, rng)
        content = bytearray(path.read_bytes())
        content[int(at * len(content))] ^= 4
        path.write_bytes(content)

    return write_damaged


def with_entry(name: str, place: float, value: Any) -> dict[str, Callable[[Any], Any]]:
    """An array of the matrix with another number at this share of it."""

    def of(W: Any) -> Any:
        array = np.array(getattr(W, name))
        array[int(place * (len(array) - 1))] = value
        return array

    return {name: of}


def doubled(rng: np.random.Generator) -> sparse.csr_array:
    """Positions listed twice, in rows that are not sorted."""
    W = random_rows(rng)
    lengths = np.diff(W.indptr)
    twice = np.repeat(np.arange(W.nnz), 2)
    W = sparse.csr_array(
        (rng.standard_normal(len(twice)), W.indices[twice], np.append(0, np.cumsum(2 * lengths))), W.shape
    )
    return shuffled(W, rng)


def dense(path: Path, rng: np.random.Generator) -> None:
    np.save(path, rng.standard_normal((300, 200)))


GOOD = {
    "packed": RankFile("a.npz", saved(compressed=True)),
    "stored": RankFile("b.npz", saved(compressed=False)),
    "stored, rows are sources": RankFile("c.npz", saved(compressed=False), {"rows": "source"}),
    "float32": RankFile("d.npz", saved(compressed=True, dtype=np.float32), {"rows": "target"}),
    "whole numbers": RankFile("e.npz", saved(compressed=False, dtype=np.int16)),
    "columns": RankFile("f.npz", saved(compressed=True, form="csc")),
    "columns are sources": RankFile("g.npz", saved(compressed=True, form="csc"), {"rows": "source"}),
    "pairs": RankFile("h.npz", saved(compressed=True, form="coo")),
    "named": RankFile("i.npz", triple(prefix="W_", ids=lambda W: 7 + 10**15 * np.arange(N)), {"rows": "source"}),
    "named by the caller": RankFile("j.npz", triple(), {"nodes": [f"n{k}" for k in range(N)]}),
    "not sorted": RankFile("k.npz", triple(packed=True, make=lambda rng: shuffled(random_rows(rng), rng))),
    "listed twice": RankFile("l.npz", triple(packed=True, make=doubled)),
    "listed twice, from sources": RankFile("m.npz", triple(make=doubled), {"rows": "source"}),
    "wide integers": RankFile(
        "n.npz",
        triple(indices=lambda W: W.indices.astype(np.uint64), indptr=lambda W: W.indptr.astype(">i8")),
    ),
    "entries behind the last row": RankFile(
        "o.npz", triple(data=lambda W: np.append(W.data, [1, 2]), indices=lambda W: np.append(W.indices, [3, 4]))
    ),
    "not square": RankFile("p.npz", triple(make=lambda rng: random_rows(rng, 300))),
    "few rows": RankFile("q.npz", triple(make=lambda rng: random_rows(rng, N, 1500))),
    "PETSc": RankFile("r.petsc", petsc()),
    "PETSc of 64 bits": RankFile("s.bin", petsc(wide=8), {"rows": "source"}),
    "PETSc of float32": RankFile("t.dat", petsc(width=4)),
    "HDF5": RankFile("u.h5", hdf5()),
    "HDF5 in packed chunks": RankFile("v.h5", hdf5(compression="gzip", chunks=(1000,), shuffle=True)),
    "HDF5 of columns": RankFile("w.hdf5", hdf5(form="csc"), {"name": "W"}),
    "text": RankFile("x.mtx", lambda path, rng: io.mmwrite(path, random_rows(rng, 300, 400))),
    "dense": RankFile("y.npy", dense),
}

BAD = {
    "no file": RankFile("a.npz", lambda path, rng: None),
    "an unknown ending": RankFile("a.what", lambda path, rng: path.write_text("")),
    "a bad argument": RankFile("b.npz", triple(), {"rows": "up"}),
    "an argument for edges": RankFile("c.npz", triple(), {"weight": "w"}),
    "other nodes": RankFile("d.npz", triple(), {"nodes": [1, 2, 3]}),
    "NaN": RankFile("e.npz", triple(**with_entry("data", 0.9, np.nan))),
    "NaN in packed columns": RankFile("f.h5", hdf5(form="csc", changed=with_entry("data", 0.9, np.inf))),
    "a column outside": RankFile("g.npz", triple(packed=True, **with_entry("indices", 0.6, N))),
    "a negative column": RankFile("h.petsc", petsc(**with_entry("indices", 0.99, -1))),
    "pointers that fall": RankFile("i.npz", triple(**with_entry("indptr", 0.7, 0))),
    "pointers that begin late": RankFile("j.npz", triple(**with_entry("indptr", 0.0, 1))),
    "pointers beyond the entries": RankFile("k.h5", hdf5(changed=with_entry("indptr", 1.0, 10**9))),
    "no end of pointers": RankFile("l.npz", triple(indptr=lambda W: W.indptr[:-1])),
    "fewer indices": RankFile("m.npz", triple(indices=lambda W: W.indices[:-1])),
    "floats as indices": RankFile("n.npz", triple(indices=lambda W: W.indices.astype(float))),
    "another length of a row": RankFile("o.petsc", petsc(lengths=lambda W: np.diff(W.indptr) + (np.arange(N) == 9000))),
    "a negative length of a row": RankFile(
        "p.petsc", petsc(lengths=lambda W: np.diff(W.indptr) - 20 * (np.arange(N) == 17_000))
    ),
    "PETSc cut short": RankFile("q.petsc", cut(petsc(), 0.8)),
    "an archive cut short": RankFile("r.npz", cut(triple(), 0.7)),
    "a byte of a stored archive": RankFile("s.npz", damaged(triple(), 0.2)),
    "a byte of a packed archive": RankFile("t.npz", damaged(triple(packed=True), 0.2)),
    "HDF5 cut short": RankFile("u.h5", cut(hdf5(), 0.6)),
    "a name twice": RankFile("v.npz", triple(ids=lambda W: np.arange(N) // 2)),
    "text with NaN": RankFile(
        "w.mtx", lambda path, rng: path.write_text("%%MatrixMarket matrix coordinate real general\n3 3 1\n1 1 nan\n")
    ),
}
