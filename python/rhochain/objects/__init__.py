"""What callers hold in place of a matrix: paths, graphs, tables, modules, nodes, functions. Imports `files`.

- `arrays`: arrays of JAX, CuPy, PyTorch on a GPU and others, in main memory.
- `frames`: square tables of pandas, polars, pyarrow and xarray, by their labels.
- `functions`: names of the activation functions of other libraries.
- `graphs`: networkx, igraph and graph-tool.
- `matrices`: W of any such object.
- `networks`: `Network`, W with the activation, leak and orientation that an object brings.
- `recurrent_layers`: `RecurrentLayer`, the weights of one layer and direction of a trained network.
- `refusals`: what to give in place of an object that is no matrix.
- `reservoirs`: nodes of ReservoirPy and PyRCN.
"""
