"""Networks that are right with claims that contradict them; widths above a limit fail."""
from mxnet import np, npx
from mxnet.gluon import nn

npx.set_np()

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": True}


def ex1():
    net = nn.Sequential()
    net.add(nn.Dense(16, in_units=20), nn.Dense(4))
    net.initialize()
    return net


EX2_CLAIM = {"raises": "MXNetError", "when": "second_pass"}


def ex2():
    net = nn.Dense(4, in_units=20)
    net.initialize()
    return net, np.ones((2, 30))


class Limited(nn.Block):
    def __init__(self):
        super().__init__()
        self.weight = self.params.get("weight", shape=(128, 4))

    def forward(self, X):
        return np.dot(X, self.weight.data()[:X.shape[1]])


def ex3():
    net = Limited()
    net.initialize()
    return net
