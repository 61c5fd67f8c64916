"""Wrong: an exit in an exercise costs that exercise and no other; a width of no right kind."""
import sys

from mxnet import np, npx
from mxnet.gluon import nn

npx.set_np()

EX1_IN = 20.0
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    net = nn.Sequential()
    net.add(nn.Dense(16, in_units=20), nn.Dense(4))
    return net


EX2_CLAIM = {"raises": "MXNetError", "when": "first_pass"}


def ex2():
    sys.exit(0)


def ex3():
    W = np.random.normal(size=(512, 3))
    W.attach_grad()
    return lambda X: np.dot(X, W[:X.shape[1]])
