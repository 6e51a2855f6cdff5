"""Products of Jacobians along a trajectory. Imports `inputs` and `estimates`.

- `checkpoints`: the state of a run in a file, from which a killed run goes on.
- `covariant_vectors`: covariant Lyapunov vectors.
- `envelope`: the bound of eq. 7 on the norm of a product.
- `gated`: `GRUChain` and `LSTMChain`.
- `gated_products`: what chains of gated cells share.
- `gated_replay`: gates computed again from kept states.
- `gated_runs`: runs of GRU and LSTM cells in the core.
- `identity`: digests that tell one chain from another.
- `jacobian`: `JacobianChain`.
- `lyapunov`: `LyapunovSpectrum`, exponents with error bars.
- `measures`: gain and envelope of a chain with slopes.
- `norm`: ln ||P||_2 as a bracket.
- `products`: products with a chain and its transpose.
- `results`: `ChainResult`, vectors in mantissa and exponent, and its progress.
- `rollouts`: trajectories that the core computes.
- `typical_growth`: what a chain does to random directions.
"""
