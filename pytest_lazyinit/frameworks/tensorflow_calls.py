"""Watching a pass of Keras 2 and 3: ``Layer.__call__``, and ``Layer._maybe_build``, in which variables are created.

Keras calls the layers of a ``Sequential`` twice at the first pass: with symbolic inputs to build them, then with
the data. The callbacks run ``untraced`` (in ``init_scope``), where the values of variables can be read in either case.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterator, List, Optional

from . import tensorflow_layers as layers
from .tensorflow_facts import initializer_of
from .watching import Layers, Owner, following, replaced, timing


class Paths:
    """Paths of a model's layers; layers may join it during the pass."""

    def __init__(self, model: Any):
        self.model = model
        self.known = {}

    def of(self, layer: Any) -> Optional[str]:
        if id(layer) not in self.known:
            self.known.update({id(found): path for path, found in layers.tree(self.model)})
        return self.known.get(id(layer))


@contextlib.contextmanager
def watched(adapter, model, enter: Callable, leave: Callable, made: Callable) -> Iterator[Layers]:
    paths, base, scope = Paths(model), adapter.keras.layers.Layer, adapter.untraced

    def unbuilt(layer) -> Optional[str]:
        return None if layer.built else paths.of(layer)

    def owner(name: str) -> Owner:
        entry = next((entry for entry in layers.named(model) if entry.name == name), None)
        if entry is None:  # a parameter that its layer is going to create
            path = name.rpartition("/")[0]
            return path, next((type(layer).__name__ for known, layer in layers.tree(model) if known == path), "")
        return paths.of(entry.owner) or "", type(entry.owner).__name__
    with replaced([(base, "__call__")], following(paths.of, enter, leave, scope)), \
            replaced([(base, "_maybe_build")], timing(unbuilt, made, scope)):
        yield Layers(owner, lambda: waiting(model))


def waiting(model) -> List[Owner]:
    """Unbuilt layers that keep initializers for variables to come."""
    return [(path, type(layer).__name__) for path, layer in layers.leaves(model) if not layer.built and initializer_of(layer)]
