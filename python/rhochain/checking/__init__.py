"""Checks of a matrix and of a chain: evidence, verdict and report together. Imports everything but the command line.

- `chain_checks`: `check_chain`, of the Jacobians of one trajectory.
- `check_arrays`: the checks of many matrices as arrays.
- `checks`: `check`, of W for all inputs.
- `gated_checks`: a check of one layer of gated cells.
- `layer_trajectories`: chains of a model's layers and of its stack along given sequences.
- `many_checks`: `check_many`, `check` of many matrices.
- `model_checks`: a check of every recurrent layer of a model.
- `same_matrices`: whether two matrices are the same, as far as products tell.
- `signatures`: types in the signatures of `check`.
- `sweep_arrays`: the rows of a sweep as arrays.
- `sweeps`: `sweep`, verdicts over a grid of spectral radii, leaks and gains.
- `trajectory_verdicts`: the report of a layer with what happened along given sequences.
"""
