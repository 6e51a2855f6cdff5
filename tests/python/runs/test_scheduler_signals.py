"""Within `rc.signals` a signal ends a call with its bracket; outside, the library takes none."""

import os
import signal
import threading

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc


def slow_matrix():
    rng = np.random.default_rng(2)
    n, degree = 200_000, 10
    entries = rng.standard_normal(n * degree) / np.sqrt(degree)
    rows = np.repeat(np.arange(n), degree)
    return sparse.csr_array((entries, (rows, rng.integers(0, n, n * degree))), shape=(n, n))


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1"])
def test_a_signal_ends_a_call_with_the_bracket_so_far(name):
    number = getattr(signal, name)
    W = slow_matrix()
    timer = threading.Timer(0.4, os.kill, (os.getpid(), number))
    with rc.signals():
        timer.start()
        with pytest.raises(rc.Interrupted) as caught:
            rc.spectral_norm(W, rtol=1e-6)
    timer.join()
    bracket = caught.value.bracket
    assert bracket.lower.value <= bracket.value <= bracket.upper.value
    assert bracket.upper.graded


def test_handlers_return_at_the_end_and_none_is_taken_before():
    for number in (signal.SIGTERM, signal.SIGUSR1):
        before = signal.getsignal(number)
        with rc.signals():
            assert signal.getsignal(number) is not before
        assert signal.getsignal(number) is before
    before = signal.getsignal(signal.SIGUSR2)
    with rc.signals(signal.SIGUSR2, signal.SIGUSR2):
        pass
    assert signal.getsignal(signal.SIGUSR2) is before
    with pytest.raises(OSError, match="Invalid argument"), rc.signals(signal.SIGUSR2, signal.SIGKILL):
        pass
    assert signal.getsignal(signal.SIGUSR2) is before
    with rc.signals(signal.SIGUSR2):
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_elsewhere_it_raises_and_in_other_threads_it_is_refused():
    with pytest.raises(rc.Terminated, match="SIGUSR1"), rc.signals():
        signal.raise_signal(signal.SIGUSR1)
    refused = []

    def use():
        try:
            with rc.signals():
                pass
        except ValueError as error:
            refused.append(str(error))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert "main thread" in refused[0]
