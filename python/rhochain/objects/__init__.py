"""What callers hold in place of a matrix: paths, graphs, tables, modules, nodes, functions. Imports `files`.

- `functions`: names of the activation functions of other libraries.
- `matrices`: W of any such object.
- `networks`: `Network`, W with the activation, leak and orientation that an object brings.
- `recurrent_layers`: `RecurrentLayer`, the weights of one layer and direction of a trained network.
"""
