"""Matrices in HDF5: compressed sparse ones as groups with data, indices and indptr, dense ones as datasets.

`read_hdf5` knows the layouts of AnnData and SONATA; of any other file it reads such a group or dataset.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rhochain.files.annotated_data import is_annotated, read_annotated
from rhochain.files.choices import chosen_name
from rhochain.files.hdf5_files import Hdf5File, opened_hdf5
from rhochain.files.hdf5_sparse import is_sparse_group, lines_at, matrix_at, shape_at
from rhochain.files.load_options import LoadOptions
from rhochain.files.sonata_edges import edge_populations, read_sonata
from rhochain.files.stored_lines import StoredLines
from rhochain.weights.refusals import BadArgument

__all__ = ["lines_of_hdf5", "read_hdf5"]


def read_hdf5(path: Path, options: LoadOptions) -> Any:
    """The matrix of an HDF5 file: a `Weights` of AnnData and SONATA, of another file an array or a sparse array."""
    with opened_hdf5(path, options.most_bytes, options.allowed_bytes) as file:
        annotated = is_annotated(file)
        if not annotated and (populations := edge_populations(file)):
            return read_sonata(file, populations, path, options)
        if options.weight is not None:
            raise BadArgument("weight is for edges, those of SONATA among HDF5 files; this one holds matrices")
        return read_annotated(file, path, options.name) if annotated else matrix_at(file, _chosen(file, options.name))


def lines_of_hdf5(path: Path, options: LoadOptions) -> StoredLines | None:
    """The lines of a sparse matrix that a plain HDF5 file holds as a group; None for another file."""
    with opened_hdf5(path, options.most_bytes, options.allowed_bytes) as file:
        if options.weight is not None or is_annotated(file) or edge_populations(file):
            return None
        found = _chosen(file, options.name)
        return lines_at(file, found, path, options) if is_sparse_group(file, found) else None


def _chosen(file: Hdf5File, name: str | None) -> Any:
    """The group or the dataset of the matrix."""
    if name is not None and (named := file.find(name)) is not None:
        return named
    found = {}
    for group in file.groups():
        if is_sparse_group(file, group):
            found[group.name] = shape_at(file, group)
            continue
        for child in file.members(group).values():
            if (
                file.is_dataset(child)
                and child.shape is not None
                and len(child.shape) == 2
                and child.dtype.kind in "biuf"
            ):
                found[child.name] = child.shape
    return file.find(chosen_name(found, name, "matrices"))
