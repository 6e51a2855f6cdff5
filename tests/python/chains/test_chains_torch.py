"""Gradients of plain recurrent networks against PyTorch's own differentiation of the trajectory."""

import numpy as np
import pytest

import rhochain as rc

torch = pytest.importorskip("torch")
K, N, M = 60, 12, 4
SIGMA = {"tanh": torch.tanh, "relu": torch.relu}


def network(seed):
    rng = np.random.default_rng(seed)
    W, W_in = rng.standard_normal((N, N)) * 1.3 / np.sqrt(N), rng.standard_normal((N, M))
    return W, W_in, rng.standard_normal(N), rng.standard_normal((K, M)), rng.standard_normal(N)


def states(x, W, W_in, bias, inputs, sigma, convention, leak):
    """x_0 .. x_K by torch, differentiable in x_0."""
    W, W_in, bias, inputs = map(torch.from_numpy, (W, W_in, bias, inputs))
    path = [x]
    for u in inputs:
        drive = W_in @ u + bias
        new = W @ sigma(x) + drive if convention == "pre" else sigma(W @ x + drive)
        x = (1 - leak) * x + leak * new
        path.append(x)
    return path


@pytest.mark.parametrize("activation", SIGMA)
@pytest.mark.parametrize("convention", ["pre", "post"])
@pytest.mark.parametrize("leak", [1.0, 0.3])
@pytest.mark.parametrize("source", ["rollout", "states"])
def test_gradients_are_those_of_autograd(activation, convention, leak, source):
    W, W_in, bias, inputs, x0 = network(["tanh", "relu"].index(activation))
    how = {"activation": activation, "convention": convention, "leak": leak}

    def path(x):
        return states(x, W, W_in, bias, inputs, SIGMA[activation], convention, leak)

    P = torch.autograd.functional.jacobian(lambda x: path(x)[-1], torch.from_numpy(x0)).numpy()
    if source == "rollout":
        chain = rc.JacobianChain.from_rollout(W, x0, inputs=inputs, input_weights=W_in, bias=bias, **how)
    else:
        X = np.array([x.numpy() for x in path(torch.from_numpy(x0))])
        rows = X[:-1] if convention == "pre" else X if leak < 1.0 else X[1:]
        chain = rc.JacobianChain.from_states(W, rows, **how)
    for result, expected in ((chain.jvp(np.eye(N)), P), (chain.vjp(np.eye(N)), P.T)):
        np.testing.assert_allclose(np.ldexp(*result.vectors), expected, rtol=0, atol=1e-10 * np.abs(expected).max())
    assert np.abs(P).max() > 0.0


@pytest.mark.parametrize("activation", SIGMA)
def test_a_loss_along_the_way_differentiates_like_autograd(activation):
    """d(sum of x_K)/dW summed from the chain's gradients at every step is torch's gradient of the weights."""
    W, W_in, bias, inputs, x0 = network(5)
    weights = torch.from_numpy(W).requires_grad_(True)
    x = torch.from_numpy(x0)
    path = [x]
    for u in torch.from_numpy(inputs):
        x = weights @ SIGMA[activation](x) + torch.from_numpy(W_in) @ u + torch.from_numpy(bias)
        path.append(x)
    x.sum().backward()
    expected = weights.grad.numpy()

    X = np.array([state.detach().numpy() for state in path])
    slopes = rc.activation(activation).slopes(X[:-1])
    total = np.zeros_like(W)
    for k in range(K):  # x_{k+1} depends on W directly and the rest is the chain from step k + 1 on
        rest = rc.JacobianChain(W, slopes=slopes[k + 1 :]) if k + 1 < K else None
        g = np.ones(N) if rest is None else np.ldexp(*rest.vjp(np.ones(N)).vectors)
        total += np.outer(g, rc.activation(activation).values(X[k]))
    np.testing.assert_allclose(total, expected, rtol=0, atol=1e-10 * np.abs(expected).max())
