"""The leaks of a call: one for all neurons, or one for each, of which each rank gives its slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rhochain.inputs.arrays import Floats
from rhochain.inputs.leaks import leak_vector
from rhochain.inputs.matrix import Matrix

__all__ = ["NeuronLeaks", "leaks_of"]


@dataclass(frozen=True)
class NeuronLeaks:
    """What `leaks_of` finds. All but `own` is the same on all ranks.

    Attributes
    ----------
    own : ndarray of float64
        One number for all neurons, shape (1,); where leaks differ those of the neurons of this process.
    differ : bool
    least, largest : float
    """

    own: Floats
    differ: bool
    least: float
    largest: float

    @classmethod
    def one(cls, leak: float) -> NeuronLeaks:
        """The same for all neurons."""
        return cls(np.array([leak]), False, leak, leak)

    def of_all(self, A: Matrix) -> Floats:
        """One number, shape (1,), or those of all neurons, shape (n,). All ranks that share A call this."""
        return A.peers.whole(self.own) if self.differ else self.own


def leaks_of(A: Matrix, leak: float | npt.ArrayLike) -> NeuronLeaks:
    """The leaks of a network with the matrix A, where ranks share A by all of them; misuse raises ValueError.

    Parameters
    ----------
    leak : float or array_like
        For all neurons, or for each neuron whose entry of a vector this process has.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> A = rc.Matrix(np.eye(2))
    >>> leaks_of(A, [0.5, 0.5]), leaks_of(A, [0.5, 1.0]).differ
    (NeuronLeaks(own=array([0.5]), differ=False, least=0.5, largest=0.5), True)
    """
    own = leak_vector(leak, A.own_columns)
    of_neurons = own if A.own_columns else own[:0]
    least = A.peers.least(float(of_neurons.min(initial=1.0)))
    largest = A.peers.largest(float(of_neurons.max(initial=0.0)))
    if least == largest:
        return NeuronLeaks.one(least)
    # A rank may have one number for its neurons, or one neuron.
    each = np.broadcast_to(own, A.own_columns).copy() if A.on_ranks else own
    return NeuronLeaks(each, least < largest, least, largest)
