"""Draws docs/gains.png: at which gain gradients vanish and explode, by four certificates and a witness.

Needs matplotlib: pip install 'rhochain[plot]'.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy import sparse

import rhochain as rc

here = Path(__file__).parent


def random_network(n: int, degree: int):
    rng = np.random.default_rng(0)
    W = sparse.random_array((n, n), density=degree / n, rng=rng, data_sampler=rng.standard_normal, format="csr")
    return W / np.sqrt(degree)


def connectome_with_inhibition(share: float):
    W = rc.load(here / "data" / "celegans_chemical.mtx")
    inhibitory = np.random.default_rng(5).random(W.shape[0]) < share
    return sparse.csr_array(W @ sparse.diags_array(np.where(inhibitory, -1.0, 1.0)))


networks = {
    "random, n = 1000,\n10 inputs each": random_network(1000, 10),
    "C. elegans,\n30 % inhibitory": connectome_with_inhibition(0.3),
    "[[0, 10],\n[-0.012, 1.1]]": np.array([[0.0, 10.0], [-0.012, 1.1]]),
}
certificates = {
    r"$\sigma_1$, eq. 6 of the paper": ("o", lambda W: rc.spectral_norm(W).upper.value),
    r"$\rho(|W|)$": ("s", lambda W: rc.perron_radius(W).upper.value),
    r"$\mu_D$, least norm of a scaled W": ("D", lambda W: rc.scaled_norm(W).upper.value),
}

figure, axes = plt.subplots(figsize=(8.5, 3.8), constrained_layout=True)
low, high = 0.08, 1.6
for row, W in enumerate(networks.values()):
    unit = rc.spectral_radius(W).value  # gains in units of 1 / rho(W)
    growth = rc.worst_case_growth(W, "tanh")
    below, above = (unit * gain.value for gain in (growth.vanishes_below, growth.explodes_above))
    axes.barh(row, below - low, 0.5, left=low, color="#cfe3d4", zorder=0)
    axes.barh(row, high - above, 0.5, left=above, color="#f2cfc9", zorder=0)
    for name, (marker, bound) in certificates.items():
        label = name if row == 0 else None
        axes.plot(max(unit / bound(W), low), row, marker, color="#1d5c30", markersize=7, label=label)
    axes.plot(
        below, row, ">", color="#1d5c30", markersize=10, label="numerical radius of $DWD^{-1}$" if row == 0 else None
    )
    axes.plot(
        above, row, "<", color="#b03a2e", markersize=10, label="witness: slopes that explode" if row == 0 else None
    )
axes.axvline(1.0, color="0.4", lw=1, ls="--", label=r"$\gamma\,\rho(W) = 1$")
axes.set(xscale="log", xlim=(low, high), ylim=(2.6, -0.6), xlabel=r"gain, in units of $1 / \rho(W)$ (tanh)")
axes.set_yticks(range(len(networks)), list(networks))
axes.set_xticks([0.1, 0.2, 0.5, 1.0], ["0.1", "0.2", "0.5", "1"])
axes.tick_params(axis="x", which="minor", labelbottom=False)
axes.set_title(
    "green: every gradient vanishes, whatever the inputs;  red: gradients explode under some slopes", fontsize=10
)
figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
figure.savefig(here.parent / "docs" / "gains.png", dpi=130)
