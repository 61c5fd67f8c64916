"""Sound models of MXNet Gluon as authors write them, one a kind. Imports MXNet; at the top of a module so that pickle finds them."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import mxnet as mx
from mxnet import autograd
from mxnet.gluon import Block, nn, rnn


# -- forms of input -------------------------------------------------------------------------------------------

class Towers(Block):
    """A score of two inputs of different widths."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.users, self.items = nn.Dense(4), nn.Dense(4)

    def forward(self, user, item):
        return self.users(user) * self.items(item)


class Keywords(Block):
    """Gluon's ``__call__`` takes no keywords, so this author's entry point is a method."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.content, self.context = nn.Dense(4), nn.Dense(4)

    def encode(self, x, *, context=None, scale=1.0):
        found = self.content(x) * scale
        return found if context is None else found + self.context(context)


@mx.util.use_np
class Nested(Block):
    """A dictionary of pairs, of lists, of a key that is no string, and of an option that is not given."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.left, self.right, self.extra = nn.Dense(4), nn.Dense(4), nn.Dense(4)

    def forward(self, inputs):
        left, right = inputs["pair"]
        found = self.left(left) + self.right(right) + self.extra(inputs[3][0])
        return found if inputs["bias"] is None else found + inputs["bias"]


class Sentiment(Block):
    """Tokens and their number in each row, padded; classic arrays, and time first inside."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.embedding, self.output = nn.Embedding(11, 6), nn.Dense(3)

    def forward(self, ids, length):
        found = self.embedding(ids).transpose((1, 0, 2))
        kept = mx.nd.SequenceMask(found, length, use_sequence_length=True)
        return self.output(kept.sum(axis=0))


@mx.util.use_np
class Attention(Block):
    """Keys under a boolean mask, with an optional memory."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.query, self.key, self.value = (nn.Dense(4, flatten=False, use_bias=False) for _ in range(3))

    def forward(self, x, mask, memory=None):
        memory = x if memory is None else memory
        scores = mx.np.matmul(self.query(x), self.key(memory).transpose(0, 2, 1))
        scores = mx.np.where(mx.np.expand_dims(mask, 1), scores, mx.np.full_like(scores, -1e9))
        return mx.np.matmul(mx.npx.softmax(scores), self.value(memory))


@mx.util.use_np
class Graph(Block):
    """One step of message passing over an edge index, whose values must stay below the number of nodes."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.own, self.message = nn.Dense(4), nn.Dense(4, use_bias=False)

    def forward(self, nodes, edges):
        assert int(edges.max()) < nodes.shape[0], "an edge to a node that is not there"
        sent = self.message(nodes)[edges[0]]
        arrived = mx.np.dot(mx.npx.one_hot(edges[1], nodes.shape[0]).T, sent)
        return self.own(nodes) + arrived


State = namedtuple("State", "hidden cell")


class Cell(Block):
    """A step of an LSTM whose state is a named tuple."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.cell = rnn.LSTMCell(4)

    def forward(self, x, state):
        output, state = self.cell(x, list(state))
        return output, State(*state)


class Recurrent(Block):
    """Time first; without a state it starts from zeros."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.layer, self.output = rnn.GRU(4), nn.Dense(3, flatten=False)

    def forward(self, x, state=None):
        state = self.layer.begin_state(x.shape[1]) if state is None else state
        found, state = self.layer(x, state)
        return self.output(found), state


class Rescaling(Block):
    """Writes into its input, to save memory."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.output = nn.Dense(3)

    def forward(self, x):
        x *= 0.5
        return self.output(x)


# -- ways to call ---------------------------------------------------------------------------------------------

class Starting(Block):
    """Chooses its initializers itself: ``start`` is its first pass, as the chapter's ``apply_init``."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden, self.output = nn.Dense(6, activation="relu"), nn.Dense(3)

    def forward(self, x):
        return self.output(self.hidden(x))

    def start(self, x):
        self.hidden.initialize(mx.init.Xavier(), ctx=x.context)
        self.output.initialize(mx.init.Normal(0.1), ctx=x.context)
        self(x)


class Ready(nn.HybridSequential):
    """Calls ``initialize()`` in its constructor."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.add(nn.Dense(6, activation="relu"), nn.Dense(3))
        self.initialize()


class Noisy(Block):
    """Adds noise where it is told that it trains: by keyword, by position or by an attribute."""

    training = False

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden, self.output = nn.Dense(6, activation="relu"), nn.Dense(3)

    def forward(self, x, train=None):
        train = self.training if train is None else train
        found = self.hidden(x)
        return self.output(found + mx.nd.random.normal(shape=found.shape) if train else found)

    def predict(self, x, *, deterministic):
        return self(x, not deterministic)


class Sampler(Block):
    """Draws at each pass, in every mode."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mean, self.spread = nn.Dense(3), nn.Dense(3, activation="softrelu")

    def forward(self, x):
        mean, spread = self.mean(x), self.spread(x)
        return mean + spread * mx.nd.random.normal(shape=mean.shape)


class Normal:
    """A distribution; Gluon 1.9 has none of its own."""

    def __init__(self, mean, spread):
        self.mean, self.spread = mean, spread


class Policy(Sampler):
    """Gives a distribution."""

    def forward(self, x):
        return Normal(self.mean(x), self.spread(x))


@dataclass
class Found:
    """What a model with an auxiliary head gives."""

    logits: Any
    auxiliary: dict
    attention: Any = None


class Heads(Block):
    """A dataclass with a dictionary and with None inside."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.trunk, self.logits, self.value = nn.Dense(6, activation="relu"), nn.Dense(3), nn.Dense(1)

    def forward(self, x):
        found = self.trunk(x)
        return Found(self.logits(found), {"value": self.value(found)})


def modes(training: bool):
    """Autograd's mode, which is how Gluon's own layers are told."""
    return autograd.train_mode() if training else autograd.predict_mode()
