"""Matrices that the ranks of an MPI communicator share: ``mpiexec -n 4 python job.py``.

- `Matrix`: from the rows that each rank has
- `load`: from a file
- `from_petsc`: from a matrix of petsc4py
- `Operator`: from products of slices
"""

from rhochain.ranks.loading import load
from rhochain.ranks.petsc import from_petsc
from rhochain.ranks.sliced_matrix import SlicedMatrix as Matrix
from rhochain.ranks.sliced_matrix import SlicedOperator as Operator

__all__ = ["Matrix", "Operator", "from_petsc", "load"]
