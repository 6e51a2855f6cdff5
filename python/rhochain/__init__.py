"""Will the gradient survive? Spectral bounds and Jacobian chains of large sparse recurrent matrices."""

from __future__ import annotations

import rhochain._core as _core
from rhochain.chains.covariant_vectors import CovariantVectors
from rhochain.chains.gated import GRUChain, LSTMChain
from rhochain.chains.jacobian import JacobianChain
from rhochain.chains.matrix_chain import MatrixChain
from rhochain.chains.progress import ChainProgress
from rhochain.chains.results import ChainInterrupted, ChainResult, LyapunovInterrupted, LyapunovSpectrum
from rhochain.chains.scaled_vectors import RangeWarning, ScaledVectors
from rhochain.chains.typical_growth import TypicalGrowth
from rhochain.checking.chain_checks import check_chain
from rhochain.checking.checks import check
from rhochain.estimates.brackets import Bound, Bracket, Grade, Interrupted, Progress, Status
from rhochain.estimates.growth import growth_factor
from rhochain.estimates.numerical_range import numerical_radius
from rhochain.estimates.outer import OuterEigenvalues, outer_eigenvalues
from rhochain.estimates.rescaling import rescale
from rhochain.estimates.scaling import ScaledNorm, scaled_norm
from rhochain.estimates.spectra import Components, components, perron_radius, spectral_norm, spectral_radius
from rhochain.estimates.tracker import Tracker
from rhochain.estimates.worst_case import WorstCaseGrowth, worst_case_growth
from rhochain.files.loading import FileError, load
from rhochain.inputs.activations import Activation, activation, activations
from rhochain.inputs.low_rank import LowRankUpdate
from rhochain.inputs.matrix import Matrix
from rhochain.reports.chain_report import ChainReport
from rhochain.reports.gradient_report import GradientReport
from rhochain.runs.checkpoints import CheckpointError
from rhochain.runs.signals import Terminated, signals
from rhochain.verdicts.conclusions import Condition, Verdict
from rhochain.verdicts.critical_gain import CriticalGain
from rhochain.weights.weights import Weights

__version__: str = _core.build_info()["version"]

__all__ = [
    "Activation",
    "Bound",
    "Bracket",
    "ChainInterrupted",
    "ChainProgress",
    "ChainReport",
    "ChainResult",
    "CheckpointError",
    "Components",
    "Condition",
    "CovariantVectors",
    "CriticalGain",
    "FileError",
    "GRUChain",
    "Grade",
    "GradientReport",
    "Interrupted",
    "JacobianChain",
    "LSTMChain",
    "LowRankUpdate",
    "LyapunovInterrupted",
    "LyapunovSpectrum",
    "Matrix",
    "MatrixChain",
    "OuterEigenvalues",
    "Progress",
    "RangeWarning",
    "ScaledNorm",
    "ScaledVectors",
    "Status",
    "Terminated",
    "Tracker",
    "TypicalGrowth",
    "Verdict",
    "Weights",
    "WorstCaseGrowth",
    "__version__",
    "activation",
    "activations",
    "check",
    "check_chain",
    "components",
    "growth_factor",
    "load",
    "numerical_radius",
    "outer_eigenvalues",
    "perron_radius",
    "rescale",
    "scaled_norm",
    "signals",
    "spectral_norm",
    "spectral_radius",
    "worst_case_growth",
]
