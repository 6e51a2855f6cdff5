"""Checks of a matrix and of a chain: evidence, verdict and report together. Imports everything but the command line.

- `chain_checks`: `check_chain`, of the Jacobians of one trajectory.
- `check_arrays`: the checks of many matrices as arrays.
- `checks`: `check`, of W for all inputs.
- `many_checks`: `check_many`, `check` of many matrices.
- `sweep_arrays`: the rows of a sweep as arrays.
- `sweeps`: `sweep`, verdicts over a grid of spectral radii, leaks and gains.
"""
