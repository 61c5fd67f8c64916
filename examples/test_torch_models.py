"""Own models of PyTorch under the contract of lazy initialization: run with ``pytest examples/test_torch_models.py``."""

from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from pytest_lazyinit import contract

torch.set_num_threads(1)  # with models as small as these threads only wait for each other


# 1. An image classifier with its eager twin. Channels come first, batch normalization and dropout behave otherwise in
#    training: the harness finds all of that out. The twin makes shapes, values, repr and forms of call comparable.

class Classifier(nn.Module):
    def __init__(self, channels=None):
        super().__init__()
        lazy = channels is None
        self.conv = nn.LazyConv2d(4, 3, padding=1) if lazy else nn.Conv2d(channels, 4, 3, padding=1)
        self.norm = nn.LazyBatchNorm2d() if lazy else nn.BatchNorm2d(4)
        self.head = nn.LazyLinear(3) if lazy else nn.Linear(4, 3)

    def forward(self, images):
        return self.head(F.dropout(torch.relu(self.norm(self.conv(images))).mean((2, 3)), 0.2, self.training))


test_classifier = contract(Classifier, input_shape=(3, 2, 6, 5), like=lambda: Classifier(channels=2), shapes={"conv.weight": (4, 2, 3, 3)})


# 2. Messages on a graph. The edges hold numbers of nodes, so a size of them cannot be changed at will: `inputs=` gives an
#    example, of which the harness changes one axis of one leaf at a time, and only axes on which a parameter depends.
#    Nodes are no batch, so there is none to vary.

class GraphLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.own, self.near = nn.LazyLinear(6), nn.LazyLinear(6)

    def forward(self, nodes, edges):
        source, target = edges
        return torch.relu(self.own(nodes) + self.near(torch.zeros_like(nodes).index_add(0, target, nodes[source])))


def graph():
    return torch.randn(5, 3), torch.tensor([[0, 1, 2, 4], [1, 2, 3, 0]])


test_graph_layer = contract(GraphLayer, inputs=graph, batch_axis=None)


# 3. A translator's decoder: a nest of inputs, a state in a named tuple, another form of call after the first pass, and a
#    head for another task that this input does not reach. Such a layer stays uninitialized, which is the commonest bug of
#    lazy models; where it is meant, say so by name.

class State(NamedTuple):
    hidden: Any


class Decoder(nn.Module):
    def __init__(self, vocabulary=11):
        super().__init__()
        self.embed, self.memory = nn.Embedding(vocabulary, 4), nn.LazyLinear(4)
        self.step, self.head, self.pretraining = nn.GRUCell(4, 4), nn.Linear(4, vocabulary), nn.LazyLinear(2)

    def forward(self, batch, state: State):
        hidden = self.step(self.embed(batch["token"]) + self.memory(batch["memory"]), state.hidden)
        return {"logits": self.head(hidden) * batch["keep"][:, None], "state": State(hidden)}


def decoding(rows):
    def make():
        batch = {"token": torch.randint(0, 11, (rows,)), "memory": torch.randn(rows, 3), "keep": torch.ones(rows, dtype=torch.bool)}
        return batch, State(torch.zeros(rows, 4))
    return make


test_decoder = contract(Decoder, inputs=decoding(4), later_inputs=decoding(2), stays_uninitialized=["pretraining.*"])


# 4. A layer with a lazy mechanism of its own, inside a model that is called by a method and returns a distribution. It
#    draws at each call, so the harness compares the distribution's mean. Initial values are the author's: no
#    documented initializer of the framework is held against them.

class Scale(LazyModuleMixin, nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = UninitializedParameter()

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.weight.materialize((x.shape[-1],))
            nn.init.normal_(self.weight, 1.0, 0.1)

    def forward(self, x):
        if x.shape[-1:] != self.weight.shape:  # an elementwise product alone would broadcast one feature to all
            raise RuntimeError(f"{x.shape[-1]} features, expected {self.weight.shape[0]}")
        return x * self.weight


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale, self.mean, self.spread = Scale(), nn.LazyLinear(2), nn.LazyLinear(2)

    def act(self, observation):
        hidden = torch.tanh(self.scale(observation))
        return torch.distributions.Normal(self.mean(hidden), F.softplus(self.spread(hidden)) + 0.1)


test_policy = contract(Policy, input_shape=(4, 5), call="act", train=".training", output=lambda found: (found.mean, found.stddev))


# 5. Layers that are made at the first call. Nothing is there before it, so nothing can be frozen, filled or converted
#    before it: a departure of this model, which its author declares with the reason. When it goes away, the run says so.

class Grown(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList()

    def forward(self, x):
        if not self.layers:
            self.layers.append(nn.Linear(x.shape[-1], 4, dtype=x.dtype, device=x.device))
        return self.layers[0](x)


LATE = "the layers are made at the first call; freeze, fill and convert them after it"

TRACED = "a trace records how the layers are made, and makes them anew at each call; trace after the first call"

test_grown = contract(Grown, input_shape=(4, 5), expected={"before.initialize_only_registers": LATE, "before.placement_remembered": LATE,
                                                           "transform.compiled_first_pass": TRACED})
