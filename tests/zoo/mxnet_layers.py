"""Sound layers of MXNet Gluon with laziness, buffers or parameters of their own. Imports MXNet."""

from __future__ import annotations

import mxnet as mx
import numpy as np
from mxnet import autograd
from mxnet.gluon import Block, HybridBlock, nn


def shaped(x, shape, *parameters):
    """Gives parameters of unknown shape theirs, and only for an input that the computation will take: a refused one must bind nothing."""
    if all(0 not in parameter.shape for parameter in parameters):
        return
    if not isinstance(x, mx.nd.NDArray) or x.ndim != 2 or 0 in x.shape or x.dtype != np.dtype(parameters[0].dtype):
        raise ValueError(f"expected rows of {np.dtype(parameters[0].dtype)}, found {x!r:.60}")
    for parameter in parameters:
        parameter.shape = shape
        parameter._finish_deferred_init()


def checked(x, size):
    """The input, of the width that the layer was initialized with: operators would broadcast another one."""
    if x.shape[-1] != size:
        raise ValueError(f"expected {size} features, found {x.shape[-1]}")
    return x


class Gain(nn.Dense):
    """A subclass of a lazy layer, with a parameter more."""

    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)
        with self.name_scope():
            self.gain = self.params.get("gain", shape=(units,), init="ones")

    def hybrid_forward(self, F, x, weight, gain, bias=None):
        return F.broadcast_mul(super().hybrid_forward(F, x, weight, bias), F.expand_dims(gain, 0))


class Gated(HybridBlock):
    """Two parameters that face the input, whose shapes MXNet infers from the computation."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.weight, self.gate = (self.params.get(name, shape=(4, 0), allow_deferred_init=True) for name in ("weight", "gate"))

    def hybrid_forward(self, F, x, weight, gate):
        found, gate = (F.FullyConnected(x, values, num_hidden=4, no_bias=True) for values in (weight, gate))
        return found * F.sigmoid(gate)


class SparseRows(Block):
    """A linear layer over compressed sparse rows; MXNet infers no shape through the sparse product."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(0, 4), allow_deferred_init=True)

    def forward(self, x):
        shaped(x, (x.shape[1], 4), self.weight)
        return mx.nd.sparse.dot(x, self.weight.data())


class ByHand(Block):
    """Sets the shape itself at the first call, as a Block without symbols must."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(4, 0), allow_deferred_init=True)

    def forward(self, x):
        shaped(x, (4, x.shape[1]), self.weight)
        return mx.nd.dot(x, self.weight.data(x.context), transpose_b=True)


class AtFirstCall(Block):
    """Makes its children at the first call, as many as the input has columns, and initializes them."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.columns = None

    def forward(self, x):
        columns = self.made(x) if self.columns is None else self.columns
        if len(columns) != x.shape[1]:
            raise ValueError(f"expected {len(columns)} columns, one for each layer, found {x.shape[1]}")
        found = sum(column(x[:, index:index + 1]) for index, column in enumerate(columns))
        if self.columns is None:  # only now, so that an input that is refused leaves nothing behind
            self.columns = columns
        return found

    def made(self, x):
        with self.name_scope():
            columns = nn.Sequential()
            columns.add(*(nn.Dense(2, dtype=x.dtype) for _ in range(x.shape[1])))
        columns.initialize(ctx=x.context)
        return columns


class Standardize(Block):
    """Subtracts a running mean of its inputs: a lazy buffer of the author's own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.mean = self.params.get("mean", shape=(0,), init="zeros", allow_deferred_init=True, grad_req="null", differentiable=False)
            self.output = nn.Dense(3)

    def forward(self, x):
        shaped(x, x.shape[1:], self.mean)
        checked(x, self.mean.shape[0])
        if autograd.is_training():
            with autograd.pause():
                self.mean.set_data(0.9 * self.mean.data() + 0.1 * x.mean(axis=0))
        return self.output(mx.nd.broadcast_sub(x, self.mean.data().expand_dims(0)))


class Spectral(Block):
    """A linear layer over the largest singular value of its weight; the estimate moves at each pass."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(4, 0), allow_deferred_init=True)
            self.left = self.params.get("left", shape=(1, 4), init=mx.init.Normal(1), grad_req="null", differentiable=False)

    def forward(self, x):
        shaped(x, (4, x.shape[1]), self.weight)
        weight = self.weight.data()
        with autograd.pause():
            right = mx.nd.L2Normalization(mx.nd.dot(self.left.data(), weight))
            left = mx.nd.L2Normalization(mx.nd.dot(right, weight, transpose_b=True))
            self.left.set_data(left)
        size = mx.nd.dot(mx.nd.dot(left, weight), right, transpose_b=True)
        return mx.nd.dot(x, mx.nd.broadcast_div(weight, size), transpose_b=True)


class ActNorm(Block):
    """Takes shift and scale from the first batch, so that no initializer's distribution describes them."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.shift = self.params.get("shift", shape=(0,), init="zeros", allow_deferred_init=True)
            self.scale = self.params.get("scale", shape=(0,), init="ones", allow_deferred_init=True)

    def forward(self, x):
        if 0 in self.shift.shape:
            shaped(x, x.shape[1:], self.shift, self.scale)
            with autograd.pause():
                spread = mx.nd.sqrt(((x - x.mean(axis=0, keepdims=True)) ** 2).mean(axis=0)) + 0.1
                self.shift.set_data(-x.mean(axis=0))
                self.scale.set_data(1 / spread)
        shifted = mx.nd.broadcast_add(checked(x, self.shift.shape[0]), self.shift.data().expand_dims(0))
        return mx.nd.broadcast_mul(shifted, self.scale.data().expand_dims(0))


class Mapped(HybridBlock):
    """One layer for every step, mapped by the control-flow operator."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.step = nn.Dense(4)

    def forward(self, x):
        found, _ = mx.nd.contrib.foreach(lambda row, seen: (self.step(row), seen), x, [])
        return found


class Siamese(Block):
    """Two layers over one set of parameters."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.one = nn.Dense(4)
            self.two = nn.Dense(4, params=self.one.params)

    def forward(self, x, y):
        return self.one(x) - 0.5 * self.two(y)


class Frozen(HybridBlock):
    """A frozen base under a head that learns, with a fixed scale."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.scale = self.params.get_constant("scale", [[2.0]])
            self.base, self.head = nn.Dense(6, activation="relu"), nn.Dense(3)
        self.base.collect_params().setattr("grad_req", "null")

    def hybrid_forward(self, F, x, scale):
        return self.head(F.broadcast_mul(self.base(x), scale))


class Branches(Block):
    """A branch for an input that may be absent."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.image, self.text = nn.Dense(4), nn.Dense(4)

    def forward(self, image, text=None):
        found = self.image(image)
        return found if text is None else found + self.text(text)


class Placeholder(Block):
    """A laziness that Gluon knows nothing of: a placeholder of one column until the width is known."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(4, 1))
        self.weight.waiting = True

    def forward(self, x):
        weight = self.weight
        if weight.waiting:
            if not isinstance(x, mx.nd.NDArray) or x.ndim != 2 or 0 in x.shape or x.dtype != np.dtype(weight.dtype):
                raise ValueError(f"expected rows of {np.dtype(weight.dtype)}, found {x!r:.60}")
            weight._shape, weight.waiting = (4, x.shape[1]), False
            weight.initialize(ctx=weight.list_ctx(), force_reinit=True)
        return mx.nd.dot(x, weight.data(), transpose_b=True)
