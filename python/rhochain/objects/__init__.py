"""What callers hold in place of a matrix: paths, graphs, tables, modules, nodes, functions. Imports `files`.

- `matrices`: W of any such object.
- `networks`: `Network`, W with the activation, leak and orientation that an object brings.
- `recurrent_layers`: `RecurrentLayer`, the weights of one layer and direction; `Layers`, all that a model has.
- `torch_modules`: recurrent layers inside a PyTorch module.
- `torch_weights`: the weight that the next forward of a PyTorch module uses.
"""
