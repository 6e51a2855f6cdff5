"""What callers give: a matrix, rows of a trajectory, an activation, resources. Imports `objects`.

- `activations`: the table of activations and their gains.
- `arguments`: checks of the numbers and vectors among the arguments.
- `arrays`: types of arrays.
- `bad_entries`: an entry that is NaN or Inf, named by its place.
- `batches`: many matrices, from a list, a generator or a three-dimensional array.
- `coercion`: arrays, sparse matrices, tensors and operators as operators of the core.
- `input_reach`: which neurons the inputs of a network reach.
- `leaks`: the leak of a leaky integrator, checked.
- `loading`: `load`, W of a file or an object.
- `local_gains`: a gain for each neuron, as a factor on the columns of W.
- `low_rank`: `LowRankUpdate`, W + U V by its products.
- `matrix`: `Matrix`, what every function of the package works on.
- `network_arguments`: what a reservoir's node brings beside W, against what the caller gives.
- `operator_products`: products of operators that callers wrote.
- `orientation`: which side of an entry receives, asked for where it counts.
- `peers`: the processes that share W, and what they decide together.
- `resources`: numbers of threads and amounts of memory.
- `rows`: rows of slopes or states, from arrays, files or functions.
- `side_by_side`: a call for each of many matrices, in threads.
- `sparse_copies`: a dense array whose entries are mostly 0, as CSR.
"""
