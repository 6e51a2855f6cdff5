"""Matrices whose rows are shared out to the ranks of an MPI communicator.

- `agreement`: what one rank finds wrong ends the call on all of them
- `calls`: calls that all ranks make together
- `exchange`: arrays from each rank to each other one
- `loading`: a file of which each rank keeps its rows
- `sliced_matrix`: the matrix, and an operator by its products
- `sliced_rows`: rows of a matrix moved to other ranks, and those of its transpose
- `slices`: which rows each rank has
"""
