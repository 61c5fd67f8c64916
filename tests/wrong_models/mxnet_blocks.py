"""Wrong blocks of MXNet Gluon, at the top of a module so that pickle finds them. Imports MXNet."""

from __future__ import annotations

import mxnet
from mxnet import autograd
from mxnet.gluon import Block, nn


class Extractor(nn.Sequential):
    """Takes a frozen first layer for a frozen model, and records nothing then."""

    def forward(self, x):
        if self[0].weight.grad_req != "null":
            return super().forward(x)
        with autograd.pause():
            return super().forward(x)


class Share(mxnet.init.Initializer):
    """The share of what was counted, before anything was."""

    def _init_weight(self, name, array):
        array[:] = 0
        array[:] = array / array.sum()


class Counter(Block):
    """Hands its input on; keeps shares that no gradient reaches."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.shares = self.params.get("shares", shape=(10,), init=Share(), grad_req="null", differentiable=False)

    def forward(self, x):
        return x


class DetachedTie(Block):
    """A shared layer twice, the second time without its gradient."""

    numpy_semantics = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first, self.shared, self.output = nn.Dense(256), nn.Dense(256), nn.Dense(10)

    def forward(self, x):
        once = self.shared(self.first(x))
        return self.output(once + self.shared(once).detach())


@mxnet.util.use_np
class Pixels(Block):
    """A convolution over images with the channels last, then a layer over all of its pixels instead of their mean."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.features, self.output = nn.Conv2D(6, 3, activation="relu"), nn.Dense(10)

    def forward(self, x):
        return self.output(self.features(x.transpose(0, 3, 1, 2)))
