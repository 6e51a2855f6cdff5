"""Hubs: the neurons with the largest entries of the Perron vectors of |W|."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.markup.blocks import Block, Table, Verbatim
from rhochain.markup.notebook import notebook
from rhochain.reports.layout import plain_text
from rhochain.reports.neurons import Neurons, named

__all__ = ["Hub", "Hubs", "hubs"]


@dataclass(frozen=True)
class Hub:
    """A neuron: its id, its index, and its part of the sum of a vector's entries."""

    id: Any
    index: int
    share: float


@dataclass(frozen=True)
class Hubs:
    """The neurons that gradients and activity concentrate on, the largest share first.

    Attributes
    ----------
    driving : tuple of Hub, or None
        By the left Perron vector y of |W|, ``y^T |W| = rho(|W|) y^T``: neurons whose state has the largest effect later
        on, and where gradients end up. None where it was not computed.
    receiving : tuple of Hub, or None
        By the right one, ``|W| x = rho(|W|) x``: neurons that the others act on most. None without such a vector.
    rows : {"target", None}
        With None it is not known that rows receive; where they send, the two change places.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> matrix = np.array([[0.0, 1.0, 2.0], [0.5, 0.0, 3.0], [0.1, 0.0, 0.0]])
    >>> W = rc.Weights(matrix, np.array(["A", "B", "C"]), "target")
    >>> print(rc.check(W, activation="tanh").hubs(2))
    Hubs: largest entries of the Perron vectors of |W|, in percent of their sum
      rank drives most  share   receives most  share
      1    C            71.4 %  A              52.6 %
      2    A            14.3 %  B              42.1 %
    """

    driving: tuple[Hub, ...] | None
    receiving: tuple[Hub, ...] | None
    rows: str | None = None

    def blocks(self) -> Sequence[Block]:
        """A table of both kinds side by side; none without a vector."""
        sides = [
            (words, side) for words, side in (("drives most", self.driving), ("receives most", self.receiving)) if side
        ]
        if not sides:
            return ()
        head = ["rank", *(cell for words, _ in sides for cell in (words, "share"))]
        rows = [
            (str(rank + 1), *(cell for _, side in sides for cell in _cells(side[rank])))
            for rank in range(min(len(side) for _, side in sides))
        ]
        unsure = "" if self.rows == "target" else " (if rows send, the two sides change places)"
        return (
            Table(f"Hubs: largest entries of the Perron vectors of |W|, in percent of their sum{unsure}", head, rows),
        )

    def __str__(self) -> str:
        return plain_text(self.blocks()) or "no hubs: |W| has no Perron vector"

    def _repr_html_(self) -> str:
        return notebook(self.blocks())

    def to_dict(self) -> dict[str, Any]:
        """Both lists in plain JSON types."""

        def plain(side: tuple[Hub, ...] | None) -> list[dict[str, Any]] | None:
            return None if side is None else [asdict(h) for h in side]

        return {"driving": plain(self.driving), "receiving": plain(self.receiving), "rows": self.rows}


def hubs(
    neurons: Neurons,
    receiving: npt.NDArray[Any] | None,
    driving: npt.NDArray[Any] | None,
    k: int,
) -> Hubs:
    """The `k` largest of each vector."""
    return Hubs(_largest(neurons.ids, driving, k), _largest(neurons.ids, receiving, k), neurons.rows)


def _largest(ids: npt.NDArray[Any] | None, vector: npt.NDArray[Any] | None, k: int) -> tuple[Hub, ...] | None:
    if vector is None:
        return None
    entries = np.abs(vector)
    total = float(entries.sum())
    if not total > 0.0:
        return None
    largest = np.argsort(-entries, kind="stable")[:k]
    return tuple(
        Hub(int(i) if ids is None else ids[i : i + 1].tolist()[0], int(i), float(entries[i]) / total) for i in largest
    )


def _cells(hub: Hub) -> tuple[str, str]:
    (name,) = named(np.array([hub.id], dtype=object), [0])
    return Verbatim(name), f"{100.0 * hub.share:.3g} %"
