"""Draws docs/envelope.png: the gradient along a trajectory beside the bounds that hold for every input.

Needs matplotlib: pip install 'rhochain[plot]'.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import rhochain as rc

here = Path(__file__).parent
W = rc.load(here / "data" / "celegans_chemical.mtx")
W = W * (0.95 / rc.perron_radius(W).upper.value)
sigma, perron = rc.spectral_norm(W), rc.perron_radius(W)

steps = 200
rng = np.random.default_rng(0)
states = np.zeros((steps, W.shape[0]))
for k in range(steps - 1):
    states[k + 1] = W @ np.tanh(states[k]) + 0.3 * rng.standard_normal(W.shape[0])
chain = rc.JacobianChain.from_states(W, states, activation="tanh")
gradients = chain.vjp(rng.standard_normal((W.shape[0], 8)))

k = np.arange(steps + 1)
figure, axes = plt.subplots(figsize=(8, 4.2), constrained_layout=True)
axes.plot(
    k, chain.envelope(sigma).paper / np.log(10), color="#b2182b", label=r"eq. 7: $(\gamma\,\sigma_1)^k$, every input"
)
axes.plot(
    k,
    k * np.log10(perron.upper.value),
    color="#2166ac",
    label=r"$(\gamma\,\rho(|W|))^k$, every input, up to $\kappa(D)$",
)
measured = (gradients.log_norms - gradients.log_norms[0]) / np.log(10)
axes.plot(k, measured, color="0.6", lw=0.8)
axes.plot(k, measured.mean(axis=1), color="k", label="measured: 8 gradients through one trajectory")
axes.set(xlabel="steps back in time", ylabel=r"$\log_{10}$ of the gradient's norm", ylim=(-30, 65))
axes.set_title("C. elegans connectome (473 cells), scaled to $\\rho(|W|) = 0.95$, tanh", fontsize=10)
axes.axhline(0, color="0.85", lw=0.8, zorder=0)
axes.legend(frameon=False, fontsize=9)
figure.savefig(here.parent / "docs" / "envelope.png", dpi=130)
