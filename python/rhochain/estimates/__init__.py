"""Quantities of one matrix, each between two graded bounds. Imports `runs`.

- `bracket_arrays`: the brackets of many matrices as arrays.
- `brackets`: `Bracket`, `Bound` and `Grade`, what every estimator returns.
- `burn_in`: how long gradients may grow before a certified decay shows.
- `comparisons`: comparisons with 1 that rounding cannot turn round.
- `frames`: columns as a pandas DataFrame.
- `growth`: how far powers of a Jacobian must grow, from one approximate eigenvector.
- `leaky_gain`: rho((1 - a) I + a g W) at one factor g after another, and where it crosses a value.
- `leaky_rescaling`: the factor that gives a leaky network a wanted spectral radius.
- `left_perron_vector`: the vector of the neurons that drive the others.
- `limits`: `Limits`, the arguments that every estimator shares.
- `linear_gain`: the factors on W below which a leaky linear network vanishes, above which it explodes.
- `many`: rho(W) and sigma_1(W) of many matrices in one call.
- `numerical_range`: the numerical radius w(W).
- `oriented_vectors`: the vector of a bracket, where it is known to be one of W.
- `outer`: the k eigenvalues of largest modulus.
- `rescaling`: a matrix multiplied so that one of its quantities has a given value.
- `run_logs`: the logs of estimates in a file, from which a killed call goes on.
- `scaled_brackets`: the bracket of a quantity of g W from that of W.
- `scaling`: mu_D(W), the least 2-norm over diagonal scalings.
- `shared_clock`: a budget of seconds and a callback, shared by several quantities.
- `signs`: neurons that excite or inhibit all their targets.
- `spectra`: rho(W), sigma_1(W), rho(|W|) and the strongly connected components.
- `tracker`: bounds of sigma_1(W) and rho(|W|) that follow a W from step to step.
- `worst_case`: R(W), the growth under the worst slopes of an activation.
"""
