"""A path is a matrix wherever W is asked for."""

import os
from pathlib import Path

import numpy as np
import pytest

import rhochain as rc

W = np.array([[0.0, 0.5], [-0.25, 0.75]])


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_serves_as_w(tmp_path, kind):
    path = kind(os.fspath(tmp_path / "W.npy"))
    np.save(path, W)
    assert rc.spectral_radius(path).value == rc.spectral_radius(W).value
    assert rc.check(path, activation="tanh").verdict == rc.check(W, activation="tanh").verdict
    assert rc.Matrix(path).weights.origin == os.fspath(path)


def test_a_missing_file_is_named():
    with pytest.raises(rc.FileError, match=r"nowhere\.npy: no such file"):
        rc.spectral_norm("nowhere.npy")
