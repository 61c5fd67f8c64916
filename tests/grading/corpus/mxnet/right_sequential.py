"""Right, as in the book: Gluon with NumPy's arrays, an adapter for each width before a shared trunk."""
from mxnet import init, np, npx
from mxnet.gluon import nn

npx.set_np()

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    net = nn.Sequential()
    net.add(nn.Dense(256, activation="relu", in_units=EX1_IN), nn.Dense(10))
    net.initialize()
    return net


EX2_CLAIM = {"raises": "MXNetError", "when": "first_pass"}


def ex2():
    net = nn.Sequential()
    net.add(nn.Dense(256, activation="relu", in_units=20), nn.Dense(10, in_units=100))
    net.initialize()
    return net, np.random.uniform(size=(2, 20))


class Adapted(nn.Block):
    def __init__(self):
        super().__init__()
        self.adapters = {}
        self.trunk = nn.Sequential()
        self.trunk.add(nn.Dropout(0.5), nn.Dense(10, in_units=32))
        self.trunk.initialize(init.Xavier())

    def forward(self, X):
        d = X.shape[1]
        if d not in self.adapters:
            self.adapters[d] = nn.Dense(32, activation="relu", in_units=d)
            self.adapters[d].initialize(init.Xavier())
        return self.trunk(self.adapters[d](X))


def ex3():
    return Adapted()
