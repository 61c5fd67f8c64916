"""Right: hybridized blocks, a parameter that no attribute holds."""
import mxnet as mx
from mxnet import np, npx, gluon, autograd
from mxnet.gluon import nn
npx.set_np()
EX1_IN = 5
EX1_CLAIM = {"first": True, "rest": False}


class N(nn.HybridBlock):
    def __init__(self, **k):
        super().__init__(**k)
        self.a = nn.Dense(4, in_units=EX1_IN, activation="relu"); self.bn = nn.BatchNorm(); self.b = nn.Dense(2)
    def hybrid_forward(self, F, X):
        return self.b(self.bn(self.a(X)))


def ex1():
    n = N(); n.initialize(); n.hybridize(); return n


EX2_CLAIM = {"raises": "MXNetError", "when": "first_pass"}


def ex2():
    n = nn.HybridSequential(); n.add(nn.Dense(4, in_units=3), nn.Dense(2, in_units=7)); n.initialize(); n.hybridize()
    return n, np.ones((2, 3))


class T(nn.Block):
    def __init__(self, **k):
        super().__init__(**k)
        self.params.get("table", shape=(512, 6))
    def forward(self, X):
        return np.dot(X, self.params.get("table").data()[:X.shape[1]])


def ex3():
    t = T(); t.initialize(mx.init.Normal(.3)); return t
