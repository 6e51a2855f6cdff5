"""`LowRankUpdate`: what it refuses, with the name of the argument."""

import numpy as np
import pytest
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((np.eye(3), np.ones((2, 1)), np.ones((1, 3))), ValueError, "U must have a row for each of the 3 rows"),
        ((np.eye(3), np.ones((3, 2)), np.ones((1, 3))), ValueError, r"V must have shape \(2, 3\)"),
        ((np.eye(3), np.ones((3, 1)), np.ones((3, 1))), ValueError, r"V must have shape \(1, 3\)"),
        ((np.eye(3), np.ones(3), np.ones((1, 3))), ValueError, "U must have two dimensions"),
        ((np.eye(3), np.ones((3, 1)), np.ones(3)), ValueError, "V must have two dimensions"),
        ((np.eye(3), np.full((3, 1), np.nan), np.ones((1, 3))), ValueError, "U must hold finite numbers"),
        ((np.eye(3), np.ones((3, 1)), np.full((1, 3), np.inf)), ValueError, "V must hold finite numbers"),
        ((np.eye(3), 1j * np.ones((3, 1)), np.ones((1, 3))), TypeError, "U must hold real numbers"),
        ((np.eye(3), np.ones((3, 1)), np.array([["a", "b", "c"]])), TypeError, "V must hold real numbers"),
        ((np.eye(3), np.ones((3, 1), np.longdouble), np.ones((1, 3))), TypeError, "U must hold real numbers"),
        ((np.ones((3, 2)), np.ones((3, 1)), np.ones((1, 2))), ValueError, "W must be square"),
        ((np.full((3, 3), np.nan), np.ones((3, 1)), np.ones((1, 3))), ValueError, "finite|NaN"),
        ((aslinearoperator(np.eye(3)), np.ones((3, 1)), np.ones((1, 3))), TypeError, "W must have entries"),
        ((np.eye(3), np.full((3, 1), 1e300), np.full((1, 3), 1e300)), ValueError, "U, V: got factors"),
    ],
)
def test_misuse_names_the_argument(arguments, error, words):
    with pytest.raises(error, match=words):
        rc.LowRankUpdate(*arguments)


def test_what_needs_entries_says_so():
    A = rc.LowRankUpdate(np.eye(4), np.ones((4, 1)), np.ones((1, 4)))
    with pytest.raises(TypeError, match=r"components needs the entries of W; got W \+ U V"):
        rc.components(A)
    with pytest.raises(TypeError, match=r"whose entries rescale multiplies; got a LowRankUpdate"):
        rc.rescale(A, spectral_radius=0.9)
    with pytest.raises(TypeError, match="W must have entries"):
        rc.LowRankUpdate(A, np.ones((4, 1)), np.ones((1, 4)))
