"""Will the gradient survive? Spectral bounds and Jacobian chains of large sparse recurrent matrices."""

from __future__ import annotations

from rhochain import _core
from rhochain.activations import Activation, activation, activations
from rhochain.chain_checkpoints import CheckpointError
from rhochain.chain_checks import ChainReport, check_chain
from rhochain.chain_results import ChainInterrupted, ChainProgress, ChainResult
from rhochain.chains import JacobianChain
from rhochain.checks import check
from rhochain.conclusions import Condition, Verdict
from rhochain.covariant_vectors import CovariantVectors
from rhochain.critical_gain import CriticalGain
from rhochain.estimates import Bound, Bracket, Grade, Interrupted, Progress, Status
from rhochain.gated import GRUChain, LSTMChain
from rhochain.growth import growth_factor
from rhochain.io import FileError, load
from rhochain.low_rank import LowRankUpdate
from rhochain.lyapunov import LyapunovInterrupted, LyapunovSpectrum
from rhochain.matrix import Matrix
from rhochain.numerical_range import numerical_radius
from rhochain.report import GradientReport
from rhochain.rescaling import rescale
from rhochain.scaling import ScaledNorm, scaled_norm
from rhochain.spectra import Components, components, perron_radius, spectral_norm, spectral_radius
from rhochain.typical_growth import TypicalGrowth
from rhochain.worst_case import WorstCaseGrowth, worst_case_growth

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
    "Progress",
    "ScaledNorm",
    "Status",
    "TypicalGrowth",
    "Verdict",
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
    "perron_radius",
    "rescale",
    "scaled_norm",
    "spectral_norm",
    "spectral_radius",
    "worst_case_growth",
]
