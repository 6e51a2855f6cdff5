"""Files of other programs, and files made from them by a few random edits, beside those of `file_mutations`."""

from __future__ import annotations

import functools
import importlib
import io
from collections.abc import Callable
from typing import Any

import file_mutations
import numpy as np
import scipy.io
from file_mutations import mutated
from scipy import sparse

FILES_OF_A_KIND = 12  # good ones, from which all others are made


def _sparse(rng: np.random.Generator, kind: str = "csr") -> Any:
    return sparse.random(9, 9, density=0.4, format=kind, random_state=int(rng.integers(2**31)))


def _hdf5(rng: np.random.Generator, fill: Callable[[Any, np.random.Generator], None], block: int = 0) -> bytes:
    import h5py

    stream = io.BytesIO()
    libver = str(rng.choice(["earliest", "latest"]))
    with h5py.File(stream, "w", userblock_size=block, libver=libver) as file:
        fill(file, rng)
    return stream.getvalue()


def _store(group: Any, name: str, data: Any, rng: np.random.Generator) -> None:
    packed = {"compression": "gzip", "shuffle": bool(rng.random() < 0.5)} if rng.random() < 0.5 else {}
    group.create_dataset(name, data=data, **packed)


def _annotated(file: Any, rng: np.random.Generator) -> None:
    """Texts have a fixed width: HDF5 takes memory for a text of any length before it finds that it is not there."""
    file.attrs["encoding-type"] = np.bytes_("anndata")
    kind = str(rng.choice(["csr", "csc"]))
    W = _sparse(rng, kind)
    graph = file.create_group("obsp/connectome")
    graph.attrs["encoding-type"] = np.bytes_(f"{kind}_matrix")
    graph.attrs["shape"] = np.array(W.shape)
    for name in ("data", "indices", "indptr"):
        _store(graph, name, getattr(W, name), rng)
    names = np.array([f"neuron {number}" for number in range(9)], dtype="S")
    file.create_group("obs").attrs["_index"] = np.bytes_("name")
    if rng.random() < 0.5:
        file["obs/name"] = names
    else:
        file["obs/name/categories"] = names[::-1]
        file["obs/name/codes"] = np.arange(9, dtype=np.int8)


def _edges(file: Any, rng: np.random.Generator) -> None:
    group = file.create_group("edges/a_to_a")
    for side in ("source", "target"):
        _store(group, f"{side}_node_id", rng.integers(8, size=40, dtype=np.uint16), rng)  # so that W stays small
    _store(group, "edge_type_id", np.full(40, 100), rng)
    _store(group, "edge_group_id", np.zeros(40, np.uint16), rng)
    _store(group, "edge_group_index", rng.permutation(40).astype(np.uint64), rng)
    _store(group, "0/syn_weight", rng.standard_normal(40), rng)


def _plain(file: Any, rng: np.random.Generator) -> None:
    if rng.random() < 0.5:
        _store(file, "layers/W", rng.standard_normal((8, 8)).astype(np.float32), rng)
    W = _sparse(rng)
    if "layers" not in file:
        for name in ("data", "indices", "indptr"):
            _store(file, f"W/{name}", getattr(W, name), rng)
        file["W/shape"] = np.array(W.shape)


def _mat73(file: Any, rng: np.random.Generator) -> None:
    W = _sparse(rng, "csc")
    if rng.random() < 0.5:
        file["W"] = rng.standard_normal((6, 6))
        return
    group = file.create_group("W")
    group.attrs["MATLAB_sparse"] = np.uint64(9)
    for name, part in (("data", W.data), ("ir", W.indices), ("jc", W.indptr)):
        _store(group, name, part.astype(np.uint64) if name != "data" else part, rng)


def _mat73_file(rng: np.random.Generator) -> bytes:
    content = _hdf5(rng, _mat73, block=512)
    return b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + content[128:]


def _mat5(rng: np.random.Generator) -> bytes:
    W = _sparse(rng, "csc") if rng.random() < 0.6 else (10 * rng.standard_normal((6, 6))).astype(np.int8)
    W = {"A": W, "title": "text", "b": np.ones((6, 1))} if rng.random() < 0.4 else W
    stream = io.BytesIO()
    variables = {"text": "of no use", "Problem": W}
    scipy.io.savemat(stream, variables, do_compression=bool(rng.random() < 0.4))
    return stream.getvalue()


def _safetensors(rng: np.random.Generator) -> bytes:
    from safetensors.numpy import save

    half = rng.random() < 0.5
    recurrent = rng.standard_normal((6, 6)).astype(np.float32)
    tensors = {"rnn.weight_hh_l0": recurrent.astype(np.float16) if half else recurrent, "rnn.bias": np.zeros(6)}
    return save(tensors)


def _torch(rng: np.random.Generator) -> bytes:
    import torch

    module = torch.nn.RNN(4, 6)
    given = {name: torch.from_numpy(rng.standard_normal(each.shape)) for name, each in module.state_dict().items()}
    stream = io.BytesIO()
    torch.save({"state_dict": given, "epoch": 3} if rng.random() < 0.5 else given, stream)
    return stream.getvalue()


def _petsc(rng: np.random.Generator) -> bytes:
    W = _sparse(rng)
    integers, numbers = (str(rng.choice(kinds)) for kinds in ([">i4", ">i8"], [">f8", ">f4"]))
    parts = [1211216, *W.shape, W.nnz], np.diff(W.indptr), W.indices
    return b"".join(np.asarray(part).astype(integers).tobytes() for part in parts) + W.data.astype(numbers).tobytes()


_FILLED = {"AnnData": (".h5ad", _annotated), "SONATA": (".h5", _edges), "HDF5": (".hdf5", _plain)}
_GOOD: dict[str, tuple[str, Callable[[np.random.Generator], bytes]]] = {
    **{kind: (ending, functools.partial(_hdf5, fill=fill)) for kind, (ending, fill) in _FILLED.items()},
    "MATLAB 7.3": (".mat", _mat73_file),
    "MATLAB 5": (".mat", _mat5),
    "safetensors": (".safetensors", _safetensors),
    "PyTorch": (".pt", _torch),
    "PETSc": (".petsc", _petsc),
}
CONTAINERS = frozenset(_GOOD)
# What reads and writes them.
LIBRARIES = {
    **dict.fromkeys(file_mutations.TABLE_KINDS, "pyarrow"),
    **dict.fromkeys([*_FILLED, "MATLAB 7.3"], "h5py"),
    "safetensors": "safetensors",
    "PyTorch": "torch",
}


@functools.cache
def _good_files(kind: str) -> list[bytes]:
    importlib.import_module(LIBRARIES.get(kind, "numpy"))
    return [_GOOD[kind][1](np.random.default_rng([number, 7])) for number in range(FILES_OF_A_KIND)]


def _edited(rng: np.random.Generator, kind: str) -> bytes:
    return mutated(rng, _good_files(kind)[rng.integers(FILES_OF_A_KIND)])


KINDS = file_mutations.ALL_KINDS | {
    kind: (ending, functools.partial(_edited, kind=kind)) for kind, (ending, _) in _GOOD.items()
}


def mutated_file(kind: str, seed: int, number: int) -> bytes:
    """File `number` of a kind: the same bytes for the same seed."""
    return KINDS[kind][1](np.random.default_rng([seed, list(KINDS).index(kind), number]))
