"""From a matrix to a verdict, and along a trajectory: run `python examples/quickstart.py` in the repository."""

from pathlib import Path

import numpy as np

import rhochain as rc

W = rc.load(Path(__file__).parent / "data" / "celegans_chemical.mtx")

# For every input: what do rho, sigma_1 and rho(|W|) prove?
print(rc.check(W, activation="tanh"))

# Scaled so that sigma_1 = 0.95 < 1/gamma, the paper's sufficient condition holds.
sigma = rc.spectral_norm(W)
W = W * (0.95 / sigma.upper.value)
print(rc.check(W, activation="tanh"))

# Along one trajectory: x_{k+1} = W tanh(x_k) + noise, 400 steps, and a gradient sent back through them.
rng = np.random.default_rng(0)
states = np.zeros((400, W.shape[0]))
for k in range(399):
    states[k + 1] = W @ np.tanh(states[k]) + 0.1 * rng.standard_normal(W.shape[0])
chain = rc.JacobianChain.from_states(W, states, activation="tanh")
gradient = chain.vjp(rng.standard_normal(W.shape[0]))
print(f"the gradient halves every {gradient.half_life:.2f} steps")
print(f"ln ||P||_2 for the whole product: {chain.norm()}")
