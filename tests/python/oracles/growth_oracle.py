"""What the tests of R(W) and w(W) compare with: an enumeration for small n, dense algebra, products in NumPy.

R(W) = sup over cycles of rho(J(s_p) .. J(s_1))^(1/p), J(s) = (1 - a) I + a W diag(s), lo <= s <= hi,
or diag(1 - a) + diag(a) W diag(s) with a leak for each neuron. J is affine in s,
so that the vertices s in {lo, hi}^n suffice for the supremum over all lengths.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


def jacobians(W: Matrix, lo: float = 0.0, hi: float = 1.0, leak: float | Matrix = 1.0) -> Matrix:
    """One Jacobian for each vertex of the slopes, shape (2^n, n, n)."""
    slopes = np.array(list(itertools.product((lo, hi), repeat=len(W))))
    a = np.broadcast_to(leak, len(W))
    return np.diag(1 - a) + a[:, None] * W * slopes[:, None, :]


def radii(products: Matrix) -> Matrix:
    return np.abs(np.linalg.eigvals(products)).max(axis=-1)


def best_cycle(W: Matrix, p: int, **model: Any) -> float:
    """The largest rate of a cycle of p vertices: 2^(n p) products."""
    J = products = jacobians(W, **model)
    for _ in range(p - 1):
        products = (J[:, None] @ products[None]).reshape(-1, *W.shape)
    return float(radii(products).max() ** (1 / p))


def adapted_norm(J: Matrix, rounds: int = 600) -> Matrix:
    """T that makes the largest ||T J T^-1||_2 small: descent on its logarithm over T <- (I - step G) T."""
    n = J.shape[-1]
    T, best, kept = np.eye(n), np.inf, np.eye(n)
    for t in range(rounds):
        U, sigma, Vt = np.linalg.svd(T @ J @ np.linalg.inv(T))
        top = sigma[:, 0].max()
        if top < best:
            best, kept = top, T.copy()
        weight = np.exp((5 + t / 5) * (sigma[:, 0] / top - 1))
        u, v = U[:, :, 0], Vt[:, 0, :]
        G = np.einsum("k,ki,kj->ij", weight, u, u) - np.einsum("k,ki,kj->ij", weight, v, v)
        T = T - 0.3 / np.sqrt(1 + t) * G @ T / weight.sum()
        T /= np.linalg.norm(T, 2)
    return kept


def enclose_growth(
    W: Matrix, accuracy: float = 0.01, most_products: int = 100_000, depth: int = 40, **model: Any
) -> tuple[float, float]:
    """(lower, upper) with lower <= R(W) <= upper, up to rounding.

    Gripenberg (1996): a product P_k .. P_1 is dropped once min over j <= k of ||P_j .. P_1||^(1/j) is at most the best
    rate + delta. When none is left, R <= best + delta. Any norm will do; an adapted one keeps the search short.
    """
    J = jacobians(W, **model)
    T = adapted_norm(J)
    J = T @ J @ np.linalg.inv(T)
    bound = np.linalg.norm(J, 2, axis=(1, 2))
    upper, lower = float(bound.max()), float(radii(J).max())
    delta = accuracy * upper
    products = J
    for k in range(1, depth + 1):
        keep = bound > lower + delta
        if not keep.any():
            return lower, min(upper, lower + delta)
        products, bound = products[keep], bound[keep]
        upper = min(upper, max(lower + delta, float(bound.max())))
        if len(products) * len(J) > most_products:
            break
        grown = (J[None] @ products[:, None]).reshape(-1, *W.shape)
        norms = np.linalg.norm(grown, 2, axis=(1, 2)) ** (1 / (k + 1))
        bound = np.minimum(np.repeat(bound, len(J)), norms)
        lower = max(lower, float(radii(grown).max() ** (1 / (k + 1))))
        products = grown
    return lower, upper


def numerical_radius_on_grid(W: Matrix, angles: int = 720) -> tuple[float, float]:
    """(lower, upper) of w(W) from lambda_max((e^{it} W + e^{-it} W^T) / 2) at evenly spaced t."""
    t = np.arange(angles)[:, None, None] * np.pi / angles
    H = (np.exp(1j * t) * W + np.exp(-1j * t) * W.T) / 2
    values = np.linalg.eigvalsh(H)
    low = float(np.maximum(values[:, -1], -values[:, 0]).max())
    return low, low / np.cos(np.pi / (2 * angles))


def apply_jacobian(W: Any, slopes: Matrix, x: Matrix, leak: float | Matrix = 1.0) -> Matrix:
    return (1 - leak) * x + leak * (W @ (slopes * x))


def simulated_rate(W: Any, cycle: Matrix, leak: float | Matrix = 1.0, steps: int = 400, seed: int = 0) -> float:
    """The growth a step of J(s_p) .. J(s_1) applied again and again to a random vector, its first half left out.

    `cycle`: slopes of shape (p, n), row 0 acts first.
    """
    x = np.random.default_rng(seed).standard_normal(cycle.shape[1])
    rounds = max(2, steps // len(cycle))
    log = 0.0
    for turn in range(rounds):
        for slopes in cycle:
            x = apply_jacobian(W, slopes, x, leak)
            norm = float(np.linalg.norm(x))
            x /= norm
            log += np.log(norm) if turn >= rounds // 2 else 0.0
    return float(np.exp(log / ((rounds - rounds // 2) * len(cycle))))
