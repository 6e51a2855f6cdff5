"""Chains of stacked recurrent layers: the Jacobians of the states of all layers together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.chains.chain import Chain
from rhochain.chains.gated_runs import COLUMNS
from rhochain.chains.layer_runs import LayerRecord, LayerStart, recorded_run
from rhochain.chains.module_layers import one_sequence
from rhochain.chains.product import Product
from rhochain.inputs.coercion import plain_array
from rhochain.inputs.matrix import Matrix
from rhochain.inputs.resources import byte_count
from rhochain.inputs.rows import BLOCK_BYTES
from rhochain.objects.recurrent_layers import RecurrentLayer
from rhochain.objects.torch_modules import recurrent_layers
from rhochain.runs.identity import matrix_digest, rows_digest

__all__ = ["StackChain", "starts_of_layers"]


class StackChain(Chain):
    """The product P = J_{K-1} ... J_0 of the Jacobians of K steps of a stack of recurrent layers, never formed.

    A step takes the states of all L layers to the next ones, h^l_k = cell_l(h^l_{k-1}, h^{l-1}_k). So J is block lower
    triangular with the Jacobians of the layers on its diagonal, and has what a layer hands up at the same step below
    it. Vectors are [h^1; ..; h^L], those of an LSTM [h^1; c^1; ..; h^L; c^L], each of n numbers. Made by `from_torch`.

    Attributes
    ----------
    layers : tuple of RecurrentLayer
    weights : tuple of Matrix
        Of each layer, those of its inputs (but for the lowest layer) beside its recurrent ones.

    Notes
    -----
    A step costs one product for each layer, with these weights or their transposes. Theory: docs/theory/34-stacks.md.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> from rhochain.objects.recurrent_layers import RecurrentLayer
    >>> half, one = np.array([[0.5]]), np.array([[1.0]])     # h <- relu(h / 2 + x), twice above each other
    >>> layers = [RecurrentLayer(name, "rnn", half, one, activation="relu") for name in ("l0", "l1")]
    >>> chain = rc.StackChain.from_layers(layers, np.ones((2, 1)))
    >>> np.asarray(chain.jvp(np.eye(2)).vectors)             # J = [[1/2, 0], [1/2, 1/2]], squared
    array([[0.25, 0.  ],
           [0.5 , 0.25]])
    """

    layers: tuple[RecurrentLayer, ...]
    weights: tuple[Matrix, ...]

    def __init__(self) -> None:
        raise TypeError("StackChain is made by its from_torch")

    @classmethod
    def from_torch(
        cls,
        module: Any,
        inputs: Any,
        state: Any = None,
        *,
        memory: int | str = "2GiB",
        threads: int | None = None,
    ) -> StackChain:
        """A chain along the run of a ``torch.nn.RNN``, ``GRU`` or ``LSTM`` of one direction, without its dropout.

        Parameters
        ----------
        module : torch.nn.RNN, torch.nn.GRU or torch.nn.LSTM
        inputs : tensor or array_like of shape (K, input_size)
            One sequence; also (K, 1, input_size), or (1, K, input_size) where the module has ``batch_first``. For a
            batch there is ``check(module, inputs=x)``.
        state : tensor of shape (L, n) or (L, 1, n), optional
            h_0 of the layers, for an LSTM (h_0, c_0); by default 0.
        memory : int or str
            Most bytes for the gates of all layers, 40 n a step and layer.
        threads : int, optional
            By default all. The result does not depend on it, to the last bit.

        Raises
        ------
        TypeError, ValueError
            Misuse, by the name of the argument.
        MemoryError
            `memory` is too little.

        Notes
        -----
        The core runs in float64 whatever the module's type, layer by layer.
        """
        found = recurrent_layers(module)
        if len(found.modules) != 1 or "" not in found.modules:
            raise TypeError(f"module must be a torch.nn.RNN, GRU or LSTM; got {type(module).__name__}")
        starts = starts_of_layers(state, len(found.found), found.found[0].cell)
        return cls.from_layers(
            found.found, one_sequence(module, found.found[0], inputs), starts, memory=memory, threads=threads
        )

    @classmethod
    def from_layers(
        cls,
        layers: Sequence[RecurrentLayer],
        inputs: Any,
        starts: Sequence[LayerStart] | None = None,
        *,
        memory: int | str = "2GiB",
        threads: int | None = None,
    ) -> StackChain:
        """`from_torch` with the layers of any model, the lowest one first.

        Parameters
        ----------
        layers : sequence of RecurrentLayer
            Of one cell and as many units each, none of them reversed.
        inputs : array_like of shape (K, m)
        starts : sequence of LayerStart, optional
            The state of each layer before the first step.
        memory, threads
            As in `from_torch`.
        """
        below, records = inputs, []
        _require_stack(layers)
        limit, needed = byte_count("memory", memory), 40 * len(inputs) * sum(layer.n for layer in layers)
        if needed > limit:
            raise MemoryError(
                f"a stack of {len(layers)} layers takes {needed} bytes for its gates; got memory = {limit}"
            )
        for layer, start in zip(layers, starts or [LayerStart()] * len(layers), strict=True):
            records.append(recorded_run(layer, below, start, threads=threads))
            below = records[-1].outputs
        return cls.from_records(layers, records, threads=threads)

    @classmethod
    def from_records(
        cls, layers: Sequence[RecurrentLayer], records: Sequence[LayerRecord], *, threads: int | None = None
    ) -> StackChain:
        """A chain along runs that were recorded, in which each layer had the outputs of the one below as its inputs."""
        _require_stack(layers)
        chain = cls.__new__(cls)
        chain.layers = tuple(layers)
        chain.weights = tuple(
            Matrix(_weights(layer, lowest=depth == 0), threads=threads) for depth, layer in enumerate(layers)
        )
        cell, n = layers[0].cell, layers[0].n
        names = COLUMNS["lstm" if cell == "lstm" else "gru"]
        rows = [[(record.gates[name], len(record.gates[name])) for name in names] for record in records]
        core = _core.StackChain(cell, [A.operator for A in chain.weights], rows, n, BLOCK_BYTES)
        weights = chain.weights  # `factors` must not keep the chain alive

        def factors() -> dict[str, Any]:
            digests = [[rows_digest(source, count, n) for source, count in of_layer] for of_layer in rows]
            return {"stack": cell, "weights": [matrix_digest(A) for A in weights], "gates": digests}

        blocks = 2 if cell == "lstm" else 1
        chain._product = Product(core, weights[0], len(layers) * blocks * n, factors)
        return chain

    def __repr__(self) -> str:
        cell, n = self.layers[0].cell.upper(), self.layers[0].n
        return f"StackChain({self.steps} steps, {len(self.layers)} layers of {cell}, n = {n})"


def starts_of_layers(state: Any, count: int, cell: str) -> list[LayerStart]:
    """`state` as a torch module of one direction takes it for one sequence, layer by layer."""
    if state is None:
        return [LayerStart()] * count
    parts = tuple(state) if cell == "lstm" else (state,)
    if cell == "lstm" and len(parts) != 2:
        raise ValueError(f"state must be (h_0, c_0); got {len(parts)} parts")
    rows = []
    for part in parts:
        x = plain_array("state", part)
        x = x[:, 0] if x.ndim == 3 and x.shape[1] == 1 else x
        if x.ndim != 2 or len(x) != count:
            raise ValueError(f"state must have shape ({count}, n) or ({count}, 1, n); got {x.shape}")
        rows.append(x)
    return [LayerStart(*of_layer) for of_layer in zip(*rows, strict=True)]


def _require_stack(layers: Sequence[RecurrentLayer]) -> None:
    if not layers:
        raise ValueError("layers must hold at least one layer; got none")
    first = layers[0]
    for layer in layers:
        if layer.reverse:
            raise ValueError(f"layers must read sequences from their start; got {layer.name}, which is reversed")
        if (layer.cell, layer.n) != (first.cell, first.n):
            raise ValueError(
                f"layers must be of one cell and size, here {first.cell} of {first.n} units; "
                f"got {layer.name}: {layer.cell} of {layer.n}"
            )


def _weights(layer: RecurrentLayer, *, lowest: bool) -> npt.NDArray[Any]:
    """The weights of the inputs and the recurrent ones side by side, as the core's stack_step.hpp has them."""
    U = plain_array("weights", layer.recurrent)
    if lowest:
        return U
    V = plain_array("weights", layer.incoming)
    if V.shape != (len(U), layer.n):
        raise ValueError(
            f"{layer.name} must read the outputs of the layer below, by weights of shape ({len(U)}, {layer.n}); "
            f"got {V.shape}"
        )
    if layer.cell != "gru":
        return np.hstack([V, U])
    # The gate n has a coefficient of its own for what it reads from below.
    n = layer.n
    none = np.zeros_like(U[:n])
    return np.block([[V[: 2 * n], U[: 2 * n]], [none, U[2 * n :]], [V[2 * n :], none]])
