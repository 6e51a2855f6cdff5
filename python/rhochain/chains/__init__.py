"""Products of Jacobians along a trajectory. Imports `inputs` and `estimates`.

- `chain`: `Chain`, what chains of every cell offer.
- `covariant_vectors`: covariant Lyapunov vectors.
- `envelope`: the bound of eq. 7 on the norm of a product.
- `gated`: `GRUChain` and `LSTMChain`.
- `gated_chain`: what chains of both gated cells share.
- `gated_replay`: gates computed again from kept states.
- `gated_runs`: runs of GRU and LSTM cells in the core.
- `jacobian`: `JacobianChain`.
- `layer_runs`: the chain, gates and outputs of one recurrent layer along one sequence.
- `lyapunov`: the run that finds Lyapunov exponents.
- `matrix_chain`: `MatrixChain`, the product of matrices that the caller has.
- `module_layers`: what `from_torch` of a chain takes.
- `norm`: ln ||P||_2 as a bracket.
- `passes`: one pass of vectors through P or its transpose.
- `product`: P as the core holds it, and what a checkpoint compares of it.
- `progress`: what a callback hears of a run.
- `results`: `ChainResult` and `LyapunovSpectrum`, what a run returns.
- `rollouts`: trajectories that the core computes.
- `scaled_vectors`: vectors as mantissa and exponent, an array to NumPy.
- `stack_chain`: `StackChain`, of the states of stacked layers together.
- `typical_growth`: what a chain does to random directions.
"""
