"""rho(W) and sigma_1(W) of a small matrix of floats, enclosed rigorously, whatever its exponents and however defective.

The entries are integers times one power of two, so the characteristic polynomial is exact (Faddeev-LeVerrier on Python
integers). m steps of Graeffe's root squaring give a monic polynomial whose roots are the 2^m-th powers, and

    max_k (|c_k| / binom(n, k))^(1/k)  <=  largest modulus of a root  <=  2 max_k |c_k|^(1/k)      (Fujiwara 1916)

encloses rho after the 2^m-th root within a factor (2 n)^(2^-m): no eigenvalue is ever computed. With h_k the product of
the k largest moduli, |c_k| <= binom(n, k) h_k and h_i h_j <= h_k^2 for i + j = 2 k, so a step turns an error of eps h_k
into at most (2^(n+1) eps + 4^n u) h_k: n + 2 bits a step, which the precision has to spare.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from math import comb

import numpy as np
from mpmath import mp, mpf, workprec

Integers = list[list[int]]
SPARE_BITS = 160
COARSE, FINE = 12, 62  # Graeffe steps: factors of 1 + 1e-3 and 1 + 1e-18


def integers(W: np.ndarray) -> tuple[Integers, int]:
    """(M, e) with W = M 2^e exactly."""
    parts = [[float(x).as_integer_ratio() for x in row] for row in np.asarray(W)]
    bits = max((q.bit_length() - 1 for row in parts for _, q in row), default=0)
    return [[p << (bits - q.bit_length() + 1) for p, q in row] for row in parts], -bits


def product(A: Integers, B: Integers) -> Integers:
    columns = list(zip(*B, strict=True))
    return [[sum(a * b for a, b in zip(row, column, strict=True) if a and b) for column in columns] for row in A]


def characteristic_polynomial(M: Integers) -> list[int]:
    """c_0 = 1, c_1, ..., c_n of det(x I - M)."""
    n = len(M)
    c, N = [1], [[0] * n for _ in range(n)]
    for k in range(1, n + 1):
        for i in range(n):
            N[i][i] += c[-1]
        N = product(M, N)
        trace = sum(N[i][i] for i in range(n))
        c.append(-trace // k)
    return c


class Enclosure:
    """(low, high) around the largest modulus of the roots of an exact polynomial, times 2^shift."""

    def __init__(self, coefficients: list[int], shift: Fraction, root: int = 1) -> None:
        while len(coefficients) > 1 and coefficients[-1] == 0:
            coefficients = coefficients[:-1]
        self._c, self._shift, self._root = coefficients, shift, root

    @property
    def zero(self) -> bool:
        return len(self._c) == 1

    @cached_property
    def coarse(self) -> tuple[mpf, mpf]:
        return self._after(COARSE)

    @cached_property
    def fine(self) -> tuple[mpf, mpf]:
        return self._after(FINE)

    def at_most(self, bound: float) -> bool:
        """Whether the truth may be at most `bound`: False is a proof that it is not."""
        if bound == np.inf or (self.zero and bound >= 0):
            return True
        return bound >= 0 and (bound >= self.coarse[1] or bound >= self.fine[0])

    def at_least(self, bound: float) -> bool:
        """Whether the truth may be at least `bound`: False is a proof that it is not."""
        if bound <= 0:
            return True
        if self.zero or bound == np.inf:
            return False
        return bound <= self.coarse[0] or bound <= self.fine[1]

    def __str__(self) -> str:
        low, high = self.fine
        return f"[{mp.nstr(low, 20)}, {mp.nstr(high, 20)}]"

    def _after(self, steps: int) -> tuple[mpf, mpf]:
        if self.zero:
            return mpf(0), mpf(0)
        n = len(self._c) - 1
        with workprec(steps * (n + 2) + 2 * n + SPARE_BITS):
            c = [mpf(x) for x in self._c]
            for _ in range(steps):
                c = _squared_roots(c)
            low = high = mpf("-inf")
            for k in range(1, n + 1):
                if c[k]:
                    log = mp.log(abs(c[k]), 2) / k
                    low = max(low, log - mp.log(comb(n, k), 2) / k)
                    high = max(high, log + 1)
            # Far above the error of the coefficients and logarithms, far below the width of the enclosure.
            slack = mpf(2) ** -100
            scale = mpf(2) ** -steps
            shift = mpf(self._shift.numerator) / self._shift.denominator
            ends = [(log * scale / self._root + shift) for log in (low, high)]
            return mpf(2) ** ends[0] * (1 - slack), mpf(2) ** ends[1] * (1 + slack)


def _squared_roots(c: list[mpf]) -> list[mpf]:
    n = len(c) - 1
    out = []
    for k in range(n + 1):
        total = c[k] * c[k]
        for i in range(1, min(k, n - k) + 1):
            term = 2 * c[k - i] * c[k + i]
            total = total - term if i % 2 else total + term
        out.append(-total if k % 2 else total)
    return out


def radius(W: np.ndarray) -> Enclosure:
    """rho(W)."""
    M, e = integers(W)
    return Enclosure(characteristic_polynomial(M), Fraction(e))


def norm(W: np.ndarray) -> Enclosure:
    """sigma_1(W)."""
    return norm_of(*integers(W))


def norm_of(M: Integers, e: int) -> Enclosure:
    """sigma_1 of M 2^e; entries 2^-200 below the largest cannot be seen in it and are cut off."""
    largest = max((abs(x).bit_length() for row in M for x in row), default=0)
    cut = max(0, largest - 200)
    M = [[(abs(x) >> cut) * (1 if x > 0 else -1) for x in row] for row in M]
    gram = product([list(column) for column in zip(*M, strict=True)], M)
    return Enclosure(characteristic_polynomial(gram), Fraction(e + cut), root=2)


def chain_norm(W: np.ndarray, slopes: np.ndarray, leak: float, convention: str) -> Enclosure:
    """sigma_1 of the exact product of J_k = (1 - a) I + a W diag(s_k), or a diag(s_k) W."""
    (M, e), (S, f), ((a_int,), g) = integers(W), integers(slopes), _row(integers(np.array([[leak]])))
    n = len(M)
    one = 1 << -g
    low = min(0, e + f)
    P: Integers = [[int(i == j) for j in range(n)] for i in range(n)]
    total = 0
    for s in S:
        J = [
            [a_int * M[i][j] * (s[j] if convention == "pre" else s[i]) << (e + f - low) for j in range(n)]
            for i in range(n)
        ]
        for i in range(n):
            J[i][i] += (one - a_int) << -low
        P = product(J, P)
        total += g + low
    return norm_of(P, total)


def _row(pair: tuple[Integers, int]) -> tuple[list[int], int]:
    return pair[0][0], pair[1]
