"""Seeded stand-ins for files of connectomes and trained networks, with the layout of the real ones and random content.

    python examples/stand_ins.py --kind flywire --neurons 139255 --edges 4000000 edges.feather

- flywire: an edge list of FlyWire in Feather, a row for each pair and neuropil, with the averages of six transmitters;
  the ids of all neurons, as uint64, in `.._root_ids.npy` beside it. Needs pyarrow.
- sonata: edges of a SONATA network in HDF5, several synapses for some pairs, a part of the weights in
  `.._edge_types.csv` beside it. Needs h5py.
- anndata: a `.h5ad` with the connectome in `obsp/connectome`, a row for each sender. Needs h5py.
- mat73: a `.mat` of MATLAB 7.3 with the sparse matrix W. Needs h5py.
- safetensors: the state dict of an `nn.RNN` of one layer in bfloat16, with that many weights that are not 0.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

FIRST_ID, LAST_ID = 720575940596125868, 720575940661339497  # FlyWire's root ids lie between them
REGIONS = ("AL", "AME", "AOTU", "CA", "FB", "GNG", "LH", "LO", "LOP", "ME", "PB", "SLP")
NEUROPILS = np.array([f"{region}_{side}" for region in REGIONS for side in "LR"])
TRANSMITTERS = ("gaba", "ach", "glut", "oct", "ser", "da")
SHARES = (0.2, 0.55, 0.18, 0.02, 0.02, 0.03)  # of the neurons with each transmitter
ROWS_A_PAIR = 1.12
REPEATED_PAIRS = 0.1  # of all pairs have several rows


class Edges(NamedTuple):
    """Rows of an edge list, sorted by source and target: neurons from 0."""

    source: np.ndarray
    target: np.ndarray
    place: np.ndarray  # 0, 1, .. among the rows of its pair
    count: np.ndarray  # synapses


def distinct_pairs(rng: np.random.Generator, neurons: int, pairs: int) -> np.ndarray:
    """Sorted numbers `source * neurons + target`; few neurons have most of the partners, and none is its own."""
    if pairs > neurons * (neurons - 1) // 2:
        raise SystemExit(f"{pairs} pairs do not fit {neurons} neurons; take fewer edges")
    shares = [np.cumsum(rng.lognormal(sigma=0.8, size=neurons)) for _ in range(2)]
    found = np.zeros(0, dtype=np.int64)
    while len(found) < pairs:
        drawn = int(1.1 * (pairs - len(found))) + 16
        ends = [np.searchsorted(share, share[-1] * rng.random(drawn), side="right") for share in shares]
        different = ends[0] != ends[1]
        found = np.unique(np.concatenate([found, (ends[0] * neurons + ends[1])[different]]))
    keep = np.ones(len(found), dtype=bool)
    keep[rng.choice(len(found), len(found) - pairs, replace=False)] = False
    return found[keep]


def edge_list(rng: np.random.Generator, neurons: int, edges: int) -> Edges:
    """Rows of which some repeat a pair, as those of several neuropils do."""
    pairs = max(1, round(edges / ROWS_A_PAIR))
    keys = distinct_pairs(rng, neurons, pairs)
    repeated = rng.permutation(pairs)[: max(1, round(REPEATED_PAIRS * pairs))]
    more = edges - pairs
    again = np.concatenate([repeated[:more], repeated[rng.integers(len(repeated), size=max(0, more - len(repeated)))]])
    row = np.sort(np.concatenate([np.arange(pairs), again]))
    place = np.arange(edges) - np.searchsorted(row, row)
    source, target = np.divmod(keys[row], neurons)
    return Edges(source, target, place, rng.geometric(0.25, size=edges))


def flywire(path: Path, rng: np.random.Generator, neurons: int, edges: int) -> None:
    import pyarrow as pa
    from pyarrow import feather

    ids = np.sort(rng.choice(LAST_ID - FIRST_ID, neurons, replace=False)) + FIRST_ID
    rows = edge_list(rng, neurons, edges)
    first = np.arange(edges) - rows.place
    neuropil = (rng.integers(len(NEUROPILS), size=edges)[first] + rows.place) % len(NEUROPILS)
    own = rng.choice(len(TRANSMITTERS), size=neurons, p=SHARES)[rows.source]
    averages = rng.standard_exponential((len(TRANSMITTERS), edges), dtype=np.float32).astype(np.float64)
    averages *= (0.4 * rng.random(edges)) / averages.sum(axis=0)
    averages[own, np.arange(edges)] += 1 - averages.sum(axis=0)
    columns = {
        "pre_pt_root_id": ids[rows.source],
        "post_pt_root_id": ids[rows.target],
        "neuropil": pa.DictionaryArray.from_arrays(neuropil.astype(np.int8), NEUROPILS).cast(pa.string()),
        "syn_count": rows.count,
        **{f"{name}_avg": average for name, average in zip(TRANSMITTERS, averages, strict=True)},
    }
    feather.write_feather(pa.table(columns), path)
    np.save(path.with_name(f"{path.stem}_root_ids.npy"), ids.astype(np.uint64))


def sonata(path: Path, rng: np.random.Generator, neurons: int, edges: int) -> None:
    """Edges of types 100 to 103: those of 100 and 101 have a weight each, the others the one of their type."""
    import h5py

    rows = edge_list(rng, neurons, edges)
    kind = rng.integers(4, size=edges)
    shared = kind >= 2
    with h5py.File(path, "w") as file:
        file.attrs["magic"] = np.uint32(0x0A7A)
        file.attrs["version"] = np.array([0, 1], dtype=np.uint32)
        population = file.create_group("edges/cortex_to_cortex")
        for side, ends in (("source", rows.source), ("target", rows.target)):
            population.create_dataset(f"{side}_node_id", data=ends.astype(np.uint64))
            population[f"{side}_node_id"].attrs["node_population"] = "cortex"
        population.create_dataset("edge_type_id", data=100 + kind)
        population.create_dataset("edge_group_id", data=shared.astype(np.uint16))
        within = np.where(shared, np.cumsum(shared), np.cumsum(~shared)) - 1
        population.create_dataset("edge_group_index", data=within.astype(np.uint64))
        population.create_dataset("0/syn_weight", data=1e-3 * rows.count[~shared] * rng.random(np.sum(~shared)))
        population.create_group("1")
    table = ["edge_type_id target_query source_query syn_weight", "100 * * 0.5", "101 * * 0.5", "102 * * 0.002"]
    path.with_name(f"{path.stem}_edge_types.csv").write_text("\n".join([*table, "103 * * -0.008", ""]))


def compressed(rng: np.random.Generator, neurons: int, edges: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Entries, positions and pointers of a matrix with so many entries."""
    lines, positions = np.divmod(distinct_pairs(rng, neurons, edges), neurons)
    pointers = np.searchsorted(lines, np.arange(neurons + 1))
    return rng.normal(scale=np.sqrt(neurons / edges), size=edges), positions, pointers


def anndata(path: Path, rng: np.random.Generator, neurons: int, edges: int) -> None:
    import h5py

    entries, positions, pointers = compressed(rng, neurons, edges)

    def describe(group: h5py.HLObject, kind: str, version: str = "0.1.0") -> h5py.HLObject:
        group.attrs["encoding-type"] = kind
        group.attrs["encoding-version"] = version
        return group

    def frame(name: str, names: list[str]) -> None:
        group = describe(file.create_group(name), "dataframe", "0.2.0")
        group.attrs["_index"] = "_index"
        group.attrs.create("column-order", [], dtype=h5py.string_dtype())
        index = group.create_dataset("_index", data=names, dtype=h5py.string_dtype())
        describe(index, "string-array", "0.2.0")

    with h5py.File(path, "w") as file:
        describe(file, "anndata")
        genes = 5
        X = file.create_dataset("X", data=rng.random((neurons, genes), dtype=np.float32), compression="gzip")
        describe(X, "array", "0.2.0")
        frame("obs", [f"cell_{number}" for number in range(neurons)])
        frame("var", [f"gene_{number}" for number in range(genes)])
        for name in ("layers", "obsm", "obsp", "uns", "varm", "varp"):
            describe(file.create_group(name), "dict")
        graph = describe(file.create_group("obsp/connectome"), "csr_matrix")
        graph.attrs["shape"] = np.array([neurons, neurons])
        for name, part in (
            ("data", entries),
            ("indices", positions.astype(np.int32)),
            ("indptr", pointers.astype(np.int32)),
        ):
            graph.create_dataset(name, data=part, compression="gzip")


def mat73(path: Path, rng: np.random.Generator, neurons: int, edges: int) -> None:
    import h5py

    entries, positions, pointers = compressed(rng, neurons, edges)
    with h5py.File(path, "w", userblock_size=512) as file:
        W = file.create_group("W")
        W.attrs["MATLAB_class"] = np.bytes_("double")
        W.attrs["MATLAB_sparse"] = np.uint64(neurons)
        W.create_dataset("data", data=entries)
        W.create_dataset("ir", data=positions.astype(np.uint64))
        W.create_dataset("jc", data=pointers.astype(np.uint64))
    text = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Thu Jan 01 00:00:00 1970 HDF5 schema 1.00 ."
    with path.open("r+b") as stream:
        stream.write(text.ljust(116) + bytes(8) + b"\x00\x02IM")


def safetensors(path: Path, rng: np.random.Generator, neurons: int, edges: int) -> None:
    entries, positions, pointers = compressed(rng, neurons, edges)
    recurrent = np.zeros((neurons, neurons), dtype=np.float32)
    recurrent[np.repeat(np.arange(neurons), np.diff(pointers)), positions] = entries
    tensors = {
        "encoder.weight_ih_l0": rng.standard_normal((neurons, 8), dtype=np.float32),
        "encoder.weight_hh_l0": recurrent,
        "encoder.bias_ih_l0": np.zeros(neurons, dtype=np.float32),
        "encoder.bias_hh_l0": np.zeros(neurons, dtype=np.float32),
    }
    header, parts, start = {}, [], 0
    for name, tensor in tensors.items():
        bits = tensor.view(np.uint32)
        rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16  # to the nearest, ties to even
        parts.append(rounded.astype("<u2").tobytes())
        header[name] = {"dtype": "BF16", "shape": tensor.shape, "data_offsets": (start, start + len(parts[-1]))}
        start += len(parts[-1])
    text = json.dumps(header).encode()
    text = text.ljust(-(-len(text) // 8) * 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))


KINDS = {"flywire": flywire, "sonata": sonata, "anndata": anndata, "mat73": mat73, "safetensors": safetensors}


def write_stand_in(kind: str, path: Path, *, neurons: int, edges: int, seed: int = 0) -> None:
    """Write one file, with those that lie beside it: the same content for the same seed."""
    KINDS[kind](path, np.random.default_rng([seed, neurons, edges]), neurons, edges)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--edges", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("out", type=Path, metavar="OUT")
    given = parser.parse_args()
    if given.neurons < 2 or given.edges < 1:
        parser.error("at least two neurons and one edge")
    write_stand_in(given.kind, given.out, neurons=given.neurons, edges=given.edges, seed=given.seed)


if __name__ == "__main__":
    main()
