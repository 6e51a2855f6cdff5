"""Matrices whose rows are shared out to the ranks of an MPI communicator.

- `agreement`: what one rank finds wrong ends the call on all of them
- `exchange`: arrays from each rank to each other one
- `slices`: which rows each rank has
- `sliced_rows`: rows of a matrix moved to other ranks, and those of its transpose
- `sliced_matrix`: the matrix, and an operator by its products
- `companions`: a matrix with the rows of another one
- `row_slices`: rows of a trajectory of which each rank reads its columns
- `loading`: a file of which each rank keeps its rows
"""
