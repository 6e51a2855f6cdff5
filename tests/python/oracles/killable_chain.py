"""Runs a chain with a checkpoint after every step on a slow disk, to be killed on the way; saves the result."""

import os
import time

import numpy as np
from scipy import sparse

import rhochain as rc

N, K = 300, 120


def chain_of(kind, threads):
    rng = np.random.default_rng(3)
    W = sparse.random_array((N, N), density=0.05, rng=rng, format="csr")
    # Exponents move: norms fall below 2^-64 and are rescaled.
    slopes = 1e-9 * rng.standard_normal((K, N))
    if kind == "slopes":
        return rc.JacobianChain(W, slopes=slopes, leak=0.99, convention="post", threads=threads)
    if kind == "rollout":  # memory for 16 vectors
        inputs = rng.standard_normal((K, N))
        return rc.JacobianChain.from_rollout(W, np.zeros(N), inputs=inputs, memory=16 * 8 * N, threads=threads)
    U = sparse.vstack([W, W, W], format="csr")
    gates = {name: 0.5 * rng.random((K, N)) for name in "rznq"}
    return rc.GRUChain.from_gates(U, h=slopes, **gates, threads=threads)


def start_of(columns):
    shape = (N,) if columns == 0 else (N, columns)
    return np.random.default_rng(4).standard_normal(shape) * 1e3


def spectrum_fields(spectrum):
    return {name: np.asarray(getattr(spectrum, name)) for name in spectrum.__dataclass_fields__}


def slow_down_the_disk():
    fsync = os.fsync

    def slow(descriptor):
        time.sleep(0.003)
        fsync(descriptor)

    os.fsync = slow


def run(kind, direction, columns, threads, checkpoint, result):
    """What a process does."""
    slow_down_the_disk()
    chain = chain_of(kind, threads)
    if direction == "lyapunov":
        spectrum = chain.lyapunov(columns, checkpoint=checkpoint, checkpoint_seconds=0)
        np.savez(result, **spectrum_fields(spectrum))
        return
    r = getattr(chain, direction)(start_of(columns), record_every=7, checkpoint=checkpoint, checkpoint_seconds=0)
    np.savez(result, m=r.vectors[0], e=r.vectors[1], log_norms=r.log_norms, recorded=r.recorded)
