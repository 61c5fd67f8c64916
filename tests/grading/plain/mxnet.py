from mxnet import gluon, nd
from mxnet.gluon import nn

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}
EX2_CLAIM = {"raises": "MXNetError", "when": "first_pass"}


def ex1():
    net = nn.Sequential()
    net.add(nn.Dense(256, activation="relu", in_units=EX1_IN), nn.Dense(10))
    net.initialize()
    return net


def ex2():
    net = nn.Sequential()
    net.add(nn.Dense(256, activation="relu"), nn.Dense(10, in_units=100))
    net.initialize()
    return net, nd.ones((2, 20))


class AnyWidth(gluon.Block):
    def __init__(self):
        super().__init__()
        self.kernel = self.params.get("kernel", shape=(512, 16))
        self.out = nn.Dense(10, in_units=16)

    def forward(self, X):
        return self.out(nd.relu(nd.dot(X, self.kernel.data()[:X.shape[1]])))


def ex3():
    net = AnyWidth()
    net.initialize()
    return net
