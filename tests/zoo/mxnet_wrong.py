"""Wrong models of MXNet Gluon that authors really write, each with the clauses that it fails. Imports MXNet."""

from __future__ import annotations

import mxnet as mx
import numpy as np
from mxnet.gluon import Block, nn


class Unused(Block):
    """A layer left over from an earlier version; the pass never reaches it."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.hidden, self.forgotten = nn.Dense(6), nn.Dense(3)

    def forward(self, x):
        return self.hidden(x)


class PassInConstructor(nn.Sequential):
    """Runs a pass of zeros in the constructor, "to have the parameters at once"."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.add(nn.Dense(6), nn.Dense(3))
        self.initialize()
        self(mx.nd.zeros((2, 5)))


class EachTime(Block):
    """Makes its layer at every call."""

    def forward(self, x):
        self.layer = nn.Dense(3)
        self.layer.initialize(ctx=x.context)
        return self.layer(x)


class FromTheBatch(Block):
    """Takes the number of rows for the number of features."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.hidden = nn.Dense(4)
            self.scale = self.params.get("scale", shape=(0,), init="ones", allow_deferred_init=True)

    def forward(self, x):
        found = self.hidden(x)
        if 0 in self.scale.shape:
            self.scale.shape = found.shape[:1]
            self.scale._finish_deferred_init()
        return found * self.scale.data().expand_dims(1)


class AlwaysFloat32(Block):
    """Makes its values by hand, in float32 whatever the model was cast to."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(4, 0), allow_deferred_init=True)

    def forward(self, x):
        if 0 in self.weight.shape:
            if x.ndim != 2 or not x.shape[1] or np.dtype(x.dtype).kind != "f":
                raise ValueError(f"expected rows of numbers, found {x!r:.60}")
            self.weight.dtype = "float32"
            self.weight.shape = (4, x.shape[1])
            self.weight._finish_deferred_init()
        return mx.nd.dot(x, self.weight.data().astype(x.dtype), transpose_b=True)


LAYER = nn.Dense(3)


class Shared(Block):
    """Every instance has the one layer of the module."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.layer = LAYER

    def forward(self, x):
        return self.layer(x)


class Cutting(Block):
    """Cuts a wider input and pads a narrower one, so that any width is accepted."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.layer = nn.Dense(3)

    def forward(self, x):
        size = self.layer.weight.shape[1]
        if size > 0:
            x = mx.nd.concat(x, mx.nd.zeros((x.shape[0], size), dtype=x.dtype), dim=1)[:, :size]
        return self.layer(x)


class Centred(Block):
    """Subtracts a mean of its own, which the operator broadcasts over an input of one feature."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.mean = self.params.get("mean", shape=(1, 0), init="zeros", allow_deferred_init=True)

    def forward(self, x):
        if 0 in self.mean.shape:
            if not isinstance(x, mx.nd.NDArray) or x.ndim != 2 or not x.shape[1] or np.dtype(x.dtype) != np.dtype(self.mean.dtype):
                raise ValueError(f"expected rows of numbers, found {x!r:.60}")
            self.mean.shape = (1, x.shape[1])
            self.mean._finish_deferred_init()
        return mx.nd.tanh(x - self.mean.data())


class BoundTooEarly(Block):
    """Binds its parameter to the width before it looks at what the input is."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(4, 0), allow_deferred_init=True)

    def forward(self, x):
        if 0 in self.weight.shape:
            self.weight.shape = (4, x.shape[1])
            self.weight._finish_deferred_init()
        return mx.nd.dot(x, self.weight.data(), transpose_b=True)


class ThroughNumPy(Block):
    """Computes a part in NumPy, which no gradient goes through."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.hidden, self.output = nn.Dense(6), nn.Dense(3)

    def forward(self, x):
        found = np.tanh(self.hidden(x).asnumpy())
        return self.output(mx.nd.array(found, dtype=found.dtype))


class Renewed(nn.Sequential):
    """Initializes again whenever it is given another width."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.add(nn.Dense(3))

    def forward(self, x):
        weight = self[0].weight
        if weight.shape[1] > 0 and x.shape[-1] not in (0, weight.shape[1]):
            weight._shape = (3, 0)
            self.initialize(force_reinit=True)
        return super().forward(x)
