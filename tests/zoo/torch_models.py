"""Sound lazily initialized models of PyTorch as authors write them, each with inputs of another form."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

import torch
from torch import nn
from torch.nn import functional as F


class State(NamedTuple):
    hidden: Any
    steps: Optional[int]


class Fusion(nn.Module):
    """Two inputs of different widths, the second one optional."""

    def __init__(self):
        super().__init__()
        self.image, self.text = nn.LazyLinear(6), nn.LazyLinear(6)

    def forward(self, image, text=None, normalized=False):
        joined = self.image(image) + (self.text(text) if text is not None else 0)
        return F.normalize(joined, dim=-1) if normalized else torch.tanh(joined)


class Records(nn.Module):
    """A nest of dicts, lists and tuples, with keys that are no strings."""

    def __init__(self):
        super().__init__()
        self.dense, self.pair = nn.LazyLinear(4), nn.LazyLinear(4)

    def forward(self, record):
        left, right = record["pairs"][0]
        return {("score", 1): self.dense(record[1]["dense"]), "pair": [self.pair(left * right)]}


class Tokens(nn.Module):
    """Ids below the size of the vocabulary, a boolean mask, and features of each token."""

    def __init__(self, vocabulary=11):
        super().__init__()
        self.embed, self.head = nn.Embedding(vocabulary, 5), nn.LazyLinear(3)

    def forward(self, ids, mask, features=None):
        found = self.embed(ids) if features is None else torch.cat([self.embed(ids), features], -1)
        return self.head(found) * mask[..., None]


class Lengths(nn.Module):
    """A recurrent layer over sequences of different lengths."""

    def __init__(self):
        super().__init__()
        self.inner, self.rnn, self.head = nn.LazyLinear(4), nn.GRU(4, 5, batch_first=True), nn.LazyLinear(2)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.inner(x), lengths, batch_first=True, enforce_sorted=False)
        return self.head(self.rnn(packed)[1][-1])


class Graph(nn.Module):
    """Messages along edges; an edge is two numbers below the number of nodes."""

    def __init__(self):
        super().__init__()
        self.own, self.near = nn.LazyLinear(6), nn.LazyLinear(6)

    def forward(self, nodes, edges):
        return self.own(nodes) + self.near(torch.zeros_like(nodes).index_add(0, edges[1], nodes[edges[0]]))


class SparseGraph(Graph):
    """The same with a sparse adjacency matrix."""

    def forward(self, nodes, adjacency):
        return self.own(nodes) + self.near(torch.sparse.mm(adjacency, nodes))


class Cell(nn.Module):
    """A recurrent step with its state in a named tuple, which counts steps as well."""

    def __init__(self):
        super().__init__()
        self.input, self.hidden = nn.LazyLinear(4), nn.Linear(4, 4)

    def forward(self, x, state: State):
        hidden = torch.tanh(self.input(x) + self.hidden(state.hidden))
        return hidden, State(hidden, (state.steps or 0) + 1)


class Decoder(nn.Module):
    """Whole sequences at first, one step from a state later."""

    def __init__(self):
        super().__init__()
        self.input, self.cell, self.head = nn.LazyLinear(4), nn.GRU(4, 4, batch_first=True), nn.LazyLinear(3)

    def forward(self, x, hidden=None):
        found, hidden = self.cell(torch.tanh(self.input(x)), hidden)
        return self.head(found), hidden


class InPlace(nn.Module):
    """A model that writes into what it is given."""

    def __init__(self):
        super().__init__()
        self.inner = nn.LazyLinear(4)

    def forward(self, x):
        return self.inner(x.sub_(x.mean(-1, keepdim=True)).clamp_(-1, 1))


class Pointwise(nn.Module):
    """Two inputs whose widths are one: a query and keys that are multiplied."""

    def __init__(self):
        super().__init__()
        self.score = nn.LazyLinear(3)

    def forward(self, query, keys):
        return self.score(query * keys)


class Twinned(nn.Module):
    """Lazy, or eager where the number of features is said."""

    def __init__(self, features=None):
        super().__init__()
        self.inner = nn.Linear(features, 6) if features else nn.LazyLinear(6)
        self.outer = nn.Linear(6, 3) if features else nn.LazyLinear(3)

    def forward(self, x):
        return self.outer(torch.tanh(self.inner(x)))
