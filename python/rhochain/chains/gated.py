"""Chains of gated cells: GRU and LSTM Jacobians along a trajectory, from recorded gates or from a run in the core."""

from __future__ import annotations

from typing import Any

from rhochain.chains.gated_chain import GatedChain, stacked_weights
from rhochain.chains.gated_runs import CellArguments
from rhochain.chains.module_layers import one_layer, one_sequence
from rhochain.inputs.arrays import Floats
from rhochain.inputs.resources import byte_count

__all__ = ["GRUChain", "LSTMChain"]


class GRUChain(GatedChain):
    """The product P = J_{K-1} ... J_0 of the Jacobians dh_{k+1}/dh_k of K steps of a GRU, (n, n), never formed.

    Made by `from_gates`, `from_rollout` or `from_torch`. Gates are in PyTorch's order r, z, n; its cell is
    n = tanh(W_in x + b_in + r (U_n h + b_n)), h' = (1 - z) n + z h.

    Attributes
    ----------
    matrix : Matrix
        U = [U_r; U_z; U_n], shape (3n, n), sparse or dense.
    record : dict of ndarray, or None
        What `from_rollout` ran through, where `memory` holds it: "h" of shape (K+1, n), "r", "z", "n", "q" of shape
        (K, n).

    Notes
    -----
    J = diag(z) + diag(t q r (1-r)) U_r + diag((h-n) z (1-z)) U_z + diag(t r) U_n with t = (1-z)(1-n^2): a step costs
    one product with U or its transpose. Source: differentiation of the cell of ``torch.nn.GRU`` (Cho et al. 2014).
    """

    _cell = "gru"
    _state_blocks = 1

    @classmethod
    def from_gates(
        cls,
        U: Any,
        *,
        h: Any,
        r: Any,
        z: Any,
        n: Any,
        q: Any,
        memory: int | str = "2GiB",
        threads: int | None = None,
    ) -> GRUChain:
        """A chain along recorded gates.

        Parameters
        ----------
        U : anything `Matrix` takes, shape (3n, n)
            The recurrent weights of the gates r, z, n below each other, as in PyTorch's ``weight_hh_l0``. An operator
            needs ``rmatvec`` for `vjp`.
        h, r, z, n, q : array_like of shape (K, n), or an object with ``len()`` and slices of rows
            Row k belongs to step k: the state h_k *before* the step, the three gates, and q = U_n h_k + b_n (the
            ``b_hn`` of PyTorch). Arrays in float32 or float64 with contiguous rows are borrowed.
        memory : int or str
            For gates that are read in blocks, a fifth of it for each column; a memory map that spans more than that
            fifth is streamed, as `JacobianChain` does.
        threads : int, optional
            By default all. The result does not depend on it, to the last bit.

        Raises
        ------
        TypeError, ValueError
            Misuse, by the name of the argument. Gates outside [0, 1] (n: [-1, 1]) by more than 1e-6 and numbers that
            are not finite are found where they are read, in the first product that comes to them.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> U, half = np.zeros((6, 2)), np.full((5, 2), 0.5)     # without recurrent weights J = diag(z)
        >>> chain = rc.GRUChain.from_gates(U, h=half, r=half, z=half, n=half, q=half)
        >>> mantissa, exponent = chain.vjp([1.0, 0.0]).vectors
        >>> mantissa * 2.0**exponent
        array([0.03125, 0.     ])
        """
        chain = cls.__new__(cls)
        chain._hold(stacked_weights(U, threads), {"h": h, "r": r, "z": z, "n": n, "q": q}, byte_count("memory", memory))
        return chain

    @classmethod
    def from_rollout(
        cls,
        U: Any,
        inputs: Any,
        h0: Any = None,
        *,
        W_in: Any = None,
        bias: Any = None,
        input_bias: Any = None,
        memory: int | str = "2GiB",
        threads: int | None = None,
    ) -> GRUChain:
        """Run the cell in the core, in float64, and keep its gates.

        Parameters
        ----------
        U : anything `Matrix` takes, shape (3n, n)
            As in `from_gates`; also a tensor such as ``module.weight_hh_l0``.
        inputs : array_like of shape (K, 3n), or (K, m) with `W_in`; or an object with ``len()`` and slices of rows
            Row k is W_in x_k + b_in in the order r, z, n, or x_k itself.
        h0 : array_like of shape (n,), optional
            By default 0.
        W_in : anything `Matrix` takes, shape (3n, m), optional
            PyTorch's ``weight_ih_l0``.
        bias, input_bias : array_like of shape (3n,), optional
            PyTorch's ``bias_hh_l0`` and ``bias_ih_l0``; by default 0.
        memory : int or str
            Most bytes for what is kept. The record takes 40 n a step; where it does not fit, states are kept and gates
            computed again, to the same bits: another run for each product, and `record` is None.
        threads : int, optional
            By default all. The result does not depend on it, to the last bit.

        Raises
        ------
        TypeError, ValueError
            Misuse, by the name of the argument.
        MemoryError
            `memory` is too little for that as well; the message says what is needed, about 36 n sqrt(K) bytes
            (51 for an LSTM).
        OverflowError
            A step left the float64 range.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> chain = rc.GRUChain.from_rollout(np.zeros((6, 2)), np.zeros((3, 6)), h0=[1.0, -1.0])
        >>> chain.final_state
        array([ 0.125, -0.125])
        """
        chain = cls.__new__(cls)
        chain._hold_run(U, CellArguments(inputs, h0, None, W_in, bias, input_bias), memory, threads)
        return chain

    @classmethod
    def from_torch(
        cls, module: Any, inputs: Any, h0: Any = None, *, memory: int | str = "2GiB", threads: int | None = None
    ) -> GRUChain:
        """`from_rollout` with the parameters of a ``torch.nn.GRU`` or ``GRUCell`` of one layer and one direction.

        Parameters
        ----------
        module : torch.nn.GRU or torch.nn.GRUCell
            Compiled, pruned or with parametrizations too: its weights are those that its next forward uses.
        inputs : tensor or array_like of shape (K, input_size)
            One sequence; also (K, 1, input_size), or (1, K, input_size) where the module has ``batch_first``. For a
            batch there is ``check(module, inputs=x)``.
        h0 : tensor or array_like of shape (n,), (1, n) or (1, 1, n), optional
            By default 0.
        memory, threads
            As in `from_rollout`.

        Notes
        -----
        The core runs in float64 whatever the module's type: the trajectory is that of the module after ``.double()``.
        """
        w = one_layer(module, cls._cell)
        inputs = one_sequence(module, w, inputs)
        options = {"W_in": w.incoming, "bias": w.bias, "input_bias": w.input_bias}
        return cls.from_rollout(w.recurrent, inputs, h0, **options, memory=memory, threads=threads)

    @property
    def final_state(self) -> Floats | None:
        """h_K of a run, shape (n,), from which the next may start; None for recorded gates."""
        return None if self._last is None else self._last.h


class LSTMChain(GatedChain):
    """The product P = J_{K-1} ... J_0 of the Jacobians of K steps of an LSTM, (2n, 2n), never formed.

    The state is [h; c], and so are vectors: h first, then c. Made by `from_gates`, `from_rollout` or `from_torch`.
    Gates are in PyTorch's order i, f, g, o; its cell is c' = f c + i g, h' = o tanh(c').

    Attributes
    ----------
    matrix : Matrix
        U = [U_i; U_f; U_g; U_o], shape (4n, n), sparse or dense.
    record : dict of ndarray, or None
        What `from_rollout` ran through, where `memory` holds it: "i", "f", "g", "o" of shape (K, n), "c" of shape
        (K+1, n).

    Notes
    -----
    With M = diag(g i (1-i)) U_i + diag(c f (1-f)) U_f + diag(i (1-g^2)) U_g and T = tanh(c'): dc'/dh = M,
    dc'/dc = diag(f), dh'/dh = diag(T o (1-o)) U_o + diag(o (1-T^2)) M, dh'/dc = diag(o (1-T^2) f). A step costs one
    product with U or its transpose. Source: differentiation of the cell of ``torch.nn.LSTM`` (Hochreiter &
    Schmidhuber 1997, with a forget gate).
    """

    _cell = "lstm"
    _state_blocks = 2

    @classmethod
    def from_gates(
        cls,
        U: Any,
        *,
        i: Any,
        f: Any,
        g: Any,
        o: Any,
        c: Any,
        memory: int | str = "2GiB",
        threads: int | None = None,
    ) -> LSTMChain:
        """A chain along recorded gates.

        Parameters
        ----------
        U : anything `Matrix` takes, shape (4n, n)
            The recurrent weights of the gates i, f, g, o below each other, as in PyTorch's ``weight_hh_l0``. An
            operator needs ``rmatvec`` for `vjp`.
        i, f, g, o : array_like of shape (K, n), or an object with ``len()`` and slices of rows
            The gates of step k in row k. Arrays in float32 or float64 with contiguous rows are borrowed.
        c : the same of shape (K+1, n)
            c_0 .. c_K: row k before step k, row k+1 after it.
        memory, threads
            As in `GRUChain.from_gates`.

        Raises
        ------
        TypeError, ValueError
            As `GRUChain.from_gates`.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> U, half = np.zeros((4, 1)), np.full((5, 1), 0.5)
        >>> chain = rc.LSTMChain.from_gates(U, i=half, f=half, g=half, o=half, c=np.zeros((6, 1)))
        >>> mantissa, exponent = chain.jvp([0.0, 1.0]).vectors     # of [h; c]
        >>> mantissa * 2.0**exponent
        array([0.015625, 0.03125 ])
        """
        chain = cls.__new__(cls)
        chain._hold(stacked_weights(U, threads), {"i": i, "f": f, "g": g, "o": o, "c": c}, byte_count("memory", memory))
        return chain

    @classmethod
    def from_rollout(
        cls,
        U: Any,
        inputs: Any,
        h0: Any = None,
        c0: Any = None,
        *,
        W_in: Any = None,
        bias: Any = None,
        input_bias: Any = None,
        memory: int | str = "2GiB",
        threads: int | None = None,
    ) -> LSTMChain:
        """Run the cell in the core, in float64, and keep its gates.

        As `GRUChain.from_rollout` with four gates i, f, g, o in place of three, and c0 of shape (n,) beside h0.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> chain = rc.LSTMChain.from_rollout(np.zeros((4, 1)), np.zeros((3, 4)), c0=[1.0])
        >>> h, c = chain.final_state
        >>> c
        array([0.125])
        """
        chain = cls.__new__(cls)
        chain._hold_run(U, CellArguments(inputs, h0, c0, W_in, bias, input_bias), memory, threads)
        return chain

    @classmethod
    def from_torch(
        cls,
        module: Any,
        inputs: Any,
        state: tuple[Any, Any] | None = None,
        *,
        memory: int | str = "2GiB",
        threads: int | None = None,
    ) -> LSTMChain:
        """`from_rollout` with the parameters of a ``torch.nn.LSTM`` or ``LSTMCell``, as `GRUChain.from_torch`.

        `state` is (h0, c0), each of shape (n,), (1, n) or (1, 1, n); by default 0.
        """
        w = one_layer(module, cls._cell)
        inputs = one_sequence(module, w, inputs)
        h0, c0 = (None, None) if state is None else state
        options = {"W_in": w.incoming, "bias": w.bias, "input_bias": w.input_bias}
        return cls.from_rollout(w.recurrent, inputs, h0, c0, **options, memory=memory, threads=threads)

    @property
    def final_state(self) -> tuple[Floats, Floats] | None:
        """(h_K, c_K) of a run, each of shape (n,), from which the next may start; None for recorded gates."""
        return None if self._last is None else (self._last.h, self._last.c)
