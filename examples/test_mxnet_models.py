"""Own models of MXNet Gluon under the contract: what an author writes, from one line to a few."""

from __future__ import annotations

from collections import namedtuple

import mxnet as mx
import numpy as np

from pytest_lazyinit import contract

nn = mx.gluon.nn


# 1. A tagger of padded sentences: token ids below the size of the vocabulary, and the length of each row. Nothing can be
#    drawn at random without knowing that, so the inputs come from a function, which is called under a fixed seed.

class Tagger(mx.gluon.Block):
    def __init__(self, vocabulary: int = 11, tags: int = 3, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.embedding = nn.Embedding(vocabulary, 6)
            self.encoder = mx.gluon.rnn.GRU(4, layout="NTC", bidirectional=True)
            self.features = nn.Dense(4, flatten=False)
            self.output = nn.Dense(tags, flatten=False)

    def forward(self, ids, features, length):
        found = self.encoder(self.embedding(ids)) + mx.nd.concat(*[self.features(features)] * 2, dim=2)
        return self.output(mx.nd.SequenceMask(found, length, use_sequence_length=True, axis=1))


def sentences():
    ids = np.random.randint(0, 11, (3, 5)).astype("int32")
    features = np.random.standard_normal((3, 5, 2)).astype("float32")
    return ids, features, np.array([5, 2, 1], dtype="float32")


test_tagger = contract(Tagger, inputs=sentences, shapes={"features.weight": (4, 2), "output.weight": (3, 8)})


# 2. An image classifier with dropout, with its eager twin: the same layers with every dimension declared. With the twin,
#    values, configuration and forms of call are compared too. The classic image layers take channels first, and which
#    axis is which is found by building: the number of channels counts, the height and the width do not.

def classifier(channels: int = 0, hidden: int = 0):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3, padding=1, activation="relu", in_channels=channels), nn.GlobalAvgPool2D(), nn.Dropout(0.5),
            nn.Dense(2, in_units=hidden))
    net.hybridize()
    return net


test_classifier = contract(classifier, input_shape=(2, 3, 8, 6), like=lambda: classifier(3, 4), name="classifier")


# 3. A decoder that carries a named tuple from step to step and chooses its initializers itself. Its own method is the first
#    pass; the harness must not call initialize() before. The first step has no state yet, later ones have one.

State = namedtuple("State", "hidden cell")


class Decoder(mx.gluon.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.cell, self.output = mx.gluon.rnn.LSTMCell(4), nn.Dense(3)

    def forward(self, x, state):
        state = self.cell.begin_state(x.shape[0], ctx=x.context) if state is None else list(state)
        found, state = self.cell(x, state)
        return self.output(found), State(*state)

    def start(self, x, state):
        self.initialize(mx.init.Xavier(), ctx=x.context)
        return self(x, state)


def step(state):
    return np.random.standard_normal((4, 5)).astype("float32"), state


test_decoder = contract(Decoder, first_pass="start", initialize=False, inputs=lambda: step(None),
                        later_inputs=lambda: step(State(*np.random.standard_normal((2, 4, 4)).astype("float32"))))


# 4. A graph layer under NumPy semantics: an edge index whose values must stay below the number of nodes, no batch axis, and
#    a laziness of its own, since a Block without symbols must set the shape by hand. It looks at its input first: a call
#    that is refused may bind nothing. A head for another task is not reached by this input, and that is said.

@mx.util.use_np
class Graph(mx.gluon.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(-1, 4), allow_deferred_init=True)
            self.head, self.other_task = nn.Dense(2), nn.Dense(7)

    def forward(self, nodes, edges, other_task=False):
        if self.weight.shape[0] == -1:
            if nodes.ndim != 2 or not nodes.shape[1] or nodes.dtype != np.dtype(self.weight.dtype):
                raise ValueError(f"expected nodes of {self.weight.dtype} with features, found {nodes.dtype} {nodes.shape}")
            self.weight.shape = (nodes.shape[1], 4)
            self.weight._finish_deferred_init()
        sent = mx.np.dot(nodes, self.weight.data())[edges[0]]
        arrived = mx.np.dot(mx.npx.one_hot(edges[1], nodes.shape[0]).T.astype(sent.dtype), sent)
        return self.other_task(arrived) if other_task else self.head(mx.np.tanh(arrived))


def graph():
    edges = np.array([[0, 1, 2, 3, 4, 0], [1, 2, 3, 4, 0, 2]], dtype="int32")
    return np.random.standard_normal((5, 3)).astype("float32"), edges


test_graph = contract(Graph, inputs=graph, batch_axis=None, stays_uninitialized=["other_task.*"])
