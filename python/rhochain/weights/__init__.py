"""W with the names of its neurons, and what makes it from pairs. Bottom folder: it imports nothing of the package.

- `labelled_matrix`: a matrix whose rows and columns have labels.
- `machine_memory`: bytes of main memory.
- `weights`: `Weights`, a matrix with what its source said about it.
"""
