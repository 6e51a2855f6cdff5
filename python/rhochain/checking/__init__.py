"""Checks of a matrix and of a chain: evidence, verdict and report together. Imports everything but the command line.

- `chain_checks`: `check_chain`, of the Jacobians of one trajectory.
- `checks`: `check`, of W for all inputs.
"""
