"""`check`: from a matrix and a gain to a verdict."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, overload

import numpy as np
import numpy.typing as npt

from rhochain.chains.chain import Chain
from rhochain.checking.gated_checks import Estimation
from rhochain.checking.model_checks import check_model, model_of
from rhochain.checking.same_matrices import same_matrix
from rhochain.checking.signatures import CheckOptions, Module
from rhochain.estimates.brackets import Bracket, Progress
from rhochain.estimates.limits import Limits
from rhochain.estimates.oriented_vectors import with_whole_vector
from rhochain.estimates.run_logs import RunLogs, matrix_identity
from rhochain.estimates.shared_clock import SharedClock
from rhochain.inputs.activations import Activation, ActivationLike
from rhochain.inputs.activations import activation as activation_named
from rhochain.inputs.arguments import real_number
from rhochain.inputs.input_reach import input_reach
from rhochain.inputs.local_gains import local_gains
from rhochain.inputs.matrix import Matrix, square_matrix, without_names
from rhochain.inputs.network_arguments import activation_argument, leak_argument
from rhochain.inputs.orientation import require_orientation
from rhochain.inputs.resources import granted_threads
from rhochain.objects.gate_slices import stack_behind
from rhochain.objects.matrices import matrix_of, network_of
from rhochain.objects.networks import Network
from rhochain.objects.refusals import refuse_no_matrix
from rhochain.ranks.callers import callers_of
from rhochain.ranks.calls import call_of_ranks
from rhochain.ranks.neuron_gains import largest_gain, with_neuron_gains
from rhochain.ranks.neuron_leaks import NeuronLeaks, leaks_of
from rhochain.reports.computation import Computation
from rhochain.reports.gradient_report import GradientReport
from rhochain.reports.model_report import ModelReport
from rhochain.reports.neurons import Neurons
from rhochain.verdicts.conclusions import Verdict
from rhochain.verdicts.conditions import paper_conditions
from rhochain.verdicts.critical_gain import critical_gain
from rhochain.verdicts.evidence import Evidence
from rhochain.verdicts.investigation import Investigation
from rhochain.verdicts.trajectories import decide_on_trajectory, levels
from rhochain.weights.weights import Weights

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["MeasuredChain", "check"]


class MeasuredChain(Protocol):
    """What `check` asks of a product P of Jacobians along a trajectory, such as a `JacobianChain`."""

    @property
    def steps(self) -> int:
        """Factors of P."""

    @property
    def shape(self) -> tuple[int, int]:
        """Of P, that is of W."""

    @property
    def gain(self) -> float:
        """The largest |slope| among the factors."""

    def norm(self) -> Bracket:
        """ln ||P||_2."""


@overload
def check(
    W: Module | Mapping[str, Any],
    activation: ActivationLike | None = None,
    gain: None = None,
    chain: MeasuredChain | None = None,
    **options: Unpack[CheckOptions],
) -> ModelReport: ...
@overload
def check(
    W: str | os.PathLike[str],
    activation: ActivationLike | None = None,
    gain: float | npt.ArrayLike | None = None,
    chain: MeasuredChain | None = None,
    **options: Unpack[CheckOptions],
) -> GradientReport | ModelReport: ...
@overload
def check(
    W: Any,
    activation: ActivationLike | None = None,
    gain: float | npt.ArrayLike | None = None,
    chain: MeasuredChain | None = None,
    **options: Unpack[CheckOptions],
) -> GradientReport: ...
@call_of_ranks
def check(
    W: Any,
    activation: ActivationLike | None = None,
    gain: float | npt.ArrayLike | None = None,
    chain: MeasuredChain | None = None,
    *,
    leak: float | npt.ArrayLike | None = None,
    inputs: Any = None,
    state: Any = None,
    max_sequences: int | None = 8,
    quick: bool = False,
    numerical_radius: bool = False,
    vanish_level: float = 1e-3,
    explode_level: float = 1e3,
    rtol: float = 1e-3,
    delta: float = 1e-9,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_seconds: float = 300.0,
) -> GradientReport | ModelReport:
    """Will the gradient survive? A verdict for x_k = W sigma(x_{k-1}) + ..., whatever its inputs.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n), or a model
        The recurrent weights. A `rhochain.distributed.Matrix` gives the same report on all ranks; a `leak` or `gain` of
        each neuron and the rows of `inputs` are then those of the rank. A node of ReservoirPy or PyRCN brings its
        activation and leak too. The report of an operator has no components and no rho(|W|); that of one without
        ``rmatvec`` has rho(W) alone, and says so. A view of one gate's rows of the weights of a GRU or LSTM is refused:
        no verdict on it is one on the cell. A model is a ``torch.nn.Module`` with recurrent layers, a model of Equinox
        or Flax, or a state dict, in memory or in a file (.pt, .pth, .ckpt, .safetensors): each layer is checked by
        itself.
    activation : str, Activation or callable
        As `rhochain.activation` takes it. Give either this or `gain`; a node's activation needs neither, and `gain`
        stands in its place. A module brings its own, and another one is refused; for plain RNNs of a state dict, which
        does not hold it, it is needed. A model takes no `gain` and no `leak`.
    gain : float > 0 or array_like of shape (n,)
        gamma = sup |sigma'|, or one for each neuron (at least 0, such as over the box that its inputs keep to): then
        all quantities are those of W diag(gain), a copy of W.
    chain : MeasuredChain, optional
        Jacobians along a trajectory of W (`JacobianChain`): refines every verdict but VANISHES, for which `quick`
        leaves it out. Its slopes are compared with the largest gain. A `GRUChain` or `LSTMChain` beside its weights W,
        shape (3n, n) or (4n, n), or beside a model of one such layer, decides for its trajectory.
    leak : float in (0, 1] or array_like of shape (n,)
        a of a leaky integrator, J = (1 - a) I + a W diag(s), or one for each neuron, J = diag(1 - a) + diag(a) W
        diag(s). By default that of a node, or 1.
    inputs : "free" or array_like of shape (n, m), optional
        The reach of the inputs, for the sentence on an explosion under some slopes: ``"free"`` if they are unbounded
        and drive every neuron independently, or the input matrix W_in, whose rank decides whether they do. By default
        W_in of a node.
        For a model: what the model takes, such as a batch in the layout of its ``batch_first``, a PackedSequence, a
        tuple of its arguments or a dict of them by name. It runs on them once, as it is but without dropout, and the
        Jacobians of each layer are measured along each sequence, in the core and in float64.
    state : optional
        For a model with `inputs`: the state that it starts from, passed behind them. By default what the model does.
    max_sequences : int or None
        For a model with `inputs`: of each module only the first so many sequences are measured; None: all of them. A
        sequence costs some tens of passes, each a product a step with the weights of each layer, until its bracket is
        max(`rtol`, 0.1) wide (n = 512, 128 steps of a GRU, one core: 0.7 s a layer, 2.5 s for the stack of two).
    quick : bool
        True: stop at the first bound that proves a verdict; quantities not computed by then are None in the report.
        False: compute rho(W), sigma_1(W), rho(|W|) and R(W) in any case. It does not matter to gated cells.
    numerical_radius : bool
        Compute w(W) even where W has 20,000 entries or more.
    vanish_level, explode_level : float
        Norms of the chain's product below and above which it vanished or exploded; 0 < vanish < explode.
    rtol, delta, seed, threads
        As in `spectral_radius`. `delta` holds for each PROBABLE bound by itself.
    max_matvecs : int, optional
        Most products for each quantity; without it 10,000 for R(W), 40,000 below 20,000 entries, fewer for a
        large W whose signs factorize, and no limit for the others.
    max_seconds : float, optional
        For all quantities together: each takes an equal share of the time that is left. The norm of the chain may take
        as much again.
    callback : callable, optional
        Called with a `Progress` of the quantity in work, which it names; returning True cuts that one, rho(|W|), rho(W)
        and sigma_1(W) short and leaves out later ones. After Ctrl-C it is called once more, and returning True gives a
        report of what is known.
    checkpoint : path, optional
        A file for the state of all quantities, as in `spectral_radius`: the same call goes on from it to the bits of an
        unbroken run. The norm of a chain is not in it: `JacobianChain.norm` has a checkpoint of its own. Not for a
        model.
    checkpoint_seconds : float
        Least time between two writes. The state is also written where the call ends, however it ends.

    Returns
    -------
    GradientReport, or ModelReport for a model
        A `ModelReport` has one report for each recurrent layer and direction in `layers`: a GradientReport for a plain
        RNN, a `LayerReport` for a GRU or LSTM, with the quantities of its gates. With `inputs` each of them has
        `along`, a `TrajectoryReport`, and the ModelReport `stack`, that of all layers together. A GradientReport has
        `verdict`, `reason`, brackets of rho(W), sigma_1(W), rho(|W|), of the worst-case growth R(W) and, where they
        leave the verdict or its burn-in open, mu_D(W); the critical gain; the paper's conditions. Print it.

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names the argument, what came and what was expected.
    Interrupted
        Ctrl-C; carries the bracket in work. Not where the callback then returns True.
    CheckpointError
        The file cannot be written; carries the bracket in work, or the report.

    Notes
    -----
    Grades: a verdict rests on PROVED and PROBABLE(delta) bounds alone and names them. Sources: Pascanu, Mikolov &
    Bengio (2013), eq. 6 and 7, with the true chain W diag(sigma'(x)) (no transpose); Theorems A to G of the docs.
    With `gain` alone only ``|slope| <= gain`` is known, and R(W) is that of slopes in [-gain, gain]: naming the
    activation gives sharper bounds.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> W = np.array([[0.0, 0.5], [-0.4, 0.3]])
    >>> str(rc.check(W, activation="tanh").verdict)
    'VANISHES'
    >>> str(rc.check(4 * W, activation="logistic").verdict)
    'VANISHES'
    >>> str(rc.check(np.array([[0.0, 3.0], [2.0, 0.0]]), gain=1.0).verdict)
    'EXPLODES_FOR_SOME_SLOPES'
    >>> report = rc.check({"encoder.weight_hh_l0": np.vstack([W, W, W])})      # a GRU of a state dict
    >>> report.layers[0].name, str(report.layers[0].verdict)
    ('encoder.l0', 'UNDECIDED')
    """
    if (layers := model_of(W, chain)) is not None:
        if checkpoint is not None:
            raise ValueError(
                "checkpoint is for one matrix, and W is a model: check the weights of each recurrent layer by itself, "
                "with a file for each"
            )
        return check_model(
            W,
            layers,
            check,
            activation=activation,
            gain=gain,
            leak=1.0 if leak is None else leak,
            inputs=inputs,
            state=state,
            max_sequences=max_sequences,
            chain=chain,
            estimation=Estimation(
                rtol, delta, seed, threads, max_matvecs, max_seconds, callback, vanish_level, explode_level
            ),
            quick=quick,
            numerical_radius=numerical_radius,
        )
    if state is not None:
        raise ValueError(f"state is for a model that runs along inputs, and W is none; got {type(state).__name__}")
    began = time.perf_counter()
    network = network_of(W)
    if network is None:
        refuse_no_matrix(W)
    sigma, gamma, gains = _gain(activation_argument(network, activation) if gain is None else activation, gain, network)
    low, high = levels(vanish_level, explode_level)
    W = matrix_of(W)
    if gains is not None:
        require_orientation(W, "gains of neurons")
    highest = largest_gain(W, gains)
    A = square_matrix(W if gains is None else with_neuron_gains(W, gains))
    _require_no_gate(A if gains is None else W)
    limits = Limits.of_call(A, rtol, delta, seed, threads, max_matvecs, max_seconds, callback)
    leaks = leaks_of(A, leak_argument(network, leak))
    if leaks.differ:
        require_orientation(A, "leaks of neurons")
    of_neurons = leaks.of_all(A)
    unchecked: tuple[str, ...] = ()
    if chain is not None:
        unchecked = _require_same_network(
            chain, A if gains is None else square_matrix(W), leaks, gamma if highest is None else highest
        )

    known = Evidence(
        gamma,
        leaks.least,
        sigma is not None and sigma.linear,
        activation=None if sigma is None else str(sigma),
        slope_range=None if sigma is None else sigma.slope_range,
        steepest_at_zero=sigma is not None and sigma.steepest_at_zero,
        inputs=input_reach(network.W_in if inputs is None and network is not None else inputs, A),
        leaks=of_neurons if leaks.differ else None,
    )
    logs = None
    if checkpoint is not None:
        asked = (
            str(sigma),
            gamma,
            of_neurons.tolist() if leaks.differ else leaks.least,
            bool(quick),
            bool(numerical_radius),
        )
        options = {"rtol": limits.rtol, "delta": limits.delta, "seed": limits.seed, "max_matvecs": limits.max_matvecs}
        identity = {"quantity": "check", "matrix": matrix_identity(A), "asked": repr(asked), **options}
        logs = RunLogs(checkpoint, checkpoint_seconds, identity, callers_of(A).comm)
    work = Investigation(without_names(A), known, limits, with_numerical_radius=numerical_radius, logs=logs)
    with contextlib.nullcontext() if logs is None else logs:
        decision = work.settle() if quick else work.measure()
    evidence = work.evidence()
    signs = evidence.signs
    log_norm = None
    weights = getattr(chain, "matrix", None)  # a protocol's chain need not have one
    if isinstance(weights, Matrix) and not weights.has_adjoint:
        unchecked += ("ln ||P||_2 of the chain was left out: it needs rmatvec, which the operator of the chain lacks.",)
    elif chain is not None and not (quick and decision.verdict is Verdict.VANISHES):
        log_norm = _norm_of(
            chain,
            {"rtol": rtol, "delta": delta, "seed": seed}
            | {"max_matvecs": max_matvecs, "max_seconds": max_seconds}
            | {"callback": SharedClock(max_seconds, callback, 1, A.peers).callback_about("chain_norm")},
        )
        decision = decide_on_trajectory(decision, chain.steps, log_norm, low, high, by_neuron=gains is not None)
    names = W if isinstance(W, Weights) else A.weights
    driving = None
    named = names is not None and names.ids is not None and names.rows is not None
    if named and gains is None and not quick and not A.peers.shared:
        driving = work.left_perron_vector(names)
    report = GradientReport(
        verdict=decision.verdict,
        reason=decision.reason,
        gain=gamma,
        activation=None if sigma is None else str(sigma),
        leak=of_neurons if leaks.differ else leaks.least,
        shape=A.shape,
        nnz=A.nnz,
        update_rank=A.update_rank,
        has_adjoint=A.has_adjoint,
        spectral_radius=evidence.spectral_radius,
        spectral_norm=evidence.spectral_norm,
        perron_radius=with_whole_vector(evidence.perron_radius, A.peers),
        conditions=paper_conditions(evidence),
        components=evidence.components,
        chain_norm=log_norm,
        scaled_norm=evidence.scaled_norm,
        worst_case_growth=evidence.worst_case_growth,
        numerical_radius=evidence.numerical_radius,
        critical_gain=critical_gain(evidence, per_unit_weight=A.whole),
        dale=None if signs is None else signs.factorizes,
        local_gains=gains is not None,
        notes=(
            *decision.notes,
            *work.notes(decision.verdict),
            *evidence.assumed_slopes(by_neuron=gains is not None),
            *(() if signs is None else signs.notes(gamma, evidence.spectral_radius, evidence.perron_radius)),
            *unchecked,
        ),
        source=None if names is None else names.origin or None,
        neurons=Neurons.of(names, driving),
        computed=Computation(
            seconds=time.perf_counter() - began,
            products=work.products + (0 if log_norm is None else log_norm.matvecs),
            threads=limits.threads or granted_threads(),
            rtol=limits.rtol,
            delta=limits.delta,
            seed=limits.seed,
            max_matvecs=limits.max_matvecs,
            max_seconds=limits.max_seconds,
            quick=bool(quick),
            out_of_time=work.out_of_time or (log_norm is not None and log_norm.out_of_time(max_seconds)),
        ),
    )
    return report if logs is None else logs.outcome(lambda: report)


def _require_no_gate(W: Any) -> None:
    """ValueError where W is one gate of a GRU or LSTM, of which no verdict about W is true."""
    stack = W.stack if isinstance(W, Matrix) else stack_behind(W)
    if stack is None:
        return
    rows, n = stack
    raise ValueError(
        f"W must be the recurrent matrix of a plain network; got a view of {n} rows of weights of shape {stack}, as of "
        f"one gate of {'a GRU' if rows == 3 * n else 'an LSTM'}, for whose gradients a verdict on W says nothing: "
        "check(model) takes the whole cell. For a plain network that shares its memory, pass a copy of W"
    )


def _norm_of(chain: MeasuredChain, options: dict[str, Any]) -> Bracket:
    """Its norm, with the options of the check where it is a chain that takes them."""
    return chain.norm(**options) if isinstance(chain, Chain) else chain.norm()


def _gain(
    activation: ActivationLike | None, gain: float | npt.ArrayLike | None, network: Network | None
) -> tuple[Activation | None, float, npt.NDArray[np.float64] | None]:
    """The activation, gamma, and gains per neuron if given (then gamma is 1: W takes them)."""
    if (activation is None) == (gain is None):
        came = "neither" if gain is None else "both"
        own = (
            "" if network is None else f" ({network.origin} has {network.unknown_activation}, which has no known gain)"
        )
        raise ValueError(f'give either activation or gain, such as activation="tanh"; got {came}{own}')
    if activation is not None:
        sigma = activation_named(activation)
        return sigma, sigma.gain, None
    if gain is not None and np.ndim(gain) > 0:
        return None, 1.0, local_gains(gain)
    gamma = real_number("gain", gain)
    if not 0.0 < gamma < math.inf:
        raise ValueError(f"gain must be finite and above 0; got {gamma!r}")
    return None, gamma, None


def _require_same_network(chain: MeasuredChain, A: Matrix, leaks: NeuronLeaks, gamma: float) -> tuple[str, ...]:
    """Notes on properties that a chain does not state; ValueError where it states those of another network."""
    if not hasattr(chain, "gain"):
        raise TypeError(
            f"chain must have a gain and a norm, as JacobianChain has; got {type(chain).__name__}: "
            "check_chain takes chains of gated cells and of matrices"
        )
    if tuple(chain.shape) != A.shape:
        raise ValueError(f"chain must be of W: expected shape {A.shape}; got {tuple(chain.shape)}")
    if chain.gain > gamma * (1.0 + 1e-6):
        raise ValueError(f"chain must obey the gain: its slopes reach {chain.gain:.7g}; the gain is {gamma:.7g}")
    own_leak, own = getattr(chain, "leak", None), getattr(chain, "matrix", None)
    if own_leak is not None and not np.array_equal(leaks_of(A, own_leak).own, leaks.own):
        wanted = "one for each neuron" if leaks.differ else repr(leaks.least)
        got = repr(own_leak) if np.ndim(own_leak) == 0 else "other leaks of neurons"
        raise ValueError(f"chain must have the leak of the check, {wanted}; got {got}")
    if getattr(chain, "linear", None) is not None:
        raise ValueError("chain must have no linear part, which this function does not know; check_chain takes it")
    if isinstance(own, Matrix) and not same_matrix(own, A):
        raise ValueError("chain must be of W: got a chain of another matrix, whose products with two vectors differ")
    named = {"leak": own_leak is not None, "W": isinstance(own, Matrix)}
    unknown = [name for name, known in named.items() if not known]
    return (f"the chain does not state its {' and '.join(unknown)}: taken to be as in the check.",) if unknown else ()
