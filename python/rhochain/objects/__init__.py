"""What callers hold in place of a matrix: paths, graphs, tables, modules, nodes, functions. Imports `files`.

- `arrays`: arrays of JAX, CuPy, PyTorch on a GPU and others, in main memory.
- `frames`: square tables of pandas, polars, pyarrow and xarray, by their labels.
- `functions`: names of the activation functions of other libraries.
- `gate_slices`: one gate's rows of the weights of a GRU or LSTM, recognised.
- `graphs`: networkx, igraph and graph-tool.
- `jax_layers`: recurrent cells of Equinox and Flax.
- `matrices`: W of any such object.
- `model_files`: recurrent layers of a state dict in a file.
- `models`: the recurrent layers of a model, whatever holds its weights.
- `networks`: `Network`, W with the activation, leak and orientation that an object brings.
- `recurrent_layers`: `RecurrentLayer`, the weights of one layer and direction; `Layers`, all that a model has.
- `refusals`: what to give in place of an object that is no matrix.
- `reservoirs`: nodes of ReservoirPy and PyRCN.
- `state_dicts`: recurrent layers of a mapping from names to arrays.
- `torch_inputs`: a PyTorch model run on given inputs, and what its recurrent modules were called with.
- `torch_modules`: recurrent layers inside a PyTorch module.
- `torch_sequences`: sequences out of the calls of a recurrent PyTorch module.
- `torch_weights`: the weight that the next forward of a PyTorch module uses.
"""
