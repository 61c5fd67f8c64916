"""Right: two blocks in a closure, a second pass, adapters that no block has registered."""
from mxnet import np, npx
from mxnet.gluon import nn, Parameter
npx.set_np()
EX1_IN = 5
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    a = nn.Dense(4, in_units=EX1_IN); b = nn.Dense(3)
    a.initialize(); b.initialize()
    return lambda X: b(npx.relu(a(X)))


EX2_CLAIM = {"raises": "MXNetError", "when": "second_pass"}


def ex2():
    n = nn.HybridSequential(); n.add(nn.Dense(4), nn.Dense(2)); n.initialize()
    n(np.ones((2, 3)))
    return n, np.ones((2, 4))


class L(nn.Block):
    def __init__(self):
        super().__init__()
        self.layers = {}; self.head = nn.Dense(2)
    def forward(self, X):
        d = X.shape[1]
        if d not in self.layers:
            l = nn.Dense(6); l.initialize(); self.layers[d] = l
        return self.head(npx.relu(self.layers[d](X)))


def ex3():
    n = L(); n.initialize(); return n
