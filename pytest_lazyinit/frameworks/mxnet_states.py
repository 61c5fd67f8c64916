"""Routes by which Gluon lets a user start over, save and load. Each function takes the adapter, as in ``mxnet_routes``."""

from __future__ import annotations

import os
import tempfile
from typing import Any, Callable, Mapping

import numpy as np

from . import mxnet_facts as facts
from . import mxnet_generations as generations
from .base import Batch, NotOffered


def restarts(adapter) -> Mapping[str, Callable[[Any, Batch], Any]]:
    """Ways back to a model for another width; each ends in the pass that must then work or be refused."""
    def reinitialize(model):
        model.initialize(ctx=adapter.ctx, force_reinit=True)

    def forget(model):
        for parameter in model.collect_params().values():
            parameter.shape = (parameter.shape[0],) + tuple(-1 if model.numpy_semantics else 0 for _ in parameter.shape[1:])
        reinitialize(model)

    def reload(model):
        reinitialize(model)
        model.hybridize()
    ways = {"initialize(force_reinit=True)": reinitialize, "Parameter.shape": forget, "initialize(force_reinit=True) and hybridize()": reload}
    return {name: lambda model, batch, way=way: _restarted(adapter, model, batch, way) for name, way in ways.items()}


def _restarted(adapter, model, batch: Batch, way) -> Any:
    with adapter.inside(model):
        way(model)
    adapter.apply(model, batch)
    return model


def saved(save: Callable[[str], Any]) -> bytes:
    """What ``save(path)`` writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "saved.params")
        save(path)
        with open(path, "rb") as file:
            return file.read()


def complete(adapter, model) -> Mapping[str, np.ndarray]:
    """The state of a model after its first pass, which must have reached every parameter."""
    waiting = [name for name, parameter in facts.named(model).items() if parameter._data is None]
    if waiting:
        raise NotOffered(f"Gluon saves no block with an uninitialized parameter, and this one leaves {', '.join(waiting)}.")
    return state(adapter, model)


def state(adapter, model) -> Mapping[str, np.ndarray]:
    """The arrays that ``save_parameters`` writes, by the names in its file."""
    with adapter.inside(model), tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "saved.params")
        model.save_parameters(path)
        read = adapter.mx.npx.load if model.numpy_semantics else adapter.mx.nd.load
        return {name: array.asnumpy() for name, array in read(path).items()}


def load(adapter, model, arrays: Mapping[str, np.ndarray], **how: Any) -> None:
    """``load_parameters`` from a file with these arrays, onto the device where nothing else was said."""
    mx = adapter.mx
    with adapter.inside(model), tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "saved.params")
        make, write = mx.np.array if model.numpy_semantics else mx.nd.array, generations.writer(mx, model.numpy_semantics)
        write(path, {name: make(array, dtype=array.dtype) for name, array in arrays.items()})
        read_into(adapter, model, path, **how)


def read_into(adapter, model, path: str, **how: Any) -> None:
    """``load_parameters``; a block of which nothing is placed yet must be told where its values go."""
    placed = any(facts.touched(parameter) for parameter in facts.named(model).values())
    model.load_parameters(path, ctx=None if placed else adapter.ctx, **how)


def loaded(load: Callable[[str], Any], kept: bytes) -> Any:
    """What ``load(path)`` gives of a file with these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "saved.params")
        with open(path, "wb") as file:
            file.write(kept)
        return load(path)
