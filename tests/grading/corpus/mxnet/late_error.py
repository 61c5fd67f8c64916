"""Right where errors surface late: the product is computed only when its result is waited for. The others are missing."""
from mxnet import nd

EX2_CLAIM = {"raises": "MXNetError", "when": "first_pass"}


def ex2():
    W = nd.ones((20, 3))

    def net(X):
        result = nd.zeros((2, 3))
        nd.dot(X, W, out=result)
        return result
    return net, nd.ones((2, 30))
