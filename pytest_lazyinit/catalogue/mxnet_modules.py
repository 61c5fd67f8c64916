"""Blocks of the compositions in Gluon. Like `torch_modules` it imports its framework, so that pickle finds the classes; it is
imported when such a model is built, and not before."""

from __future__ import annotations

import mxnet as mx
from mxnet.gluon import Block, nn, rnn


def lenet(channels=0, eager=False):
    """Two convolutions with pooling, then a head over the mean of all places, so that every resolution fits."""
    def of(width):
        return width if eager else 0
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, 5, padding=2, in_channels=channels, activation="sigmoid"), nn.AvgPool2D(2),
            nn.Conv2D(16, 5, in_channels=of(6), activation="sigmoid"), nn.GlobalAvgPool2D(),
            nn.Dense(24, in_units=of(16), activation="sigmoid"), nn.Dense(10, in_units=of(24)))
    return net


class Carried(Block):
    """A recurrent layer over classic arrays, called without states and then with those that it makes."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        once = self.layer(x)
        output, states = self.layer(x, self.layer.begin_state(x.shape[1], ctx=x.context))
        return once + output, states


@mx.util.use_np
class Residual(Block):
    """A residual block whose skip connection is a 1×1 convolution."""

    def __init__(self, channels=0):
        super().__init__()
        inner = 8 if channels else 0
        self.first, self.second = nn.Conv2D(8, 3, padding=1, in_channels=channels, activation="relu"), nn.Conv2D(8, 3, padding=1, in_channels=inner)
        self.skip, self.norm = nn.Conv2D(8, 1, in_channels=channels), nn.BatchNorm(in_channels=inner)

    def forward(self, x):
        return mx.npx.relu(self.norm(self.second(self.first(x))) + self.skip(x))


@mx.util.use_np
class Recurrent(Block):
    """A recurrent net and a head on its last output; time comes second."""

    def __init__(self, width=0):
        super().__init__()
        self.recurrent = rnn.GRU(12, layout="NTC", input_size=width)
        self.head = nn.Dense(5, in_units=12 if width else 0)

    def forward(self, x):
        return self.head(self.recurrent(x)[:, -1])


@mx.util.use_np
class Attention(Block):
    """An attention block with a residual connection around it."""

    def __init__(self, width=0):
        super().__init__()
        self.query, self.key, self.value = (nn.Dense(8, flatten=False, in_units=width) for _ in range(3))
        self.out = nn.Dense(8, flatten=False, in_units=8 if width else 0)

    def forward(self, x):
        query = self.query(x)
        weights = mx.npx.softmax(mx.npx.batch_dot(query, self.key(x), transpose_b=True) / 8 ** 0.5)
        return self.out(mx.npx.batch_dot(weights, self.value(x))) + query


@mx.util.use_np
class Autoencoder(Block):
    """A decoder with the transposed weight of its encoder."""

    def __init__(self, width=0):
        super().__init__()
        self.encoder = nn.Dense(6, in_units=width, activation="relu")

    def forward(self, x):
        return mx.np.dot(self.encoder(x), self.encoder.weight.data())


@mx.util.use_np
class Branching(Block):
    """Two branches, of which the input's rank takes one: the other stays deferred."""

    def __init__(self, width=0):
        super().__init__()
        self.rows, self.images = nn.Dense(6, in_units=width), nn.Conv2D(6, 3)

    def forward(self, x):
        return self.images(x) if x.ndim == 4 else self.rows(x)
