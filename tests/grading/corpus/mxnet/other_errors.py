"""Wrong: no layer is told its width; the parameters were never initialized; a model without parameters."""
from mxnet import np, npx
from mxnet.gluon import nn

npx.set_np()

EX1_IN = 20
EX1_CLAIM = {"first": False, "rest": False}


def ex1():
    net = nn.Sequential()
    net.add(nn.Dense(16), nn.Dense(4))
    net.initialize()
    return net


EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex2():
    return nn.Dense(4, in_units=20), np.ones((2, 20))


def ex3():
    return lambda X: X.mean(axis=1, keepdims=True)
