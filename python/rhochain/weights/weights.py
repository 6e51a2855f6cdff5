"""`Weights`: a matrix with what its source said about it."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.markup.blocks import Facts, Verbatim
from rhochain.markup.notebook import notebook
from rhochain.weights.ids import distinct_labels, plain_ids
from rhochain.weights.refusals import BadArgument, BadData

__all__ = ["Counts", "Weights"]

_FEW_IDS, _LONGEST_NAME = 6, 40  # shown in a notebook


@dataclass(frozen=True)
class Counts:
    """What a reader did with the rows of a source; 0 where nothing was done.

    Attributes
    ----------
    rows : int
        Rows of the source: edges, or entries of a matrix.
    summed : int
        Rows beyond the first of a pair of neurons: their weights were added in float64.
    dropped : int
        Rows left out because the caller asked for it, such as those of neurons outside `nodes`; of a dry run, those
        that would have to be.
    unknown_sign : int
        Neurons that act on others without a known sign.
    neurons : int
        Rows of W, where the source names its neurons.
    pairs : int
        Entries of W: the rows that were neither dropped nor summed into another.

    Examples
    --------
    >>> import rhochain as rc
    >>> print(rc.Counts(rows=16_847_997, summed=1_756_014))
    16,847,997 rows, 15,091,983 pairs: 1,756,014 rows summed
    """

    rows: int = 0
    summed: int = 0
    dropped: int = 0
    unknown_sign: int = 0
    neurons: int = 0

    @property
    def pairs(self) -> int:
        return self.rows - self.dropped - self.summed

    def __str__(self) -> str:
        of_neurons = f" of {_counted(self.neurons, 'neuron')}" if self.neurons else ""
        done = {
            f"{_counted(self.summed, 'row')} summed": self.summed,
            f"{_counted(self.dropped, 'row')} dropped": self.dropped,
            f"{_counted(self.unknown_sign, 'neuron')} without a known sign": self.unknown_sign,
        }
        said = ", ".join(words for words, count in done.items() if count)
        return f"{_counted(self.rows, 'row')}, {_counted(self.pairs, 'pair')}{of_neurons}" + (
            f": {said}" if said else ""
        )


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


@dataclass(frozen=True, eq=False)
class Weights:
    """A matrix W with the names of its neurons; made by `rhochain.load`. Every function takes it in place of W.

    Attributes
    ----------
    matrix : csr_array or ndarray of shape (n, n)
        W. Where `rows` is "target", W[i, j] acts from neuron j on neuron i, whatever the source stored.
    ids : ndarray of shape (n,), or None
        The name of neuron i, int64 or text. None where the source has none.
    rows : {"target", None}
        "target" where the source or the caller said which side of a pair receives; None where neither did: then the
        matrix is as stored.
    origin : str
        Where it came from, for reports: a file, or the kind of an object.
    counts : Counts
    notes : tuple of str
        What a reader has to say of its reading, a sentence each.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> W = rc.Weights(np.array([[0.0, 3.0], [0.5, 0.0]]), ids=np.array([720575940596125868, 4]), rows="target")
    >>> W
    Weights(2 x 2, dense float64, rows receive, ids of int64)
    >>> W.index(4)
    1
    >>> np.asarray(W)[W.index(720575940596125868), W.index(4)]  # 4 acts on the other
    np.float64(3.0)
    >>> round(rc.spectral_radius(W).value, 3)
    1.225
    """

    matrix: sparse.csr_array | npt.NDArray[Any]
    ids: npt.NDArray[Any] | None = None
    rows: str | None = None
    origin: str = ""
    counts: Counts = Counts()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not hasattr(self.matrix, "dtype") or len(getattr(self.matrix, "shape", ())) != 2:
            came = getattr(self.matrix, "shape", type(self.matrix).__name__)
            raise BadArgument(f"matrix must be an array or a sparse array of two dimensions; got {came}")
        if self.rows not in (None, "target"):
            hint = '; of such a matrix its transpose has rows="target"' if self.rows == "source" else ""
            raise BadArgument(f"rows must be 'target' or None; got {self.rows!r}{hint}")
        if self.ids is not None:
            objects = (
                getattr(getattr(self.ids, "dtype", None), "kind", "") == "O"
            )  # labels of a graph may be of any types
            ids = np.asarray(self.ids) if objects else plain_ids("ids", self.ids)
            if len(ids) != self.matrix.shape[0]:
                raise BadArgument(f"ids must name the {self.matrix.shape[0]:,} rows of the matrix; got {len(ids):,}")
            if objects:
                again = len(ids) - len(set(ids.tolist()))
                if again:
                    raise BadData("ids", f"{again:,} of {len(ids):,} ids come again", "each once")
            elif not (ids[1:] > ids[:-1]).all():
                distinct_labels("ids", ids)
            object.__setattr__(self, "ids", ids)

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.matrix.shape
        return rows, columns

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.matrix.dtype)

    @property
    def _kind(self) -> str:
        kind = "sparse" if sparse.issparse(self.matrix) else getattr(self.matrix, "kind", "dense")
        return str(kind)  # a `rhochain.Matrix` has one

    @property
    def _stored(self) -> int:
        matrix: Any = self.matrix
        return int(matrix.size if hasattr(matrix, "size") else matrix.nnz)

    def to_scipy(self) -> sparse.csr_array:
        """W as a CSR array, which shares memory with `matrix` where that is one."""
        return self.matrix if sparse.issparse(self.matrix) else sparse.csr_array(self.matrix)

    def index(self, neuron: int | str) -> int:
        """The row and column of a neuron, by its id."""
        if self.ids is None:
            raise ValueError("W has no ids of neurons")
        if self.ids.dtype.kind != "U":
            try:
                neuron = operator.index(neuron)  # type: ignore[arg-type]
            except TypeError:
                raise TypeError(f"neuron must be an integer, as the ids of W are; got {neuron!r}") from None
        within = not isinstance(neuron, int) or -(2**63) <= neuron < 2**63
        found = np.flatnonzero(self.ids == neuron) if within else np.zeros(0, int)
        if not len(found):
            raise ValueError(f"neuron must be one of the {len(self.ids):,} ids of W; got {neuron!r}")
        return int(found[0])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        stored: Any = self.matrix
        dense: npt.NDArray[Any] = stored.toarray() if sparse.issparse(stored) else stored
        if copy is False and dense is not self.matrix:
            raise ValueError("a sparse W has no dense array without a copy")
        return np.array(dense, dtype=dtype, copy=True) if copy else np.asarray(dense, dtype=dtype)

    def __repr__(self) -> str:
        size = " x ".join(f"{extent:,}" for extent in self.shape)
        side = "rows receive" if self.rows == "target" else "rows as stored"
        named = "no ids" if self.ids is None else f"ids of {self.ids.dtype}"
        return f"Weights({size}, {self._kind} {self.dtype}, {side}, {named})"

    def _repr_html_(self) -> str:
        size = " x ".join(f"{extent:,}" for extent in self.shape)
        side = "receive: W[i, j] acts from j on i" if self.rows == "target" else "as stored"
        facts = [
            ("matrix", f"{size}, {self._kind} {self.dtype}, {self._stored:,} stored"),
            ("rows", side),
            ("ids", "none" if self.ids is None else Verbatim(self._first_ids())),
        ]
        if self.origin:
            facts.insert(0, ("source", Verbatim(self.origin)))
        if self.counts.rows:
            facts.append(("counts", str(self.counts)))
        facts += [("note", Verbatim(note)) for note in self.notes]
        return notebook([Facts([("Weights", "W and the names of its neurons"), *facts])])

    def _first_ids(self) -> str:
        ids = np.asarray(self.ids)
        some = ", ".join(str(name)[:_LONGEST_NAME] for name in ids[:_FEW_IDS])
        kind = "text" if ids.dtype.kind == "U" else str(ids.dtype)
        return f"{kind}: {some}{', …' if ids.size > _FEW_IDS else ''}"
