"""What callers hold in place of a matrix: paths, graphs, tables, modules, nodes, functions. Imports `files`.

- `gate_slices`: one gate's rows of the weights of a GRU or LSTM, recognised.
- `matrices`: W of any such object.
- `model_files`: recurrent layers of a state dict in a file.
- `models`: the recurrent layers of a model, whatever holds its weights.
- `networks`: `Network`, W with the activation, leak and orientation that an object brings.
- `recurrent_layers`: `RecurrentLayer`, the weights of one layer and direction; `Layers`, all that a model has.
- `state_dicts`: recurrent layers of a mapping from names to arrays.
- `torch_inputs`: a PyTorch model run on given inputs, and what its recurrent modules were called with.
- `torch_modules`: recurrent layers inside a PyTorch module.
- `torch_sequences`: sequences out of the calls of a recurrent PyTorch module.
- `torch_weights`: the weight that the next forward of a PyTorch module uses.
"""
