"""Right: hybrid blocks that nobody has initialized; a second pass at another width; a convolution over the features."""
from mxnet import np, npx
from mxnet.gluon import nn

npx.set_np()

EX1_IN = 11
EX1_CLAIM = {"first": False, "rest": False}


def ex1():
    net = nn.HybridSequential()
    net.add(nn.Dense(16, activation="relu", in_units=EX1_IN, use_bias=False), nn.Dense(8), nn.Dense(3))
    return net


EX2_CLAIM = {"raises": "mxnet.base.MXNetError", "when": "second_pass"}


def ex2():
    net = nn.Dense(4)
    net.initialize()
    net(np.ones((2, 20)))
    return net, np.ones((2, 30))


class Convolution(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1D(8, 3, padding=1)
        self.pool = nn.GlobalAvgPool1D()
        self.out = nn.Dense(5)

    def forward(self, X):
        return self.out(self.pool(self.conv(np.expand_dims(X, 1))))


def ex3():
    net = Convolution()
    net.initialize()
    return net
