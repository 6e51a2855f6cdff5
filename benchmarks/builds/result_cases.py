"""Named calls of everything but chains whose results two builds must share: products, brackets, scalings, verdicts."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from case_matrices import CONNECTOME, LARGE, RECTANGULAR, SQUARE, dense, matrix
from scipy import sparse

import rhochain as rc
from rhochain import cli

Call = Callable[[int], Any]
CASES: dict[str, Call] = {}
"""What to call with a number of threads, by name."""


def case(name: str) -> Callable[[Call], Call]:
    def add(call: Call) -> Call:
        assert name not in CASES, name
        CASES[name] = call
        return call

    return add


def products(name: str, threads: int, columns: tuple[int, ...], layouts: tuple[str, ...] = ("auto",)) -> Any:
    """What `Matrix` says of W, and products on both sides: the first on W as it is, later ones on layouts made then."""
    W = matrix(name)
    found: dict[str, Any] = {}
    for layout in layouts:
        A = rc.Matrix(W, threads=threads, layout=layout)
        rng = np.random.default_rng(1)
        x, y = rng.standard_normal(A.shape[1]), rng.standard_normal(A.shape[0])
        calls: dict[str, Callable[[], Any]] = {"W x": lambda A=A, x=x: A @ x}
        if name != "operator without adjoint":
            calls["W^T y"] = lambda A=A, y=y: A.T @ y
        parts = {"said": [repr(A), A.shape, A.dtype.str, A.kind, A.nnz, A.copied]}
        for turn in range(3):
            parts |= {f"{what}, {turn}": call() for what, call in calls.items()}
        if A.dtype == np.float32:
            parts["float32"] = [A @ np.float32(x), A @ np.float32(x)]
        for b in columns:
            X, Y = rng.standard_normal((A.shape[1], b)), rng.standard_normal((A.shape[0], b))
            parts[f"W X, {b}"] = [A @ X, A @ X]
            if "W^T y" in calls:
                parts[f"W^T Y, {b}"] = [A.T @ Y, A.T @ Y]
            if A.dtype == np.float32:
                parts[f"float32, {b}"] = A @ np.float32(X)
        found[layout] = parts
    return found


def quantities(name: str) -> Iterator[tuple[str, Call]]:
    """Calls of every estimator on the matrix of that name."""
    most = 150 if name in LARGE and name not in ("20k x 10", "70k x 5") else None
    if name in LARGE:
        yield "products", lambda t: products(name, t, (3, 8, 16) if name != "300k x 5" else (8,))
    else:
        yield "products", lambda t: products(name, t, (1, 2, 3, 4, 5, 7, 8, 11, 16, 21), ("auto", "csr"))
    yield "norm", lambda t: rc.spectral_norm(matrix(name), threads=t)
    if name in RECTANGULAR:
        return
    yield "radius", lambda t: rc.spectral_radius(matrix(name), threads=t, max_matvecs=most)
    yield "perron", lambda t: rc.perron_radius(matrix(name), threads=t)
    yield "components", lambda t: rc.components(matrix(name))
    if name in LARGE:
        yield "norm, wide", lambda t: rc.spectral_norm(matrix(name), upper_rtol=np.inf, threads=t)
        return
    yield "scaled", lambda t: rc.scaled_norm(matrix(name), threads=t)
    yield "check", lambda t: rc.check(matrix(name), activation="tanh", threads=t)


for _name in SQUARE | RECTANGULAR | LARGE:
    for _what, _call in quantities(_name):
        CASES[f"{_name}: {_what}"] = _call


def start(name: str) -> np.ndarray:
    return np.random.default_rng(7).standard_normal(matrix(name).shape[1])


def options(estimate: Callable[..., Any], name: str, **given: Any) -> Call:
    return lambda t: estimate(matrix(name), threads=t, **given)


for _name in ("connectome", "sparse 40", "1000 x 10", "several components", "Grcar", "dense 300", "operator"):
    CASES[f"{_name}: radius, condition"] = options(rc.spectral_radius, _name, condition=True)
    CASES[f"{_name}: radius, fine"] = options(rc.spectral_radius, _name, rtol=1e-8, seed=3)
    CASES[f"{_name}: norm, fine"] = options(rc.spectral_norm, _name, rtol=1e-9, delta=1e-3, seed=4)
    CASES[f"{_name}: norm, upper_rtol 0.1"] = options(rc.spectral_norm, _name, upper_rtol=0.1)
    CASES[f"{_name}: norm, upper_rtol inf"] = options(rc.spectral_norm, _name, upper_rtol=np.inf)
    for _what, _estimate in (("radius", rc.spectral_radius), ("norm", rc.spectral_norm), ("scaled", rc.scaled_norm)):
        CASES[f"{_name}: {_what}, 25 products"] = options(_estimate, _name, max_matvecs=25)
        CASES[f"{_name}: {_what}, start"] = lambda t, e=_estimate, n=_name: e(matrix(n), threads=t, start=start(n))
for _name in ("connectome", "1000 x 10", "nonnegative 800", "signature 900", "band, tilted"):
    CASES[f"{_name}: perron, fine"] = options(rc.perron_radius, _name, rtol=1e-10)
    CASES[f"{_name}: perron, start"] = lambda t, n=_name: rc.perron_radius(matrix(n), threads=t, start=start(n))
    CASES[f"{_name}: perron, 12 products"] = options(rc.perron_radius, _name, max_matvecs=12)
    CASES[f"{_name}: scaled, kappa 10"] = options(rc.scaled_norm, _name, max_kappa=10.0)
    CASES[f"{_name}: scaled, kappa 1"] = options(rc.scaled_norm, _name, max_kappa=1.0)
    CASES[f"{_name}: scaled, below 0.5"] = options(rc.scaled_norm, _name, threshold=0.5)
    CASES[f"{_name}: scaled, below 50"] = options(rc.scaled_norm, _name, threshold=50.0)
for _name in ("sparse 41", "several components", "dense 20", "Toeplitz", "cycle of 400"):
    CASES[f"{_name}: scaled, fine"] = options(rc.scaled_norm, _name, rtol=1e-5, seed=2)
    CASES[f"{_name}: check, quick"] = options(rc.check, _name, activation="sigmoid", quick=True)
    CASES[f"{_name}: check, linear"] = options(rc.check, _name, activation="identity", leak=0.4)
CASES["20k x 10: scaled, wide"] = options(rc.scaled_norm, "20k x 10", rtol=0.2)
CASES["20k x 10: check, quick"] = options(rc.check, "20k x 10", gain=0.3, quick=True)
CASES["20k x 10: radius, condition, 300 products"] = options(
    rc.spectral_radius, "20k x 10", condition=True, max_matvecs=300
)
CASES["200k x 5: scaled, 300 products"] = options(rc.scaled_norm, "200k x 5", max_matvecs=300)


@case("gains per neuron")
def _(threads: int) -> Any:
    gains = np.random.default_rng(8).uniform(0.0, 0.9, 1000)
    found = {n: rc.check(matrix(n), gain=gains, threads=threads) for n in ("1000 x 10", "1000 x 10, float32")}
    return found | {"operator": rc.check(matrix("operator"), gain=gains[:300], threads=threads)}


@case("check with a chain")
def _(threads: int) -> Any:
    W = matrix("sparse 41")
    slopes = np.random.default_rng(9).uniform(0.2, 1.0, (30, 41))
    found = {}
    for leak in (1.0, 0.3):
        chain = rc.JacobianChain(W, slopes, leak=leak, threads=threads)
        for scale in (1.0, 4.0):
            level = {"vanish_level": 1e-3 * scale, "explode_level": scale * 10.0}
            found[f"{leak} {scale}"] = rc.check(W, activation="tanh", chain=chain, leak=leak, threads=threads, **level)
    return found


@case("growth factors")
def _(threads: int) -> Any:
    found = {}
    for name in ("2x2 of the README", "Grcar", "connectome", "1000 x 10, float32", "operator", "1e280"):
        W = matrix(name)
        x = rc.spectral_radius(W, rtol=1e-6).vector
        found[name] = [rc.growth_factor(W, x, threads=threads)]
        found[name].append(rc.growth_factor(W, x, gain=1.7, leak=0.6, threads=threads))
    return found


for _quantity in ("spectral_radius", "spectral_norm", "perron_radius", "scaled_norm"):
    for _name in ("connectome", "dense 20, Fortran", "1000 x 10, float32", "500 x 7, CSC", "integers", "1e280"):

        @case(f"{_name}: rescaled to {_quantity}")
        def _(threads: int, name: str = _name, quantity: str = _quantity) -> Any:
            wish = {quantity: 0.9, "threads": threads}
            return [rc.rescale(matrix(name), **wish), rc.rescale(matrix(name), **wish, conservative=True)]


@case("rescaled without convergence")
def _(threads: int) -> Any:
    return rc.rescale(matrix("Grcar"), spectral_norm=1.1, max_matvecs=5, threads=threads)


@case("stopped by the callback")
def _(threads: int) -> Any:
    found = {}
    for estimate in (rc.spectral_radius, rc.spectral_norm, rc.perron_radius, rc.scaled_norm):
        for name in ("1000 x 10", "connectome", "Grcar"):
            seen: list[Any] = []

            def stop(p: rc.Progress, seen: list[Any] = seen) -> bool:
                seen.append((p.matvecs, p.lower, p.value, p.upper))
                return p.matvecs >= 30

            found[f"{estimate.__name__} {name}"] = [estimate(matrix(name), threads=threads, callback=stop), seen]
    return found


@case("interrupted in the callback")
def _(threads: int) -> Any:
    def interrupt(p: rc.Progress) -> None:
        if p.matvecs >= 20:
            raise KeyboardInterrupt

    found = {}
    for estimate in (rc.spectral_radius, rc.spectral_norm, rc.perron_radius, rc.scaled_norm):
        try:
            found[estimate.__name__] = estimate(matrix("1000 x 10"), threads=threads, callback=interrupt)
        except rc.Interrupted as stopped:
            found[estimate.__name__] = [str(stopped), stopped.bracket]
    return found


@case("complex vectors and odd layouts of vectors")
def _(threads: int) -> Any:
    rng = np.random.default_rng(11)
    found = {}
    for name in ("1000 x 10", "dense 300, Fortran", "band of 9, float32"):
        A = rc.Matrix(matrix(name), threads=threads)
        Z = rng.standard_normal((A.shape[1], 6)) + 1j * rng.standard_normal((A.shape[1], 6))
        for X in (Z, Z.real[:, ::2], np.asfortranarray(Z.real), Z.real[::-1], np.int8(9 * Z.real), np.float16(Z.real)):
            found[f"{name} {len(found)}"] = [A @ X, A @ X[:, 0], A.T @ X, A.rmatvec(X[:, 0])]
    return found


@case("bytes of layouts")
def _(threads: int) -> Any:
    """Tables of a layout have a part for each thread."""
    found = {}
    for name in ("1000 x 10", "1000 x 10, float32, int64", "band of 9", "70k x 5", "200k x 5", "band of 7, 150k"):
        for t in (1, 2):
            A = rc.Matrix(matrix(name), threads=t)
            X, held = np.ones((A.shape[1], 8)), [A.nbytes]
            for x in (X[:, 0], X[:, 0], X, X):
                A.T @ (A @ x)
                held.append(A.nbytes)
            found[f"{name}, {t}"] = held
    return found


@case("memory of layouts")
def _(threads: int) -> Any:
    W, found = matrix("70k x 5"), {}
    X = np.random.default_rng(12).standard_normal((70_000, 8))
    for memory in (0, "4MB", "9MB", "1GB"):
        A = rc.Matrix(W, threads=threads, memory=memory)
        parts = [A @ X[:, 0], A @ X[:, 0], A.T @ X[:, 0], A @ X, A @ X, A.T @ X, A.T @ X]
        found[str(memory)] = [*parts, rc.spectral_norm(A, upper_rtol=np.inf).value]
    return found


@case("activations")
def _(threads: int) -> Any:
    x = np.concatenate([np.linspace(-30, 30, 4001), [-1e300, -1e-300, -0.0, 0.0, 5e-324, 1e18, 1.7e308]])
    known = (*rc.activations(), *map(rc.activation, ("leaky_relu:0.2", "elu:2", "celu:0.5", "logistic", "swish")))
    return {str(f): [f, f.values(x), f.slopes(x)] for f in known}


@case("slopes from outputs")
def _(threads: int) -> Any:
    found: dict[str, Any] = {}
    for f in rc.activations():
        try:
            found[str(f)] = f.slopes(f.values(np.linspace(-4, 4, 501)), from_output=True)
        except ValueError as error:
            found[str(f)] = str(error)
    return found


@case("command line")
def _(threads: int) -> Any:
    found = []
    for arguments in (
        ["--activation", "tanh"],
        ["--gain", "0.005", "--json", "-"],
        ["--activation", "elu:2", "--leak", "0.1"],
    ):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = cli.main(["check", str(CONNECTOME), *arguments, "--threads", str(threads)])
        found.append([code, said.getvalue().replace(str(CONNECTOME), "FILE")])
    return found


@case("files")
def _(threads: int) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("W.npz", "W.npy")]
        sparse.save_npz(paths[0], matrix("sparse 41"))
        np.save(paths[1], dense(20, 20, np.float32))
        loaded = [rc.load(path) for path in (*paths, CONNECTOME)]
    return {str(k): [W, rc.spectral_radius(W, threads=threads)] for k, W in enumerate(loaded)}
