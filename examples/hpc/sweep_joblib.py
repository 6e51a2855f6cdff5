"""A sweep over seeds on the cores of one machine, each matrix in a worker with one thread: pip install joblib."""

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse

import rhochain as rc


def radius(seed, n=2000, degree=10):
    """rho(W) of one random matrix, between its bounds."""
    rng = np.random.default_rng(seed)
    W = sparse.random_array((n, n), density=degree / n, rng=rng, data_sampler=rng.standard_normal, format="csr")
    found = rc.spectral_radius(W / np.sqrt(degree), threads=1)
    return seed, found.lower.value, found.value, found.upper.value


if __name__ == "__main__":
    for seed, lower, value, upper in Parallel(n_jobs=2)(delayed(radius)(seed) for seed in range(8)):
        print(f"seed {seed}: {lower:.4f} <= {value:.4f} <= {upper:.4f}")
