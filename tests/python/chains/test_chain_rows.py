"""Slopes and states, wherever they are kept: every source gives the same chain, every defect its own error."""

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc

RNG = np.random.default_rng(2)
N, K = 7, 30
W = RNG.normal(size=(N, N)) / 2
S = RNG.random((K, N))
V = RNG.normal(size=N)


class Rows:
    """What a chain asks of a data set: len() and slices of rows."""

    def __init__(self, array):
        self.array, self.fetched = array, []

    def __len__(self):
        return len(self.array)

    def __getitem__(self, rows):
        self.fetched.append((rows.start, rows.stop))
        return self.array[rows]


def last(chain):
    return chain.jvp(V).log_norms, chain.vjp(V).log_norms


def reads(array, tmp_path):
    np.save(tmp_path / "s.npy", array)
    wide = np.zeros((K, 2 * N))
    wide[:, ::2] = array
    frozen = array.copy()
    frozen.flags.writeable = False
    yield np.asfortranarray(array)
    yield wide[:, ::2]
    yield array[::-1].copy()[::-1]
    yield array[:, ::-1].copy()[:, ::-1]
    yield frozen
    yield np.load(tmp_path / "s.npy", mmap_mode="r")
    yield array.astype(array.dtype.newbyteorder())
    yield Rows(array)
    yield array.tolist()


def test_every_source_gives_the_same_chain(tmp_path):
    expected = last(rc.JacobianChain(W, slopes=S))
    for source in reads(S, tmp_path):
        np.testing.assert_array_equal(last(rc.JacobianChain(W, slopes=source)), expected)


def test_float32_slopes_are_their_float64_values():
    single = S.astype(np.float32)
    expected = last(rc.JacobianChain(W, slopes=single.astype(np.float64)))
    for source in (single, single[::-1].copy()[::-1], np.asfortranarray(single), Rows(single)):
        np.testing.assert_array_equal(last(rc.JacobianChain(W, slopes=source)), expected)


def test_broadcast_rows_are_borrowed():
    huge = np.broadcast_to(S[0], (1000, N))
    expected = last(rc.JacobianChain(W, slopes=np.tile(S[0], (1000, 1))))
    np.testing.assert_array_equal(last(rc.JacobianChain(W, slopes=huge)), expected)


def test_large_sources_are_fetched_in_blocks():
    n, steps = 1000, 9000
    rows = Rows(np.broadcast_to(np.float32(0.5), (steps, n)))
    chain = rc.JacobianChain(sparse.eye_array(n), slopes=rows)
    rows.fetched.clear()
    chain.vjp(np.ones(n))
    assert len(rows.fetched) > 1
    assert max(end - begin for begin, end in rows.fetched) * n * 8 <= 2**25
    assert sum(end - begin for begin, end in rows.fetched) == steps


@pytest.mark.parametrize("source", [np.asarray, Rows, np.asfortranarray])
def test_slopes_from_pre_activation_states(source):
    X = RNG.normal(size=(K, N))
    chain = rc.JacobianChain.from_states(W, source(X), activation="tanh", leak=0.4)
    direct = rc.JacobianChain(W, slopes=1 / np.cosh(X) ** 2, leak=0.4)
    np.testing.assert_allclose(last(chain), last(direct), rtol=1e-13, atol=1e-13)
    assert chain.steps == K
    assert chain.gain <= 1.0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("leak", [1.0, 0.25])
@pytest.mark.parametrize("source", [np.asarray, Rows])
def test_slopes_from_post_activation_states(dtype, leak, source):
    h, states, slopes = RNG.normal(size=N) / 10, [], []
    states.append(h)
    for _ in range(K):
        y = np.tanh(W @ h)
        h = (1 - leak) * h + leak * y
        states.append(h)
        slopes.append(1 - y**2)
    H = np.array(states if leak < 1 else states[1:], dtype=dtype)
    chain = rc.JacobianChain.from_states(W, source(H), "tanh", convention="post", leak=leak)
    assert chain.steps == K
    direct = rc.JacobianChain(W, slopes=np.array(slopes), convention="post", leak=leak)
    tolerance = 1e-12 if dtype is np.float64 else 1e-4
    np.testing.assert_allclose(last(chain), last(direct), rtol=tolerance, atol=tolerance)


def test_a_trajectory_of_a_real_network_has_its_finite_difference():
    x = RNG.normal(size=N)
    eps, y, states = 1e-7, x + 1e-7 * V, []
    for _ in range(10):
        states.append(x)
        x, y = W @ np.tanh(x), W @ np.tanh(y)
    mantissa, exponent = rc.JacobianChain.from_states(W, np.array(states)).jvp(V).vectors
    np.testing.assert_allclose(np.ldexp(mantissa, exponent), (y - x) / eps, rtol=1e-4, atol=1e-7)


BAD = [
    (lambda: rc.JacobianChain(W, slopes=S[:, :-1]), ValueError, r"slopes must have shape \(K, 7\)"),
    (lambda: rc.JacobianChain(W, slopes=S[0]), ValueError, "slopes must have shape"),
    (lambda: rc.JacobianChain(W, slopes=Rows(S[:, :-1])), ValueError, r"slopes\[0:1\] must have shape"),
    (lambda: rc.JacobianChain(W, slopes=S + 1j), TypeError, "slopes must hold real numbers"),
    (lambda: rc.JacobianChain(W, slopes=S.astype(np.longdouble)), TypeError, "slopes must hold real numbers"),
    (lambda: rc.JacobianChain(W, slopes=np.ma.masked_array(S)), TypeError, "masked"),
    (lambda: rc.JacobianChain(W, slopes=iter(S)), TypeError, r"len\(\) and slices"),
    (lambda: rc.JacobianChain(W, slopes="rows"), TypeError, r"len\(\) and slices"),
    (lambda: rc.JacobianChain(W, slopes=7.0), TypeError, r"len\(\) and slices"),
    (lambda: rc.JacobianChain(W[:-1], slopes=S), ValueError, "W must be square"),
    (lambda: rc.JacobianChain(W, slopes=S, convention="mid"), ValueError, "convention"),
    (lambda: rc.JacobianChain(W, slopes=S, leak=0.0), ValueError, "leak"),
    (lambda: rc.JacobianChain(W, slopes=S, leak=1.5), ValueError, "leak"),
    (lambda: rc.JacobianChain(W, slopes=S, leak=np.nan), ValueError, "leak"),
    (lambda: rc.JacobianChain(W, slopes=S, leak="a"), TypeError, "leak"),
    (lambda: rc.JacobianChain(W, slopes=S, threads=0), ValueError, "threads"),
    (lambda: rc.JacobianChain(W, slopes=S).vjp(V[:-1]), ValueError, "g must have shape"),
    (lambda: rc.JacobianChain(W, slopes=S).vjp(np.ones((N, 0))), ValueError, "g must have shape"),
    (lambda: rc.JacobianChain(W, slopes=S).jvp(V * np.nan), ValueError, "v: got nan"),
    (lambda: rc.JacobianChain(W, slopes=S).jvp(V + 1j), TypeError, "v must hold real"),
    (lambda: rc.JacobianChain(W, slopes=S).jvp(V, callback=3), TypeError, "callback"),
    (lambda: rc.JacobianChain(W, slopes=S).norm(rtol=2), ValueError, "rtol"),
    (lambda: rc.JacobianChain(W, slopes=S).envelope(-1.0), ValueError, "sigma"),
    (lambda: rc.JacobianChain(W, slopes=S).envelope("big"), TypeError, "sigma"),
    (lambda: rc.JacobianChain.from_states(W, S, "exp"), ValueError, "no upper bound"),
    (lambda: rc.JacobianChain.from_states(W, S, "gelu", "post"), ValueError, "does not follow from its output"),
    (lambda: rc.JacobianChain.from_states(W, S + 2, "tanh", "post").vjp(V), ValueError, "an output of tanh"),
    (lambda: rc.JacobianChain.from_states(W, S * np.inf, "relu").vjp(V), ValueError, "row"),
    (lambda: rc.JacobianChain.from_states(W, S[:0], "tanh", "post", 0.5), ValueError, "K \\+ 1 rows"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_inputs_name_what_came(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("source", [np.asarray, Rows, np.asfortranarray, np.float32])
def test_a_slope_that_is_not_finite_names_its_row(bad, source):
    spoilt = S.copy()
    spoilt[17, 3] = bad
    chain = rc.JacobianChain(W, slopes=source(spoilt))
    for call in (lambda: chain.jvp(V), lambda: chain.vjp(V), chain.norm, lambda: chain.gain):
        with pytest.raises(ValueError, match=f"slopes: got {bad} at row 17, column 3"):
            call()


def test_an_error_while_fetching_reaches_the_caller():
    class Broken(Rows):
        def __getitem__(self, rows):
            if rows.stop > 1:
                raise OSError("disk gone")
            return super().__getitem__(rows)

    with pytest.raises(OSError, match="disk gone"):
        rc.JacobianChain(W, slopes=Broken(S)).vjp(V)
