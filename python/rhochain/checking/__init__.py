"""Checks of a matrix and of a chain: evidence, verdict and report together. Imports everything but the command line.

- `chain_checks`: `check_chain`, of the Jacobians of one trajectory.
- `checks`: `check`, of W for all inputs.
- `gated_checks`: a check of one layer of gated cells.
- `layer_trajectories`: chains of a model's layers and of its stack along given sequences.
- `model_checks`: a check of every recurrent layer of a model.
- `same_matrices`: whether two matrices are the same, as far as products tell.
- `signatures`: types in the signatures of `check`.
- `trajectory_verdicts`: the report of a layer with what happened along given sequences.
"""
