"""A pair of functions as a linen module. Imported by the adapter once Flax is there."""

from __future__ import annotations

from typing import Any, Callable

from flax import linen as nn


class Transformed(nn.Module):
    """``init(key, *inputs)`` gives a tree of parameters, ``apply(tree, *inputs)`` the output.

    The pair is what functional libraries make of a model; as a module it meets the same clauses.
    """

    initialize: Callable[..., Any]
    compute: Callable[..., Any]

    @nn.compact
    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        tree = self.param("tree", lambda key: self.initialize(key, *inputs, **keywords))
        return self.compute(tree, *inputs, **keywords)
