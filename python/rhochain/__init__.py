"""Will the gradient survive? Spectral bounds and Jacobian chains of large sparse recurrent matrices."""

from __future__ import annotations

import rhochain._core as _core
from rhochain import distributed
from rhochain.chains.covariant_vectors import CovariantVectors
from rhochain.chains.gated import GRUChain, LSTMChain
from rhochain.chains.jacobian import JacobianChain
from rhochain.chains.matrix_chain import MatrixChain
from rhochain.chains.progress import ChainProgress
from rhochain.chains.results import ChainInterrupted, ChainResult, LyapunovInterrupted, LyapunovSpectrum
from rhochain.chains.scaled_vectors import RangeWarning, ScaledVectors
from rhochain.chains.stack_chain import StackChain
from rhochain.chains.typical_growth import TypicalGrowth
from rhochain.checking.chain_checks import check_chain
from rhochain.checking.check_arrays import CheckArrays, ChecksInterrupted
from rhochain.checking.checks import check
from rhochain.checking.many_checks import check_many
from rhochain.checking.sweep_arrays import SweepArrays, SweepInterrupted
from rhochain.checking.sweeps import sweep
from rhochain.estimates.bracket_arrays import BracketArrays, ManyInterrupted
from rhochain.estimates.brackets import Bound, Bracket, Grade, Interrupted, Progress, Status
from rhochain.estimates.growth import growth_factor
from rhochain.estimates.many import spectral_norm_many, spectral_radius_many
from rhochain.estimates.numerical_range import numerical_radius
from rhochain.estimates.outer import OuterEigenvalues, outer_eigenvalues
from rhochain.estimates.rescaling import rescale
from rhochain.estimates.scaling import ScaledNorm, scaled_norm
from rhochain.estimates.spectra import Components, components, perron_radius, spectral_norm, spectral_radius
from rhochain.estimates.tracker import Tracker
from rhochain.estimates.worst_case import WorstCaseGrowth, worst_case_growth
from rhochain.files.loading import FileError
from rhochain.inputs.activations import Activation, activation, activations
from rhochain.inputs.loading import load
from rhochain.inputs.low_rank import LowRankUpdate
from rhochain.inputs.matrix import Matrix
from rhochain.reports.chain_report import ChainReport
from rhochain.reports.gradient_report import GradientReport
from rhochain.reports.hubs import Hubs
from rhochain.reports.layer_report import GateReport, LayerReport
from rhochain.reports.model_report import ModelReport
from rhochain.reports.trajectory_report import TrajectoryReport
from rhochain.runs.checkpoints import CheckpointError
from rhochain.runs.signals import Terminated, signals
from rhochain.verdicts.conclusions import Condition, Verdict
from rhochain.verdicts.critical_gain import CriticalGain
from rhochain.weights.pairs import weights_of_pairs
from rhochain.weights.weights import Counts, Weights

__version__: str = _core.build_info()["version"]

__all__ = [
    "Activation",
    "Bound",
    "Bracket",
    "BracketArrays",
    "ChainInterrupted",
    "ChainProgress",
    "ChainReport",
    "ChainResult",
    "CheckArrays",
    "CheckpointError",
    "ChecksInterrupted",
    "Components",
    "Condition",
    "Counts",
    "CovariantVectors",
    "CriticalGain",
    "FileError",
    "GRUChain",
    "GateReport",
    "Grade",
    "GradientReport",
    "Hubs",
    "Interrupted",
    "JacobianChain",
    "LSTMChain",
    "LayerReport",
    "LowRankUpdate",
    "LyapunovInterrupted",
    "LyapunovSpectrum",
    "ManyInterrupted",
    "Matrix",
    "MatrixChain",
    "ModelReport",
    "OuterEigenvalues",
    "Progress",
    "RangeWarning",
    "ScaledNorm",
    "ScaledVectors",
    "StackChain",
    "Status",
    "SweepArrays",
    "SweepInterrupted",
    "Terminated",
    "Tracker",
    "TrajectoryReport",
    "TypicalGrowth",
    "Verdict",
    "Weights",
    "WorstCaseGrowth",
    "__version__",
    "activation",
    "activations",
    "check",
    "check_chain",
    "check_many",
    "components",
    "distributed",
    "growth_factor",
    "load",
    "numerical_radius",
    "outer_eigenvalues",
    "perron_radius",
    "rescale",
    "scaled_norm",
    "signals",
    "spectral_norm",
    "spectral_norm_many",
    "spectral_radius",
    "spectral_radius_many",
    "sweep",
    "weights_of_pairs",
    "worst_case_growth",
]
