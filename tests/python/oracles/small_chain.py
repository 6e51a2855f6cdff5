"""A small chain for tests of checkpoints, and ways to stop its runs after a known number of steps."""

import time

import numpy as np

import rhochain as rc

RNG = np.random.default_rng(8)
W = RNG.standard_normal((9, 9)) / 3
S = RNG.random((40, 9))
G = RNG.standard_normal(9)


def bits(r):
    return [np.asarray(part).tobytes() for part in (*r.vectors, r.log_norms, r.recorded)]


def chain(**options):
    return rc.JacobianChain(W, slopes=S, **options)


class Pausing:
    """Slopes, one row of which comes so late that a callback is asked after its step."""

    def __init__(self, rows, late):
        self.rows, self.late = rows, late

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, part):
        if part.start <= self.late < part.stop:
            time.sleep(0.06)
        return self.rows[part]


def paused(steps, direction="vjp"):
    """The chain, reading one row at a time, late at the last row that is read in these steps."""
    # A forward step reads the row of the one after it.
    return rc.JacobianChain(W, slopes=Pausing(S, steps if direction == "jvp" else len(S) - steps), memory=1)


def stopped(path, steps, direction="vjp", given=G, **options):
    """A run stopped after some steps."""
    product = getattr(paused(steps, direction), direction)
    return product(given, lambda p: p.done >= steps, checkpoint=path, **options)
