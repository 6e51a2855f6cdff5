"""Named calls of gated chains and of checkpoints whose results two builds must share: GRU, LSTM, runs carried on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from case_matrices import dense, operator, scaled
from chain_cases import Rows, slopes, vectors, walks, weights
from result_cases import CASES, case
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

import rhochain as rc

CHAINS = {"gru": rc.GRUChain, "lstm": rc.LSTMChain}
GATES = {"gru": "hrznq", "lstm": "ifgoc"}
BLOCKS = {"gru": 3, "lstm": 4}


def stacked(cell: str, n: int, degree: int, dtype: Any = np.float64) -> sparse.csr_array:
    parts = [(1.0 + 0.1 * k) * scaled(n, degree + k) for k in range(BLOCKS[cell])]
    return sparse.vstack(parts, format="csr").astype(dtype)


def gates(cell: str, n: int, steps: int, dtype: Any = np.float64) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(n + steps)
    return {name: rng.random((steps + (name == "c"), n)).astype(dtype) for name in GATES[cell]}


def measures(chain: Any, columns: tuple[int, ...] = (1, 3, 8)) -> dict[str, Any]:
    found = walks(chain, columns) | {"norm": chain.norm(rtol=0.05, max_matvecs=3000), "verdict": rc.check_chain(chain)}
    found |= {"lyapunov": [chain.lyapunov(k) for k in (1, min(5, chain.shape[0]))], "typical": chain.typical(7)}
    return found | {"covariant": chain.covariant_vectors(min(2, chain.shape[0]))}


U_KINDS: dict[str, Callable[[str], Any]] = {
    "sparse": lambda cell: stacked(cell, 300, 5),
    "sparse float32": lambda cell: stacked(cell, 300, 5, np.float32),
    "dense": lambda cell: dense(BLOCKS[cell] * 40, 40),
    "dense float32, Fortran": lambda cell: dense(BLOCKS[cell] * 40, 40, np.float32, "F"),
    "one unit": lambda cell: dense(BLOCKS[cell], 1),
    "no weights": lambda cell: np.zeros((BLOCKS[cell] * 6, 6)),
}
for _cell in CHAINS:
    for _kind in U_KINDS:

        @case(f"{_cell}, recorded gates, {_kind}")
        def _(threads: int, cell: str = _cell, kind: str = _kind) -> Any:
            U = U_KINDS[kind](cell)
            dtype = np.float32 if "32" in kind else np.float64
            return measures(CHAINS[cell].from_gates(U, **gates(cell, U.shape[1], 60, dtype), threads=threads))

        @case(f"{_cell}, rollout, {_kind}")
        def _(threads: int, cell: str = _cell, kind: str = _kind) -> Any:
            U = U_KINDS[kind](cell)
            rows, n = U.shape
            state = {"h0": np.cos(np.arange(n))} | ({"c0": np.sin(np.arange(n))} if cell == "lstm" else {})
            found = {}
            for name, options in {
                "by gates": {"inputs": vectors(50 * rows, 2)[:, 0].reshape(50, rows)},
                "W_in": {"inputs": vectors(50, 4), "W_in": dense(rows, 4), "bias": 0.1 * vectors(rows, 2)[:, 1]},
                "sparse W_in": {
                    "inputs": Rows(np.float32(vectors(50, 3))),
                    "W_in": sparse.csr_array(np.round(dense(rows, 3), 1)),
                    "input_bias": 0.2 * vectors(rows, 2)[:, 0],
                },
            }.items():
                chain = CHAINS[cell].from_rollout(U, **options, **state, threads=threads)
                found[name] = measures(chain, (1, 3)) | {"record": chain.record, "final": chain.final_state}
            return found

    @case(f"{_cell}, rollout replayed")
    def _(threads: int, cell: str = _cell) -> Any:
        U, n = stacked(cell, 200, 4), 200
        inputs = np.random.default_rng(4).standard_normal((400, U.shape[0]))
        found = {}
        for memory in (140 * 8 * n, 200 * 8 * n, 500 * 8 * n, "2GiB"):
            chain = CHAINS[cell].from_rollout(U, inputs, memory=memory, threads=threads)
            found[str(memory)] = walks(chain, (1, 3)) | {"lyapunov": chain.lyapunov(3), "final": chain.final_state}
        return found

    @case(f"{_cell}, gates in a data set")
    def _(threads: int, cell: str = _cell) -> Any:
        rows = {name: Rows(x) for name, x in gates(cell, 300, 90).items()}
        return measures(CHAINS[cell].from_gates(stacked(cell, 300, 5), **rows, memory=400_000, threads=threads))

    @case(f"{_cell}, n = 140,000")
    def _(threads: int, cell: str = _cell) -> Any:
        U, n = stacked(cell, 140_000, 2), 140_000
        chain = CHAINS[cell].from_gates(U, **gates(cell, n, 3), threads=threads)
        run = CHAINS[cell].from_rollout(U, vectors(3, 2), W_in=dense(U.shape[0], 2), threads=threads)
        return [walks(chain, (1, 3)), chain.lyapunov(2, discard=0), run.final_state, walks(run, (1,))]

    @case(f"{_cell}, operators")
    def _(threads: int, cell: str = _cell) -> Any:
        U = stacked(cell, 100, 4)
        both = {"matvec": lambda x: U @ x, "rmatvec": lambda y: U.T @ y}
        whole = CHAINS[cell].from_gates(
            LinearOperator(U.shape, **both, dtype=float), **gates(cell, 100, 30), threads=threads
        )
        half = LinearOperator(U.shape, matvec=both["matvec"], dtype=float)
        half = CHAINS[cell].from_gates(half, **gates(cell, 100, 30), threads=threads)
        return [measures(whole, (1, 3)), walks(half, (1, 3), forward_only=True)]


for _kind in ("GRU on its own", "vanishing", "exploding", "undecided", "operator"):

    @case(f"check_chain, {_kind}")
    def _(threads: int, kind: str = _kind) -> Any:
        gain = {"vanishing": 0.3, "exploding": 3.0}.get(kind, 1.0)
        if kind == "GRU on its own":
            chain = rc.GRUChain.from_gates(stacked("gru", 100, 4), **gates("gru", 100, 200), threads=threads)
        elif kind == "operator":
            chain = rc.JacobianChain(operator(300, adjoint=True), slopes(300, 50), threads=threads)
        else:
            chain = rc.JacobianChain(weights(300, 8, gain), slopes(300, 40, 0.8), threads=threads)
        found = [rc.check_chain(chain), rc.check_chain(chain, vanish_level=1e-12, explode_level=1e9, rtol=0.1)]
        return [*found, rc.check_chain(chain, max_matvecs=60)]


def chain_of(kind: str, threads: int, late: int = -1) -> Any:
    """A chain; with `late` one that reads a row at a time and waits for that row."""
    n, steps = 120, 90
    options: dict[str, Any] = {"threads": threads} | ({} if late < 0 else {"memory": 1})

    def rows(x: np.ndarray) -> Any:
        return x if late < 0 else Rows(x, late)

    if kind == "slopes":
        # Norms fall below 2^-64 and are rescaled.
        return rc.JacobianChain(weights(n, 8), rows(1e-9 * slopes(n, steps)), "post", 0.99, **options)
    if kind == "rollout":
        inputs = rows(vectors(steps * n, 1).reshape(steps, n))
        memory = {"memory": 16 * 8 * n}
        return rc.JacobianChain.from_rollout(weights(n, 8), np.zeros(n), inputs=inputs, **options | memory)
    given = gates(kind, n, steps)
    given["z" if kind == "gru" else "f"] = rows(given["z" if kind == "gru" else "f"])
    return CHAINS[kind].from_gates(stacked(kind, n, 4), **given, **options)


MEASURES: dict[str, Callable[..., Any]] = {
    "jvp": lambda chain, **options: chain.jvp(vectors(chain.shape[0], 3), record_every=7, **options),
    "vjp": lambda chain, **options: chain.vjp(vectors(chain.shape[0], 1), **options),
    "lyapunov": lambda chain, **options: chain.lyapunov(4, **options),
    "norm": lambda chain, **options: chain.norm(rtol=0.01, **options),
}
LATE = {"jvp": 40, "vjp": 50, "lyapunov": 40}
"""The row that comes late."""
DONE = {"jvp": 41, "vjp": 40, "lyapunov": 41, "slopes, vjp": 39}
"""Steps done when the callback is asked after it."""


def refusal(call: Callable[[], Any], folder: str) -> str:
    try:
        return f"taken: {call()!r}"
    except (ValueError, OSError) as error:
        return f"{type(error).__name__}: {error}".replace(folder, "FOLDER")


for _kind in ("slopes", "rollout", "gru", "lstm"):
    for _what in MEASURES:

        @case(f"checkpoint, {_kind}, {_what}")
        def _(threads: int, kind: str = _kind, what: str = _what) -> Any:
            """A run unbroken, stopped, carried on with the other number of threads, called again; files it refuses."""
            measure = MEASURES[what]
            found = {"unbroken": measure(chain_of(kind, threads))}
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "run.ckpt"
                kept = {"checkpoint": path, "checkpoint_seconds": 1e9}
                if what == "norm":
                    stopped = measure(chain_of(kind, threads), max_matvecs=400, **kept)
                else:
                    # When the callback is asked in a run that computes its states first depends on the time.
                    least = 20 if kind == "rollout" else DONE.get(f"{kind}, {what}", DONE[what])
                    begun = chain_of(kind, threads, LATE[what])
                    stopped = measure(begun, callback=lambda p: p.done >= least, **kept)
                if what == "norm" or kind != "rollout":
                    found |= {"stopped": stopped, "file": path.read_bytes()}
                found["resumed"] = measure(chain_of(kind, 3 - threads), **kept)
                found["file at the end"] = path.read_bytes()
                found["again"] = measure(chain_of(kind, threads), **kept)
                other = chain_of("gru" if kind == "slopes" else "slopes", threads)
                refusals = [refusal(lambda: measure(other, **kept), folder)]
                path.write_bytes(path.read_bytes()[:-5])
                refusals.append(refusal(lambda: measure(chain_of(kind, threads), **kept), folder))
                refusals.append(refusal(lambda: measure(chain_of(kind, threads), checkpoint=folder), folder))
            return found | {"refusals": refusals}


for _kind in ("slopes", "gru"):
    CASES[f"checkpoint after every step, {_kind}"] = lambda t, kind=_kind: in_file(
        lambda path: chain_of(kind, t).vjp(vectors(120, 2), checkpoint=path, checkpoint_seconds=0.0, record_every=13)
    )


def in_file(run: Callable[[str], Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.ckpt"
        return [run(str(path)), path.read_bytes(), [p.name for p in Path(folder).iterdir()]]
