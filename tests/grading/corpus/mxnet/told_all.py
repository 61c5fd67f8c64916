"""Wrong: every layer is told its width; the error is raised by hand; parameters are made anew at each call."""
import mxnet
from mxnet import np, npx
from mxnet.gluon import nn

npx.set_np()

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": True}


def ex1():
    net = nn.Sequential()
    net.add(nn.Dense(16, in_units=20), nn.Dense(4, in_units=16))
    net.initialize()
    return net


EX2_CLAIM = {"raises": "MXNetError", "when": "first_pass"}


def ex2():
    def net(X):
        raise mxnet.MXNetError("Shape inconsistent, Provided = [4,20], inferred shape=(4,30)")
    return net, np.ones((2, 30))


class Anew(nn.Block):
    def forward(self, X):
        layer = nn.Dense(5, in_units=X.shape[1])
        layer.initialize()
        return layer(X)


def ex3():
    return Anew()
