"""Matrices whose rows are shared out to the ranks of an MPI communicator.

- `agreement`: what one rank finds wrong ends the call on all of them
- `callers`: the ranks of a call, or one process
- `calls`: calls that all ranks make together
- `companions`: a matrix with the rows of another one
- `exchange`: arrays from each rank to each other one
- `loading`: a file of which each rank keeps its rows
- `neuron_gains`: W times the gain of each neuron
- `neuron_leaks`: the leaks of a call, one or one for each neuron
- `petsc`: matrices of petsc4py
- `rank_peers`: what ranks decide together
- `row_slices`: rows of a trajectory of which each rank reads its columns
- `sliced_matrix`: the matrix, and an operator by its products
- `sliced_rows`: rows of a matrix moved to other ranks, and those of its transpose
- `slices`: which rows each rank has
- `stored_rows`: rows of a file, each read by its rank
- `whole_vectors`: vectors in the first rank, and what that rank finds out for all
"""
