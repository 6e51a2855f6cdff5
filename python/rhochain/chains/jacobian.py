"""Chains of Jacobians along a trajectory: what really happens to a gradient, over any number of steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.chains.chain import Chain
from rhochain.chains.envelope import Envelope, envelope, largest_slopes
from rhochain.chains.module_layers import one_bias, one_layer, one_sequence, state_vector
from rhochain.chains.product import Product
from rhochain.chains.rollouts import rollout
from rhochain.estimates.brackets import Bound, Bracket
from rhochain.inputs.activations import Activation, ActivationLike
from rhochain.inputs.activations import activation as activation_named
from rhochain.inputs.arguments import finite_weight
from rhochain.inputs.arrays import Floats
from rhochain.inputs.leaks import leak_of, leak_vector
from rhochain.inputs.matrix import Matrix, linear_part
from rhochain.inputs.network_arguments import activation_argument, convention_argument, leak_argument
from rhochain.inputs.orientation import require_orientation
from rhochain.inputs.resources import byte_count
from rhochain.inputs.rows import BLOCK_BYTES, row_source
from rhochain.objects.matrices import network_of
from rhochain.objects.networks import Network
from rhochain.ranks.callers import callers_of
from rhochain.ranks.companions import companion
from rhochain.ranks.row_slices import Rows, agreed_rows, slice_width
from rhochain.ranks.sliced_matrix import SlicedMatrix, SlicedOperator
from rhochain.runs.identity import matrix_digest, rows_digest, vector_digest

__all__ = ["JacobianChain"]


class JacobianChain(Chain):
    """The product P = J_{K-1} ... J_0 of the Jacobians of K steps, never formed.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n)
        An operator needs ``rmatvec`` for `vjp` and `norm`.
    slopes : array_like of shape (K, n), or an object with ``len()`` and slices of rows
        s_k = sigma'(x_k). Arrays in float32 or float64 with contiguous rows (memory maps up to `memory`, broadcast
        and reversed views too) are borrowed; everything else is read in blocks of rows, again in each call.
    convention : {"pre", "post"}
        "pre": the state is the argument of sigma, J_k = (1 - a) I + a W diag(s_k).
        "post": the state is its output, J_k = (1 - a) I + a diag(s_k) W.
        By default that of a node of ReservoirPy or PyRCN, "post" for a plain RNN of PyTorch or Flax, or else "pre".
    leak : float in (0, 1] or array_like of shape (n,)
        a of a leaky integrator, one for all neurons or one for each: J_k = diag(1 - a) + diag(a) W diag(s_k). By
        default that of a node, or 1.
    threads : int, optional
        By default all. The result does not depend on it, to the last bit.
    linear : anything `Matrix` takes, shape (n, n), optional
        A linear part O in place of I, as of an ES2N: J_k = (1 - a) O + a diag(s_k) W ("post"), with a random orthogonal
        O. Each step takes a product with it too.
    linear_weight : float, optional
        At least 0: c in J_k = c O + a diag(s_k) W, as of a ResESN, where O also serves with a = 1. By default 1 - a,
        that of each neuron.
    memory : int or str
        Budget for slopes, in bytes or as "2GB", of 8 rows or more: the blocks of rows that a call reads at a time take
        no more together, for any number of steps. A call streams a memory map (`numpy.memmap`, mode "r", "r+" or "w+")
        that spans more: it copies blocks and returns their pages to the system (on Linux), so that resident pages stay
        within the same budget, except for up to 4 MiB of adjacent pages that the system maps with them. A map that
        spans less may be resident as a whole. Views whose rows are far from contiguous touch more pages than they have
        numbers. The budget does not include W and its layouts, four blocks of the size of the vectors, `log_norms`, and
        the memory of an object with slices.

    Attributes
    ----------
    matrix : Matrix
    leak : float or ndarray of shape (n,)
        An array where the leaks of neurons differ.
    linear : Matrix or None
    linear_weight : float or None
    convention : {"pre", "post"}

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names what came and was expected. NaN or Inf among the slopes is found where it is read.

    Notes
    -----
    On ranks: with a W that ranks share (`rhochain.distributed`) all of them make the same calls. Slopes, states and
    leaks of neurons are slices, the columns `W.first` to ``W.first + W.length - 1``, and so are the vectors of all
    methods. `linear` is the rows of this rank, or an `rc.distributed.Matrix` with the same rows on each rank.
    `memory` counts whole rows, of all ranks together. Numbers that are no vectors are the same on all ranks, and all
    are those of one process, bit for bit. Checkpoints have whole vectors, in one
    file of the first rank: any number of ranks goes on from it, or one process, to the same bits.

    Source: Pascanu, Mikolov & Bengio (2013), eq. 5, with the true factor W diag(sigma'(x_k)) where the paper prints
    W^T diag(sigma'(x_k)): a gradient travels back as g <- diag(s_k) W^T g. ES2N: Ceni & Gallicchio (2025), "Edge of
    Stability Echo State Network". ResESN: Ceni & Gallicchio (2024), "Residual Echo State Networks".

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> W = np.array([[0.0, 2.0], [0.5, 0.0]])
    >>> chain = rc.JacobianChain(W, slopes=np.full((1000, 2), 0.5))
    >>> result = chain.vjp([1.0, 0.0])
    >>> result.vectors[1], round(result.rate, 6)
    (-999, 0.5)
    >>> chain.norm().upper.graded
    True
    >>> O = np.array([[0.0, 1.0], [-1.0, 0.0]])  # a rotation keeps what W forgets
    >>> round(rc.JacobianChain(0.0 * W, np.ones((1000, 2)), leak=0.25, linear=O).vjp([1.0, 0.0]).rate, 6)
    0.75
    """

    matrix: Matrix

    def __init__(
        self,
        W: Any,
        slopes: Any,
        convention: str | None = None,
        leak: float | npt.ArrayLike | None = None,
        threads: int | None = None,
        *,
        linear: Any = None,
        linear_weight: float | None = None,
        memory: int | str = "2GB",
    ) -> None:
        self._hold(W, convention, leak, threads, linear, linear_weight)
        self._read("slopes", slopes, None, memory)

    @classmethod
    def from_states(
        cls,
        W: Any,
        X: Any,
        activation: ActivationLike | None = None,
        convention: str | None = None,
        leak: float | npt.ArrayLike | None = None,
        threads: int | None = None,
        *,
        linear: Any = None,
        linear_weight: float | None = None,
        memory: int | str = "2GB",
    ) -> JacobianChain:
        """A chain whose slopes the core computes from recorded states, block by block.

        Parameters
        ----------
        W, convention, leak, threads, linear, linear_weight, memory
            As in `JacobianChain`; `memory` holds for states and slopes together.
        X : array_like or row source as in `JacobianChain`
            "pre": pre-activation states x_0 .. x_{K-1}, shape (K, n).
            "post": states h_1 .. h_K, shape (K, n); with a leak below 1 h_0 .. h_K, shape (K+1, n), as
            sigma(a_k) = (h_{k+1} - (1 - a) h_k) / a; with a linear part too, c O h_k in place of (1 - a) h_k.
        activation : str, Activation or callable
            By default that of a node or a plain RNN, or "tanh". For "post" one whose slope follows from its output
            (tanh, sigmoid, relu, ...).

        Raises
        ------
        TypeError, ValueError
            Misuse, also where the slope does not follow from the output. States that are not finite, or outputs more
            than 1e-6 / a out of the range of sigma, are found where they are read.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> chain = rc.JacobianChain.from_states(np.eye(2), np.zeros((10, 2)), "tanh", convention="post")
        >>> chain.steps, chain.gain
        (10, 1.0)
        """
        chain = cls.__new__(cls)
        network = chain._hold(W, convention, leak, threads, linear, linear_weight)
        sigma = callers_of(chain.matrix).together(lambda: activation_named(_activation(network, activation)))
        chain._read("X", X, sigma, memory)
        return chain

    @classmethod
    def from_rollout(
        cls,
        W: Any,
        x0: npt.ArrayLike,
        steps: int | None = None,
        *,
        inputs: Any = None,
        input_weights: Any = None,
        bias: npt.ArrayLike | None = None,
        activation: ActivationLike | None = None,
        convention: str | None = None,
        leak: float | npt.ArrayLike | None = None,
        linear: Any = None,
        linear_weight: float | None = None,
        noise: float = 0.0,
        seed: int = 0,
        memory: int | str = "2GB",
        threads: int | None = None,
    ) -> JacobianChain:
        """A chain along the trajectory from x0, which the core computes, and computes again where memory is short.

        Parameters
        ----------
        W, convention, leak, threads, linear, linear_weight
            As in `JacobianChain`. "pre" (eq. 2 of the paper):
            x <- (1 - a) x + a (W sigma(x) + W_in u + b) + noise xi; "post":
            h <- (1 - a) h + a sigma(W h + W_in u + b) + noise xi; c O x or c O h with a linear part.
        x0 : array_like of shape (n,)
            The state before the first step.
        steps : int, optional
            K; by default the number of inputs.
        inputs : array_like of shape (K, m), or any source of rows as in `JacobianChain`, optional
            u_0 .. u_{K-1}; m = n without `input_weights`, and a vector of shape (K,) serves for m = 1.
        input_weights : anything `Matrix` takes, shape (n, m) or (n,), optional
            W_in.
        bias : array_like of shape (n,), optional
        activation : str, Activation or callable
            By default that of a node or a plain RNN, or "tanh".
        noise : float
            Standard deviation of independent Gaussian process noise.
        seed : int
            Of the noise, which is a function of (seed, step, neuron): any step can be computed again to the last bit.
        memory : int or str
            For slopes and states together, in bytes or as "2GB"; at least 8 vectors of length n. Each call holds that
            much while it runs. Backward 2 sqrt(K) + 8 vectors are enough to compute each step no more than twice;
            with less the steps are repeated as often as a binomial schedule of checkpoints needs. Inputs that
            are read in blocks have a quarter of it, and a memory map that spans more than half of it is streamed.

        Raises
        ------
        TypeError, ValueError
            Misuse.
        OverflowError
            From the calls that follow: the trajectory leaves the range of float64, or an input is NaN or Inf.

        Notes
        -----
        On ranks (see the class): `x0`, `bias` and, without `input_weights`, `inputs` are slices. `input_weights` are
        the rows of this rank, or an `rc.distributed.Matrix` with the same rows on each rank as W; `inputs` are then
        whole rows, the same on all ranks. Noise is that of one process.

        Checkpoints: Griewank & Walther (2000), "revolve".

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> W = np.array([[0.0, 1.5], [1.5, 0.0]])  # rho = 1.5, and yet
        >>> chain = rc.JacobianChain.from_rollout(W, [0.1, 0.1], steps=100_000)
        >>> round(chain.vjp([1.0, 0.0]).late_rate, 3)
        0.394
        """
        chain = cls.__new__(cls)
        network = chain._hold(W, convention, leak, threads, linear, linear_weight)
        sigma = callers_of(chain.matrix).together(lambda: activation_named(_activation(network, activation)))
        if network is not None:
            input_weights = network.W_in if input_weights is None and inputs is not None else input_weights
            bias = network.bias if bias is None else bias
        trajectory = rollout(chain.matrix, x0, steps, inputs, input_weights, bias, sigma, noise, seed, memory)
        chain._along(trajectory.core, sigma, trajectory.identity)
        return chain

    @classmethod
    def from_torch(
        cls, module: Any, inputs: Any, h0: Any = None, *, memory: int | str = "2GB", threads: int | None = None
    ) -> JacobianChain:
        """`from_rollout` with the parameters of a ``torch.nn.RNN`` or ``RNNCell`` of one layer and one direction.

        Parameters
        ----------
        module : torch.nn.RNN or torch.nn.RNNCell
            Compiled, pruned or with parametrizations too: its weights are those that its next forward uses. It says
            which activation there is, and its convention is "post": h_k = sigma(W h_{k-1} + W_in u_k + b).
        inputs : tensor or array_like of shape (K, input_size)
            One sequence; also (K, 1, input_size), or (1, K, input_size) where the module has ``batch_first``. For a
            batch there is ``check(module, inputs=x)``.
        h0 : tensor or array_like of shape (n,), (1, n) or (1, 1, n), optional
            By default 0.
        memory, threads
            As in `from_rollout`.

        Raises
        ------
        TypeError, ValueError
            Misuse, also a module of another kind, of several layers or of both directions.

        Notes
        -----
        The core runs in float64 whatever the module's type: the trajectory is that of the module after ``.double()``.
        """
        layer = one_layer(module, "rnn")
        return cls.from_rollout(
            layer.recurrent,
            state_vector("h0", h0, layer.n),
            inputs=one_sequence(module, layer, inputs),
            input_weights=layer.incoming,
            bias=one_bias(layer),
            activation=str(layer.activation),
            convention="post",
            memory=memory,
            threads=threads,
        )

    @property
    def gain(self) -> float:
        """The largest |slope| among the factors, 0 without any; read once from all the slopes."""
        return float(self._largest_slopes.max(initial=0.0))

    @cached_property
    def _largest_slopes(self) -> Floats:
        return largest_slopes(self._core, self.matrix.threads)

    def envelope(self, sigma: Bound | Bracket | float, gain: float | None = None) -> Envelope:
        """Eq. 7's bound of the norms after 0 .. K steps, to set beside the measured `log_norms`.

        With a leak for each neuron 1 - a has the least leak, a the largest one. None with a linear part.

        Parameters
        ----------
        sigma : Bound, Bracket or float
            An upper bound of sigma_1(W), such as ``rc.spectral_norm(W)``; a bare number counts as an ESTIMATE.
        gain : float, optional
            gamma of the paper's curve; by default the activation's, or the largest |slope| of the chain.

        Returns
        -------
        Envelope

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> W = np.array([[0.0, 2.0], [0.5, 0.0]])
        >>> chain = rc.JacobianChain(W, slopes=np.full((3, 2), 0.5))
        >>> np.exp(chain.envelope(2.0, gain=1.0).forward), np.exp(chain.envelope(2.0, gain=1.0).paper)
        (array([1., 1., 1., 1.]), array([1., 2., 4., 8.]))
        """
        if gain is None:
            gain = self.gain if self._activation is None else self._activation.gain
        if self.linear is not None:
            raise ValueError("envelope needs a chain without a linear part, whose norm it does not know")
        return envelope(self._largest_slopes, self._leak_range, sigma, gain)

    def _hold(
        self,
        W: Any,
        convention: str | None,
        leak: float | npt.ArrayLike | None,
        threads: int | None,
        linear: Any,
        linear_weight: float | None,
    ) -> Network | None:
        network = None if isinstance(W, Matrix) else network_of(W)
        if network is not None:
            W = network.W  # as it was read
        self.matrix = A = _with_threads(W, threads)
        n, callers = A.shape[0], callers_of(A)
        if A.shape != (n, n):
            raise ValueError(f"W must be square; got shape {A.shape}")
        require_orientation(A, "a chain")

        def rule() -> tuple[str, Floats, float | None]:
            if convention not in ("pre", "post", None):
                raise ValueError(f"convention must be 'pre' or 'post'; got {convention!r}")
            leaks = leak_vector(leak_argument(network, leak), A.own_columns)
            if linear is None and linear_weight is not None:
                raise ValueError(f"linear_weight needs a linear part; got {linear_weight!r} without one")
            weight = None if linear_weight is None else finite_weight("linear_weight", linear_weight)
            return convention_argument(network, convention), leaks.copy(), weight

        self.convention, leaks, self.linear_weight = callers.together(rule)
        callers.require_same(
            convention=self.convention,
            linear_weight=self.linear_weight,
            **{"whether there is linear": linear is not None},
        )
        leaks = np.broadcast_to(leaks, A.own_columns).copy() if A.on_ranks else leaks
        own = (leaks.item(),) * 2 if leaks.size == 1 else (leaks.min(initial=1.0).item(), leaks.max(initial=0.0).item())
        ranges = callers.gathered(own)
        self._leaks, self._leak_range = leaks, (min(r[0] for r in ranges), max(r[1] for r in ranges))
        self.leak = self._leak_range[0] if self._leak_range[0] == self._leak_range[1] else leak_of(leaks)
        if linear is None:
            self.linear = None
        elif A.on_ranks:
            self.linear = companion("linear", linear, A)
            if self.linear.shape != (n, n):
                raise ValueError(f"linear must have the shape of W, {(n, n)}; got {self.linear.shape}")
        else:
            self.linear = linear_part(linear, n)
        require_orientation(self.linear, "a chain")
        return network

    def _read(self, name: str, rows: Any, activation: Activation | None, memory: int | str) -> None:
        A, callers = self.matrix, callers_of(self.matrix)
        n, own = A.shape[0], A.own_columns

        def checked() -> tuple[int, tuple[Rows, int]]:
            limit = byte_count("memory", memory)
            return limit, row_source(name, rows, own, slice_width(A), memory=limit)

        budget, (fetched, count) = callers.together(checked)
        sigma, parameter = (None, None) if activation is None else (activation.name, activation.parameter)
        callers.require_same(memory=budget, activation=(sigma, parameter))
        source = agreed_rows(name, fetched, count, A)
        # A quarter for rows as they are kept, for rows in float64, for products with a linear part and for slopes.
        block = min(BLOCK_BYTES, budget // 4)
        given = _core.GivenRows(source, count, n, (callers.first, own), block, sigma, parameter)
        self._along(given, activation, lambda: {name: rows_digest(source, count, n, A)})

    def _along(
        self, slopes: _core.ChainSlopes, activation: Activation | None, identity: Callable[[], dict[str, Any]]
    ) -> None:
        self._activation = activation
        # `factors` must not keep the chain alive.
        convention, leaks, linear, weight = self.convention, self._leaks, self.linear, self.linear_weight
        A, (least, most) = self.matrix, self._leak_range
        operator = None if linear is None else linear.operator
        self._core = _core.JacobianChain(A.operator, slopes, convention, leaks, operator, weight)
        sigma = None if activation is None else [activation.name, activation.parameter]

        def factors() -> dict[str, Any]:
            leak = least if least == most else vector_digest(A, leaks)
            rule: dict[str, Any] = {"convention": convention, "leak": leak, "activation": sigma}
            if linear is not None:
                rule |= {"linear": matrix_digest(linear), "linear_weight": weight}
            return rule | identity()

        self._product = Product(self._core, A, A.shape[0], factors)

    def __repr__(self) -> str:
        kind = "slopes" if self._activation is None else f"{self._activation} states"
        least, most = self._leak_range
        leak = f", leak {least:g}" if least == most else f", leaks from {least:g} to {most:g}"
        linear = "" if self.linear is None else ", linear part"
        rule = f"{self.convention}{'' if least == 1.0 else leak}{linear}"
        return f"JacobianChain({self.steps} steps, n = {self.shape[0]}, {kind}, {rule})"


def _with_threads(W: Any, threads: int | None) -> Matrix:
    """W as a `Matrix` with these threads, by default those that it has."""
    if isinstance(W, SlicedMatrix | SlicedOperator):
        return W.with_threads(threads)
    return W if isinstance(W, Matrix) and threads is None else Matrix(W, threads=threads)


def _activation(network: Network | None, given: ActivationLike | None) -> ActivationLike:
    """`given`, or what the network brings, or tanh where there is no network."""
    found = activation_argument(network, given)
    if found is None and network is not None:
        raise ValueError(
            f'activation must be given, such as "tanh": that of the {network.origin}, {network.unknown_activation}, '
            "has no known name"
        )
    return "tanh" if found is None else found
