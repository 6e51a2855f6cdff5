"""Small matrices chosen to break bounds: every structure the library treats apart, with entries of every magnitude."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import hypothesis.strategies as st
import numpy as np
from scipy import sparse

LARGEST = float(np.finfo(np.float64).max)
SIZES = (1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8, 12)
MODERATE = (2.0**-100, 2.0**100)


class Hostile(NamedTuple):
    """A matrix, the form in which the library gets it, and the seed of the call."""

    W: np.ndarray
    form: str
    seed: int

    def given(self) -> object:
        if self.form == "C":
            return np.ascontiguousarray(self.W)
        if self.form == "F":
            return np.asfortranarray(self.W)
        rows, columns = np.nonzero(np.ones_like(self.W) if self.form == "stored zeros" else self.W)
        S = sparse.csr_array((self.W[rows, columns], (rows, columns)), shape=self.W.shape)
        index = np.int64 if self.form == "int64" else np.int32
        S.indices, S.indptr = S.indices.astype(index), S.indptr.astype(index)
        return S


Law = Callable[[np.random.Generator, int], np.ndarray]
EDGES = [0.0, -0.0, 5e-324, -5e-324, 1e-310, 2.0**-1022, 1e-300, -1e300, LARGEST, -LARGEST, 1.0, -2.0]


def small(rng: np.random.Generator, k: int) -> np.ndarray:
    return rng.integers(-4, 5, k).astype(float)


def tame(rng: np.random.Generator, k: int) -> np.ndarray:
    return rng.uniform(-4, 4, k)


def powers(rng: np.random.Generator, k: int) -> np.ndarray:
    return rng.choice([-1.0, 1.0], k) * 2.0 ** rng.integers(-1000, 1001, k)


def wild(rng: np.random.Generator, k: int) -> np.ndarray:
    return rng.uniform(-10, 10, k) * 10.0 ** rng.integers(-300, 300, k)


def edges(rng: np.random.Generator, k: int) -> np.ndarray:
    return rng.choice(EDGES, k)


def mixed(rng: np.random.Generator, k: int) -> np.ndarray:
    return np.choose(rng.integers(0, 4, k), [law(rng, k) for law in (small, powers, wild, edges)])


def positive(rng: np.random.Generator, k: int) -> np.ndarray:
    return np.abs(np.choose(rng.integers(0, 2, k), [tame(rng, k), wild(rng, k)]))


LAWS: dict[str, Law] = {law.__name__: law for law in (small, tame, powers, wild, edges, mixed, positive)}
anything = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-3, 3).map(float))


@st.composite
def hostile(draw: st.DrawFn, most: int = 12, moderate: bool = False) -> Hostile:
    """A law of entries and a structure; one in four times hypothesis chooses the entries themselves."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.sampled_from([n for n in SIZES if n <= most]))
    law = LAWS[draw(st.sampled_from(sorted(LAWS)))]
    structure = STRUCTURES[draw(st.sampled_from(sorted(STRUCTURES)))]
    chosen = draw(st.lists(anything, min_size=n * n, max_size=n * n)) if draw(st.integers(0, 3)) == 0 else None
    with np.errstate(all="ignore"):
        W = np.reshape(law(rng, n * n) if chosen is None else chosen, (n, n))
        W = structure(thinned(W, rng) if n > 8 else W, rng)
        dtype = draw(st.sampled_from([np.float64, np.float64, np.float32]))
        top = np.finfo(dtype).max
        W = np.clip(np.nan_to_num(W, nan=0.0), -top, top).astype(dtype)
        if moderate:
            W = np.sign(W) * np.clip(np.abs(W), *MODERATE)
    form = draw(st.sampled_from(["C", "F", "int32", "int64", "stored zeros"]))
    return Hostile(W, form, draw(st.integers(0, 2**32 - 1)))


def thinned(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(W.shape) < rng.uniform(0.1, 0.7), W, 0.0)


def acyclic(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    order = rng.permutation(len(W))
    return np.triu(W, 1)[np.ix_(order, order)]


def cycle(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    n = len(W)
    order = rng.permutation(n)
    out = np.zeros_like(W)
    out[order, np.roll(order, 1)] = W[0]
    if rng.random() < 0.5:
        out[rng.integers(n), rng.integers(n)] += W[-1, -1]
    return out


def components(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Up to three blocks of different scales, coupled in the order of a DAG by entries of yet another scale."""
    n = len(W)
    label = np.sort(np.minimum(rng.integers(0, 3, n), rng.integers(0, 3, n)))
    scale = np.where(
        label[:, None] == label, 2.0 ** rng.choice([0, 0, 0, -700, 700], 3)[label], 2.0 ** rng.choice(SHIFTS)
    )
    order = rng.permutation(n)
    return np.where(label[:, None] <= label, scale * W, 0.0)[np.ix_(order, order)]


def rank_one(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.outer(W[:, 0], W[0])


def signed_permutation(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    n = len(W)
    out = np.zeros_like(W)
    out[np.arange(n), rng.permutation(n)] = W[0] if rng.random() < 0.5 else rng.choice([-1.0, 1.0], n)
    return out


def disguised(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """S (c I + N) S^-1 with unimodular integers S: defective, in a basis that hides it."""
    n = len(W)
    S, inverse = np.eye(n), np.eye(n)
    for _ in range(n):
        i, j = rng.integers(0, n, 2)
        if i != j:
            k = float(rng.integers(-2, 3))
            S[i] += k * S[j]
            inverse[:, j] -= k * inverse[:, i]
    scale = W[0, 0] if np.abs(W[0, 0]) < 1e200 else 1.0
    return scale * (S @ (rng.choice([0.0, 0.0, 1.0]) * np.eye(n) + np.eye(n, k=1)) @ inverse)


def nearly_reducible(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    out = components(W, rng)
    out[rng.integers(len(W)), rng.integers(len(W))] = 10.0 ** rng.choice([-300, -100, -17, -8])
    return out


def badly_scaled(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    d = 2.0 ** rng.integers(-300, 300, len(W))
    return (d[:, None] * W) / d


SHIFTS = [0, 0, -900, -300, 300, 600, 900]
STRUCTURES = {
    "full": lambda W, rng: W,
    "thinned": thinned,
    "acyclic": acyclic,
    "cycle": cycle,
    "components": components,
    "rank one": rank_one,
    "signed permutation": signed_permutation,
    "disguised": disguised,
    "nearly reducible": nearly_reducible,
    "badly scaled": badly_scaled,
}


class HostileChain(NamedTuple):
    case: Hostile
    slopes: np.ndarray
    leak: float
    convention: str


@st.composite
def hostile_chains(draw: st.DrawFn, moderate: bool = False) -> HostileChain:
    case = draw(hostile(most=4, moderate=moderate))
    steps = draw(st.sampled_from([1, 1, 2, 3, 4, 8, 25]))
    n = len(case.W)
    law = LAWS[draw(st.sampled_from(["small", "tame", "mixed"]))]
    rng = np.random.default_rng(case.seed)
    # Slopes of 1e300 beside such weights leave the range within one step, which is refused by name.
    slopes = np.clip(law(rng, steps * n).reshape(steps, n), -1e5, 1e5)
    if moderate:
        slopes = np.sign(slopes) * np.clip(np.abs(slopes), *MODERATE)
    leak = draw(st.sampled_from([1.0, 1.0, 0.5, 0.1, 1e-3, 1e-12]))
    return HostileChain(case, slopes, leak, draw(st.sampled_from(["pre", "post"])))
