"""Named calls that rhochain refuses, with the same exception and the same words in two builds; some at the border."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from case_matrices import dense
from result_cases import CASES
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, aslinearoperator

import rhochain as rc

EYE = np.eye(3)
W = dense(7, 7)
S = np.random.default_rng(1).random((30, 7))
V = np.ones(7)
H = np.full((9, 5), 0.5)
U = dense(15, 5)
ESTIMATES = {
    "radius": rc.spectral_radius,
    "norm": rc.spectral_norm,
    "perron": rc.perron_radius,
    "scaled": rc.scaled_norm,
}


def csr(indptr: Any = (0, 1, 2, 3), indices: Any = (0, 1, 2), data: Any = (1.0, 2.0, 3.0), dtype: Any = None) -> Any:
    """A 3 x 3 CSR array whose parts are replaced behind SciPy's back."""
    made = sparse.csr_array(EYE)
    made.indptr, made.indices, made.data = (np.asarray(part) for part in (indptr, indices, data))
    if dtype is not None:
        made.indptr, made.indices = made.indptr.astype(dtype), made.indices.astype(dtype)
    return made


def gives(result: Any) -> LinearOperator:
    """An operator whose products are always this."""
    return LinearOperator((3, 3), matvec=lambda x: result, rmatvec=lambda x: result, dtype=np.float64)


def spoilt(rows: np.ndarray, value: float, row: int = 6, column: int = 1) -> np.ndarray:
    rows = rows.copy()
    rows[row, column] = value
    return rows


def raising(_: Any) -> None:
    raise LookupError("from the callback")


MATRICES: dict[str, Any] = {
    "NaN": np.array([[np.nan, 0.0], [0.0, 1.0]]),
    "Inf, Fortran": np.asfortranarray([[1.0, np.inf], [0.0, 1.0]]),
    "float32 NaN": np.full((2, 2), np.nan, dtype=np.float32),
    "sparse NaN": csr(data=[1.0, np.nan, 1.0]),
    "sparse Inf": csr(data=[1.0, -np.inf, 1.0], dtype=np.int64),
    "sum beyond range": csr(indptr=[0, 2, 2, 2], indices=[1, 1], data=[1.7e308, 1.7e308]),
    "empty": np.zeros((0, 0)),
    "no columns": np.zeros((3, 0)),
    "sparse empty": sparse.csr_matrix((0, 0)),
    "vector": np.ones(3),
    "three dimensions": np.ones((2, 2, 2)),
    "complex": EYE * 1j,
    "long double": EYE.astype(np.longdouble),
    "text": "W.npz",
    "nothing": None,
    "masked": np.ma.masked_array(EYE, EYE == 0),
    "indptr falls": csr(indptr=[0, 2, 1, 3]),
    "indptr starts late": csr(indptr=[1, 1, 2, 3]),
    "indptr ends late": csr(indptr=[0, 1, 2, 9]),
    "indptr short": csr(indptr=[0, 1, 3]),
    "index too large": csr(indices=[0, 1, 3], dtype=np.int64),
    "index negative": csr(indices=[0, -1, 2]),
    "data long": csr(data=np.ones(4)),
    "columns short": csr(indices=[0, 1]),
    "operator of one dimension": type("Products", (), {"shape": (3,), "matvec": lambda self, x: x})(),
}
CALLS: dict[str, Callable[[], Any]] = {
    **{f"not square, {name}": (lambda e=e: e(np.ones((2, 3)))) for name, e in ESTIMATES.items() if name != "norm"},
    "not square, components": lambda: rc.components(np.ones((2, 3))),
    "not square, check": lambda: rc.check(np.ones((2, 3)), gain=1.0),
    "operator, perron": lambda: rc.perron_radius(aslinearoperator(EYE)),
    "operator, components": lambda: rc.components(aslinearoperator(EYE)),
    "operator gives NaN": lambda: rc.spectral_norm(gives(np.full(3, np.nan))),
    "operator gives complex numbers": lambda: rc.spectral_norm(gives(1j * np.ones(3))),
    "operator gives no adjoint": lambda: rc.spectral_norm(
        LinearOperator((3, 3), matvec=lambda x: W[:3, :3] @ x, rmatvec=lambda x: W[3:6, :3] @ x, dtype=float)
    ),
    "product of another length": lambda: rc.Matrix(EYE) @ np.ones(4),
    "layout": lambda: rc.Matrix(EYE, layout="csc"),
    "memory": lambda: rc.Matrix(EYE, memory="much"),
    "callback raises": lambda: rc.spectral_norm(W, callback=raising),
    "upper_rtol": lambda: rc.spectral_norm(EYE, upper_rtol=-0.1),
    "max_kappa": lambda: rc.scaled_norm(EYE, max_kappa=0.5),
    "threshold": lambda: rc.scaled_norm(EYE, threshold=0.0),
    "burn_in": lambda: rc.scaled_norm(EYE).burn_in(-1.0),
    "growth of zero": lambda: rc.growth_factor(EYE, np.zeros(3)),
    "growth of NaN": lambda: rc.growth_factor(EYE, [1.0, np.nan, 0.0]),
    "growth, length": lambda: rc.growth_factor(EYE, np.ones(4)),
    "rescale two": lambda: rc.rescale(EYE, spectral_radius=1.0, spectral_norm=1.0),
    "rescale zero": lambda: rc.rescale(np.zeros((3, 3)), spectral_radius=1.0),
    "rescale beyond range": lambda: (
        rc.rescale(EYE, spectral_radius=1e308) and rc.rescale(1e-300 * EYE, spectral_norm=1e300)
    ),
    "activation unknown": lambda: rc.check(EYE, activation="tanhh"),
    "activation unbounded": lambda: rc.activation("exp"),
    "activation parameter": lambda: rc.activation("tanh:2"),
    "celu parameter": lambda: rc.activation("celu:-1"),
    "output beyond range": lambda: rc.activation("tanh").slopes([0.0, 1.5], from_output=True),
    "slopes of NaN": lambda: rc.activation("tanh").slopes([0.0, np.nan]),
    "gain and activation": lambda: rc.check(EYE, activation="tanh", gain=1.0),
    "gain negative": lambda: rc.check(EYE, gain=-1.0),
    "gains of another length": lambda: rc.check(EYE, gain=[1.0, 2.0]),
    "leak of a check": lambda: rc.check(EYE, gain=1.0, leak=-0.5),
    "levels": lambda: rc.check(EYE, gain=1.0, vanish_level=2.0, explode_level=1.0),
    "chain of another matrix": lambda: rc.check(W, gain=1.0, chain=rc.JacobianChain(2.0 * W, S)),
    "chain beyond the gain": lambda: rc.check(W, gain=0.1, chain=rc.JacobianChain(W, S)),
    "gated chain in a check": lambda: rc.check(np.eye(5), gain=1.0, chain=gru()),
    "check_chain of a matrix": lambda: rc.check_chain(EYE),
    "slopes, width": lambda: rc.JacobianChain(W, S[:, :-1]),
    "slopes, one row": lambda: rc.JacobianChain(W, S[0]),
    "slopes, complex": lambda: rc.JacobianChain(W, S + 1j),
    "chain, W not square": lambda: rc.JacobianChain(W[:-1], S),
    "chain, convention": lambda: rc.JacobianChain(W, S, convention="mid"),
    "chain, leak negative": lambda: rc.JacobianChain(W, S, leak=-0.1),
    "chain, leak above 1": lambda: rc.JacobianChain(W, S, leak=1.5),
    "chain, slope NaN": lambda: rc.JacobianChain(W, spoilt(S, np.nan)).jvp(V),
    "chain, slope Inf": lambda: rc.JacobianChain(W, spoilt(S, np.inf)).vjp(V),
    "chain, float32 slope Inf, norm": lambda: rc.JacobianChain(W, np.float32(spoilt(S, np.inf))).norm(),
    "chain, slope NaN, gain": lambda: rc.JacobianChain(W, spoilt(S, np.nan, 17, 3)).gain,
    "chain, slope NaN, exponents": lambda: rc.JacobianChain(W, spoilt(S, np.nan, 17, 3)).lyapunov(2),
    "chain, slope NaN, covariant": lambda: rc.JacobianChain(W, spoilt(S, np.nan, 17, 3)).covariant_vectors(2),
    "chain, beyond range": lambda: rc.JacobianChain(1e300 * W, 1e300 * S).vjp(V),
    "vector, length": lambda: rc.JacobianChain(W, S).vjp(V[:-1]),
    "vector, no columns": lambda: rc.JacobianChain(W, S).vjp(np.ones((7, 0))),
    "vector, NaN": lambda: rc.JacobianChain(W, S).jvp(V * np.nan),
    "record_every": lambda: rc.JacobianChain(W, S).jvp(V, record_every=0),
    "operator without adjoint, vjp": lambda: rc.JacobianChain(LinearOperator((7, 7), matvec=lambda x: W @ x), S).vjp(V),
    "envelope": lambda: rc.JacobianChain(W, S).envelope(-1.0),
    "typical": lambda: rc.JacobianChain(W, S).typical(4, [1.5]),
    "states, output unknown": lambda: rc.JacobianChain.from_states(W, S, "gelu", "post"),
    "states, output beyond range": lambda: rc.JacobianChain.from_states(W, S + 2, "tanh", "post").vjp(V),
    "states, Inf": lambda: rc.JacobianChain.from_states(W, S * np.inf, "relu").vjp(V),
    "states, too few": lambda: rc.JacobianChain.from_states(W, S[:0], "tanh", "post", 0.5),
    "norm, rtol": lambda: rc.JacobianChain(W, S).norm(rtol=2),
    "exponents, k": lambda: rc.JacobianChain(W, S).lyapunov(8),
    "exponents, discard": lambda: rc.JacobianChain(W, S).lyapunov(2, discard=30),
    "exponents, atol": lambda: rc.JacobianChain(W, S).lyapunov(2, atol=0.0),
    "covariant, at": lambda: rc.JacobianChain(W, S).covariant_vectors(2, 31),
    "covariant, until": lambda: rc.JacobianChain(W, S).covariant_vectors(2, 5, until=4),
    "checkpoint, no folder": lambda: rc.JacobianChain(W, S).vjp(V, checkpoint="/nowhere/at/all/run.ckpt"),
    "gates, width": lambda: gru(r=H[:, :4]),
    "gates, number": lambda: gru(q=H[:-1]),
    "gates, NaN": lambda: gru(h=spoilt(H, np.nan)).jvp(np.ones(5)),
    "gates, beyond range": lambda: gru(z=spoilt(H, 1.01)).vjp(np.ones(5)),
    "gates, weights": lambda: rc.GRUChain.from_gates(U[:-1], h=H, r=H, z=H, n=H, q=H),
    "gates, made": lambda: rc.LSTMChain(),
    "LSTM vector": lambda: rc.LSTMChain.from_rollout(dense(20, 5), np.zeros((4, 20))).jvp(np.ones(5)),
    "cell inputs, width": lambda: rc.GRUChain.from_rollout(U, np.zeros((4, 14))),
    "cell inputs, NaN": lambda: rc.GRUChain.from_rollout(U, spoilt(np.zeros((9, 15)), np.nan)),
    "cell state, NaN": lambda: rc.GRUChain.from_rollout(U, np.zeros((4, 15)), h0=np.full(5, np.nan)),
    "cell weights of inputs": lambda: rc.GRUChain.from_rollout(U, np.zeros((4, 2)), W_in=np.ones((3, 2))),
    "cell beyond range": lambda: rc.GRUChain.from_rollout(
        np.full((15, 5), 1e308), np.zeros((4, 15)), h0=np.full(5, 2.0)
    ),
    "cell, memory": lambda: rc.GRUChain.from_rollout(U, np.zeros((20, 15)), memory=100),
}
for _name, _estimate in ESTIMATES.items():
    CALLS |= {
        f"{_name}, {what}": lambda e=_estimate, options=options: e(EYE, **options)
        for what, options in {
            "rtol 0": {"rtol": 0.0},
            "rtol NaN": {"rtol": np.nan},
            "delta 1": {"delta": 1.0},
            "seed": {"seed": -1},
            "threads 0": {"threads": 0},
            "max_matvecs 0": {"max_matvecs": 0},
            "max_seconds": {"max_seconds": -1.0},
            "start zero": {"start": np.zeros(3)},
            "start short": {"start": np.ones(2)},
            "callback": {"callback": 3},
            "start NaN": {"start": [1.0, np.nan, 1.0]},
        }.items()
    }
ROLLOUTS: dict[str, dict[str, Any]] = {
    "x0, length": {"x0": np.zeros(6)},
    "x0, NaN": {"x0": V * np.nan},
    "steps": {"steps": None},
    "inputs, number": {"inputs": np.zeros((9, 7))},
    "inputs, NaN": {"inputs": spoilt(np.zeros((10, 7)), np.nan)},
    "input weights alone": {"input_weights": np.zeros((7, 2))},
    "bias, length": {"bias": np.zeros(2)},
    "bias, Inf": {"bias": V * np.inf},
    "noise": {"noise": -1.0},
    "noise, Inf": {"noise": np.inf},
    "seed": {"seed": -1},
    "memory": {"memory": 7 * 7 * 8},
    "activation": {"activation": "step"},
    "leak": {"leak": -0.5},
    "beyond range": {"activation": "identity", "bias": V * 1.7e308},
}
CALLS |= {f"rollout, {name}": lambda given=given: rolled(**given) for name, given in ROLLOUTS.items()}


def gru(**changed: Any) -> Any:
    return rc.GRUChain.from_gates(U, **(dict.fromkeys("hrznq", H) | changed))


def rolled(**given: Any) -> Any:
    options = {"x0": V, "steps": 10} | given
    return rc.JacobianChain.from_rollout(W, options.pop("x0"), **options).vjp(V)


CALLS |= {f"matrix, {name}": lambda given=given: rc.Matrix(given) for name, given in MATRICES.items()}
CASES.update({f"refused: {name}": lambda threads, call=call: call() for name, call in CALLS.items()})
