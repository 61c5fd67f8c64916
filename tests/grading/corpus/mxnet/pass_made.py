"""Wrong: data has passed in ex1; the error is swallowed; the parameters of each width are copies."""
from mxnet import np, npx
from mxnet.gluon import nn

npx.set_np()

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    net = nn.Sequential()
    net.add(nn.Dense(16, in_units=20), nn.Dense(4))
    net.initialize()
    net(np.ones((2, 20)))
    return net


EX2_CLAIM = {"raises": "MXNetError", "when": "first_pass"}


class Careful(nn.Block):
    def __init__(self):
        super().__init__()
        self.layer = nn.Dense(4, in_units=20)

    def forward(self, X):
        try:
            return self.layer(X)
        except Exception:
            return np.zeros((len(X), 4))


def ex2():
    net = Careful()
    net.initialize()
    return net, np.ones((2, 30))


class Copies:
    def __init__(self):
        self.base = np.random.normal(size=(512, 4))
        self.base.attach_grad()
        self.own = {}

    def __call__(self, X):
        d = X.shape[1]
        if d not in self.own:
            self.own[d] = self.base[:d].copy()
            self.own[d].attach_grad()
        return np.dot(X, self.own[d])


def ex3():
    return Copies()
