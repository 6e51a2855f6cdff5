"""`load`: W of a file or an object."""

from __future__ import annotations

import os
from typing import Any

import numpy.typing as npt
from scipy import sparse

from rhochain.files.load_options import LoadOptions
from rhochain.files.loading import load as load_file
from rhochain.inputs.coercion import numbers
from rhochain.objects.frames import edges_of_frame
from rhochain.objects.matrices import matrix_of
from rhochain.weights.orientation import with_target_rows
from rhochain.weights.weights import Counts, Weights

__all__ = ["load"]


def load(
    path: Any,
    *,
    source: str | None = None,
    target: str | None = None,
    weight: str | float | None = None,
    nodes: Any = None,
    unknown: str = "error",
    sign: Any = None,
    transmitter: Any = None,
    unknown_sign: int | None = None,
    rows: str | None = None,
    name: str | None = None,
    memory: int | str | None = None,
    dry_run: bool = False,
) -> sparse.csr_array | npt.NDArray[Any] | Weights | Counts:
    """Read W from a file or an object: a matrix, or the edges of a network.

    Parameters
    ----------
    path : path or object
        An object that holds a matrix, such as a graph, a frame or a reservoir node, is read as everywhere else; of the
        arguments it takes `rows` and `dry_run`. A table of edges of pandas, polars or pyarrow is read as one of a
        file. A file: ``.mtx`` or ``.mtx.gz`` (Matrix Market: coordinate or array;
        real, integer or pattern; general, symmetric or skew-symmetric), ``.npz`` (of `scipy.sparse.save_npz`, or of
        `numpy.savez` with one 2-D array, or with data, indices, indptr and shape), ``.npy`` (a 2-D array); ``.csv``,
        ``.csv.gz``, ``.tsv``, ``.tsv.gz``, ``.feather``, ``.parquet``: an edge table, with a row for each pair of
        neurons (needs pyarrow: ``pip install 'rhochain[tables]'``); ``.h5ad``, ``.h5``, ``.hdf5`` (AnnData, SONATA
        edges, matrices; needs h5py: ``'rhochain[hdf5]'``), ``.mat``, ``.safetensors``, ``.pt``, ``.pth``, ``.ckpt``
        (state dicts), ``.petsc``, ``.dat``, ``.bin`` (PETSc; ``.bin`` of PyTorch too).
    source, target : str, optional
        Columns of an edge table: the neuron in `source` acts on that in `target`. By default the one pair of columns
        with names that the field uses, such as pre and post, source and target, pre_root_id and post_root_id,
        bodyId_pre and bodyId_post. ``i`` and ``j`` are refused, as either could be the source.
    weight : str or float, optional
        The column of weights, by default that named weight, syn_count, n_syn, count or the like. A number serves for
        every row: ``weight=1`` counts them. Of SONATA edges the CSV file of edge types, where it is not beside them.
    nodes : array_like, path or (path, str), optional
        The neurons in the order of W, each once: ids, a file ``.npy`` or ``.txt`` of ids, or a table, whose column the
        second of a pair names. Neurons without an edge stay. By default all neurons of the edge table, in ascending
        order. For the file of a matrix it names rows and columns; a file that names its neurons refuses it.
    unknown : {"error", "drop"}
        What becomes of edges with a neuron that is none of `nodes`: refused with their number, or left out and counted.
    sign : str, mapping or path, optional
        The sign of each neuron, by which the weights of its edges to others are multiplied. By default weights stay as
        stored.

        - ``{"GABA": -1, "GLUT": -1, "ACH": 1}``: by transmitter. A neuron has the transmitter with the most weight over
          its rows. Full names ("glutamate") and any case of letters serve as well.
        - ``"drosophila"``: the same with GABA and GLUT -1; ACH, DA, SER and OCT 1.
        - ``{720575940596125868: -1, ...}``, or a pandas Series: by neuron.
        - ``"signs.csv"``, or another table: by neuron, with a column of ids and one named sign.
    transmitter : str or path, optional
        Where the transmitters are, for the first two: a column of the edge table, or a table with a row for each neuron
        (``"neurons.csv.gz"``). By default a column named nt_type or the like, else FlyWire's six columns gaba_avg to
        da_avg, weighted by the column of weights.
    unknown_sign : {1, -1}, optional
        The sign of neurons without a known one, which are counted. By default they are refused.
    rows : {"target", "source"}, optional
        What the rows of a matrix are. "source" transposes it. By default the matrix is as stored. An edge table needs
        none: its columns say who acts.
    name : str, optional
        One matrix of a file that holds several: its path in the file, or the last part of it; a population of SONATA.
    memory : int or str, optional
        The most bytes that the columns of a table, or an array of a file with several, may need, such as "2GB"; by
        default the memory of the machine. It also allows a small file to unpack to so much.
    dry_run : bool
        Give the counts alone, with edges that `unknown` would refuse as dropped.

    Returns
    -------
    csr_array or ndarray of shape (m, n)
        Of the file of a matrix without `rows` and `nodes`, and of an object without names. Sparse from sparse files,
        with positions listed twice summed, a pattern's entries 1 and integers as float64; dense from dense.
    Weights
        Of an edge table: sparse, W[i, j] acts from neuron j on i, rows of one pair summed in float64. Of a matrix with
        `rows` or `nodes`, and of files that name their neurons.
    Counts
        In a dry run.

    Raises
    ------
    FileError
        Missing, unreadable, unknown, cut short or corrupt; no regular file; complex or objects; NaN or Inf among the
        entries; a sparse matrix of more than 10,000,000 rows or columns and 100 more for each entry; ids that are
        missing or floating-point numbers of 2^53 or more. A `ValueError`.
    ValueError
        An argument that does not go with the file, or that this kind of file, or an object, cannot use.
    ImportError
        Without the library that the kind of file needs, with the line that installs it.

    Notes
    -----
    Pickled objects are never loaded. What a file states about its size is compared with what it holds before memory is
    taken for it. A Matrix Market file has its banner, ``%%MatrixMarket matrix coordinate real general``, as its first
    line, in any case of letters. Ids are 64-bit integers from the file to the report; none passes through
    floating-point numbers, which merge ids above 2^53.

    Examples
    --------
    >>> import rhochain as rc
    >>> rc.load("W.mtx")
    Traceback (most recent call last):
    ...
    rhochain.files.loading.FileError: W.mtx: no such file

    Edges of FlyWire, where GABA and glutamate inhibit::

        W = rc.load("proofread_connections_783.feather", nodes="proofread_root_ids_783.npy", sign="drosophila")
        print(W.counts)
        report = rc.check(W, activation="tanh")
    """
    options = LoadOptions(
        source, target, weight, nodes, unknown, sign, transmitter, unknown_sign, rows, name, memory, dry_run
    )
    if isinstance(path, (str, os.PathLike)):
        return load_file(path, **vars(options))
    edges = edges_of_frame(path, options)
    if edges is not None:
        return edges
    for argument in options.given:
        if argument not in ("rows", "dry_run"):
            raise ValueError(f"{argument} is for files; got {argument} for a {type(path).__name__}")
    return _of_object(path, rows, dry_run)


def _of_object(given: Any, rows: str | None, dry_run: bool) -> sparse.csr_array | npt.NDArray[Any] | Weights | Counts:
    found = matrix_of(given)
    if not isinstance(found, Weights):
        entries = numbers(found)
        if entries is None:
            raise TypeError(f"path must be a file or an object with entries; got the operator {type(given).__name__}")
        if dry_run:
            return Counts(rows=int(entries.nnz if sparse.issparse(entries) else entries.size))
        if rows is None:
            return entries
        found = Weights(entries, origin=type(given).__name__)
    if dry_run:
        return found.counts
    if rows is not None and found.rows is not None:
        raise ValueError(f"rows is known of a {type(given).__name__}, whose rows receive here; got {rows!r}")
    return with_target_rows(found, rows)
