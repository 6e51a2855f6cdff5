"""W with the names of its neurons, and what makes it from pairs. It imports nothing of the package but `markup`.

- `arrays`: types of arrays.
- `byte_counts`: amounts of memory as people write them.
- `id_positions`: distinct ids, and where each is among them.
- `ids`: names of neurons, integers or text, checked.
- `label_columns`: a column of labels, plain or with codes.
- `labelled_matrix`: W of a matrix with labels of rows and columns.
- `machine_memory`: bytes of main memory.
- `neuron_signs`: the sign of each neuron, and W with it.
- `orientation`: which side of a pair the rows of a matrix are.
- `pair_rows`: rows of an edge table, gathered into W.
- `pairs`: W from arrays of pairs.
- `refusals`: the errors of this folder.
- `transmitters`: which transmitter each neuron has.
- `weights`: `Weights`, a matrix with what its source said about it.
"""
