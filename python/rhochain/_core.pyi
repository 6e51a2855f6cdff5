from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

_Result = TypeVar("_Result")
_Float64: TypeAlias = npt.NDArray[np.float64]
_Real: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.float64]
_Index: TypeAlias = npt.NDArray[np.int32] | npt.NDArray[np.int64]
_Grade: TypeAlias = Literal["PROVED", "PROBABLE", "ESTIMATE"]
_Status: TypeAlias = Literal["converged", "bracketed", "budget_spent"]

class Operator:
    @property
    def rows(self) -> int: ...
    @property
    def cols(self) -> int: ...
    @property
    def own_rows(self) -> int: ...
    @property
    def own_cols(self) -> int: ...
    @property
    def nbytes(self) -> int: ...
    @property
    def spare_bytes(self) -> int: ...
    def apply(self, x: _Real, threads: int) -> _Real: ...
    def apply_adjoint(self, y: _Real, threads: int) -> _Real: ...

class SparseOperator(Operator):
    def __init__(self, rows: int, cols: int, indptr: _Index, indices: _Index, data: _Real, memory: int) -> None: ...
    @property
    def nnz(self) -> int: ...
    @property
    def dtype(self) -> np.dtype[np.float32] | np.dtype[np.float64]: ...
    @property
    def index_dtype(self) -> np.dtype[np.int32] | np.dtype[np.int64]: ...
    @property
    def copied(self) -> bool: ...

class DenseOperator(Operator):
    def __init__(self, a: _Real) -> None: ...

class LowRankOperator(Operator):
    def __init__(self, W: Operator, U: _Float64, V_transposed: _Float64) -> None: ...

class CallbackOperator(Operator):
    def __init__(
        self,
        rows: int,
        cols: int,
        matmat: Callable[[_Float64], _Float64],
        rmatmat: Callable[[_Float64], _Float64] | None,
    ) -> None: ...

class Ranks:
    def __init__(self, *, comm: Any, word: object) -> None: ...
    @property
    def comm(self) -> Any: ...
    def run(self, compute: Callable[[], _Result]) -> _Result: ...
    def call(self, function: Callable[..., _Result], /, *args: Any, **kwargs: Any) -> _Result: ...

class SlicedOperator(Operator):
    def __init__(
        self,
        ranks: Ranks,
        row_lengths: Sequence[int],
        col_lengths: Sequence[int],
        rows: tuple[_Index, _Index, _Real],
        columns: tuple[_Index, _Index, _Real],
        *,
        threads: int,
        memory: int,
        gathered_memory: int,
    ) -> None: ...
    @property
    def nnz(self) -> int: ...
    @property
    def dtype(self) -> np.dtype[np.float32] | np.dtype[np.float64]: ...

class SlicedCallback(Operator):
    def __init__(
        self,
        ranks: Ranks,
        row_lengths: Sequence[int],
        col_lengths: Sequence[int],
        matmat: Callable[[_Float64], _Float64],
        rmatmat: Callable[[_Float64], _Float64] | None,
        *,
        threads: int,
    ) -> None: ...

def piece_rows(n: int) -> int: ...
def sparse_copy(a: _Real, *, memory: int, always: bool) -> tuple[_Index, _Index, _Real] | None: ...

class RawBound:
    @property
    def value(self) -> float: ...
    @property
    def grade(self) -> _Grade: ...
    @property
    def delta(self) -> float | None: ...
    @property
    def source(self) -> str: ...

class RawProgress:
    @property
    def matvecs(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def lower(self) -> float: ...
    @property
    def value(self) -> float: ...
    @property
    def upper(self) -> float: ...

class RawBracket:
    @property
    def value(self) -> float: ...
    @property
    def lower(self) -> RawBound: ...
    @property
    def upper(self) -> RawBound: ...
    @property
    def graded_lower(self) -> RawBound: ...
    @property
    def graded_upper(self) -> RawBound: ...
    @property
    def status(self) -> _Status: ...
    @property
    def residual(self) -> float: ...
    @property
    def condition(self) -> float: ...
    @property
    def runner_up(self) -> float: ...
    @property
    def matvecs(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def history(self) -> list[RawProgress]: ...
    @property
    def vector(self) -> _Float64 | npt.NDArray[np.complex128] | None: ...
    @property
    def no_vector(self) -> str: ...
    @property
    def eigenvalue(self) -> complex: ...
    @property
    def interrupted(self) -> bool: ...

_Stage = tuple[bool, int, npt.NDArray[np.int64], _Float64]

class RunLog:
    def __init__(
        self, *, resume: list[_Stage], save_seconds: float, save: Callable[[list[_Stage]], bool] | None
    ) -> None: ...

class Limits:
    def __init__(
        self,
        *,
        rtol: float,
        delta: float,
        seed: int,
        threads: int,
        max_matvecs: int | None,
        max_seconds: float | None,
        callback: Callable[[RawProgress], object] | None,
        start: _Float64 | None,
        log: RunLog | None = None,
    ) -> None: ...

def spectral_radius(A: Operator, limits: Limits, *, condition: bool, upper_rtol: float, proved: bool) -> RawBracket: ...
def leaky_radius(A: Operator, limits: Limits, *, leak: _Float64, gain: float) -> RawBracket: ...
def perron_radius(A: Operator, limits: Limits) -> RawBracket: ...
def perron_radius_of_whole(A: Operator, limits: Limits) -> RawBracket: ...
def distance_above(a: _Real, b: _Real) -> float: ...
def norm_from_vector(A: Operator, v: _Float64, threads: int) -> tuple[RawBound, _Float64]: ...
def spectral_norm(A: Operator, limits: Limits, *, upper_rtol: float) -> RawBracket: ...
def scaled_norm(
    A: Operator, limits: Limits, *, max_kappa: float, threshold: float
) -> tuple[RawBracket, _Float64, RawBound]: ...

_Matrices: TypeAlias = list[Operator | _Real | tuple[int, int, _Index, _Index, _Real] | None]

def spectral_radius_many(
    matrices: _Matrices,
    limits: Limits,
    *,
    memory: int,
    vectors: bool,
    condition: bool,
    upper_rtol: float,
    proved: bool,
    leak: _Float64 | None,
) -> tuple[dict[str, Any], bool]: ...
def spectral_norm_many(
    matrices: _Matrices, limits: Limits, *, memory: int, vectors: bool, upper_rtol: float
) -> tuple[dict[str, Any], bool]: ...
def numerical_radius(A: Operator, limits: Limits) -> RawBracket: ...
def worst_case_growth(
    A: Operator, limits: Limits, *, lo: float, hi: float, leak: _Float64
) -> tuple[RawBracket, npt.NDArray[np.bool_], RawBound, RawBound]: ...
def outer_eigenvalues(
    A: Operator, limits: Limits, k: int
) -> tuple[RawBracket, RawBound, list[tuple[complex, float, bool, float, float]]]: ...
def eigenpair(A: Operator, x: npt.NDArray[np.complex128], threads: int) -> tuple[complex, RawBound]: ...
def norm_bounds(A: Operator, threads: int) -> dict[str, float]: ...
def components(A: Operator) -> tuple[npt.NDArray[np.int64], int, int, int]: ...
def signs(A: Operator) -> tuple[bool, npt.NDArray[np.int64], npt.NDArray[np.int64]]: ...
def activations() -> list[tuple[str, float, bool]]: ...
def activation_gain(name: str, parameter: float | None) -> float: ...
def activation_slope_range(name: str, parameter: float | None) -> tuple[float, float]: ...
def activation_slopes(name: str, parameter: float | None, states: _Float64, from_output: bool) -> _Float64: ...
def activation_values(name: str, parameter: float | None, x: _Float64) -> _Float64: ...
def build_info() -> dict[str, str]: ...

class RawLyapunov:
    @property
    def exponents(self) -> _Float64: ...
    @property
    def errors(self) -> _Float64: ...
    @property
    def history_steps(self) -> npt.NDArray[np.int64]: ...
    @property
    def history(self) -> _Float64: ...
    @property
    def done(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def discard(self) -> int: ...
    @property
    def batches(self) -> int: ...
    @property
    def factorizations(self) -> int: ...
    @property
    def cancellation(self) -> float: ...
    @property
    def entropy_rate(self) -> float: ...
    @property
    def entropy_error(self) -> float: ...
    @property
    def kaplan_yorke_dimension(self) -> float: ...
    @property
    def interrupted(self) -> bool: ...

_Int64: TypeAlias = npt.NDArray[np.int64]
_ChainProduct: TypeAlias = tuple[_Float64, _Int64, _Int64, _Float64, bool]
_ChainState: TypeAlias = tuple[int, _Float64, _Int64, _Float64, _Float64]
_Save: TypeAlias = Callable[[int, _Float64, _Int64, _Float64, _Float64], bool]

class ChainSlopes: ...

class GivenRows(ChainSlopes):
    def __init__(
        self,
        rows: _Real | Callable[[int, int, _Float64], None],
        count: int,
        width: int,
        columns: tuple[int, int],
        block_bytes: int,
        activation: str | None,
        parameter: float | None,
    ) -> None: ...

class Rollout(ChainSlopes):
    def __init__(
        self,
        *,
        start: _Float64,
        steps: int,
        inputs: _Real | Callable[[int, int, _Float64], None] | None,
        input_width: int,
        input_columns: tuple[int, int],
        input_weights: Operator | None,
        bias: _Float64,
        noise: float,
        seed: int,
        activation: str,
        parameter: float | None,
        memory: int,
    ) -> None: ...

class _Chain:
    @property
    def steps(self) -> int: ...
    def jvp(
        self,
        x: _Float64,
        *,
        threads: int,
        callback: Callable[[int, int, float], bool] | None,
        every: int,
        resume: _ChainState | None,
        save: _Save | None,
        save_seconds: float,
    ) -> _ChainProduct: ...
    def vjp(
        self,
        x: _Float64,
        *,
        threads: int,
        callback: Callable[[int, int, float], bool] | None,
        every: int,
        resume: _ChainState | None,
        save: _Save | None,
        save_seconds: float,
    ) -> _ChainProduct: ...
    def lyapunov(
        self,
        k: int,
        *,
        seed: int,
        discard: int | None,
        atol: float,
        threads: int,
        callback: Callable[[int, int, float], bool] | None,
        resume: _ChainState | None,
        save: _Save | None,
        save_seconds: float,
    ) -> RawLyapunov: ...
    def covariant_vectors(
        self,
        k: int,
        *,
        at: int,
        until: int,
        seed: int,
        threads: int,
        callback: Callable[[int, int, float], bool] | None,
    ) -> tuple[_Float64, _Float64, _Float64, int, int, int, bool]: ...
    def norm(
        self, limits: Limits, *, resume: _ChainState | None, save: _Save | None, save_seconds: float
    ) -> RawBracket: ...

class JacobianChain(_Chain):
    def __init__(
        self,
        W: Operator,
        slopes: ChainSlopes,
        convention: str,
        leak: _Float64,
        linear: Operator | None,
        linear_weight: float | None,
    ) -> None: ...
    def largest_slopes(self, threads: int) -> tuple[_Float64, bool]: ...

class MatrixChain(_Chain):
    def __init__(self, matrices: Sequence[Operator]) -> None: ...

_Rows: TypeAlias = tuple[_Real | Callable[[int, int, _Float64], None], int]

class GatedChain(_Chain):
    def __init__(self, U: Operator, cell: str, rows: Sequence[_Rows], block_bytes: int) -> None: ...

class StackChain(_Chain):
    def __init__(
        self,
        cell: str,
        weights: Sequence[Operator],
        rows: Sequence[Sequence[_Rows]],
        units: int,
        block_bytes: int,
    ) -> None: ...

def gated_rollout(
    cell: str,
    U: Operator,
    bias: _Float64,
    W_in: Operator | None,
    inputs: _Rows,
    width: int,
    input_bias: _Float64,
    h0: _Float64,
    c0: _Float64,
    begin: int,
    end: int,
    threads: int,
) -> tuple[list[_Float64], _Float64, bool]: ...
