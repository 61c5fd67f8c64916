"""Where Gluon lets a user say of a block which dtype, context and trainability its parameters will have."""

from __future__ import annotations

import contextlib
from typing import Any, Sequence

import numpy as np

from . import mxnet_facts as facts
from . import mxnet_generations as generations
from . import mxnet_learning as learning
from .base import Batch, NotOffered, Placement
from .mxnet_routes import hybridize


def placements(adapter) -> Sequence[Placement]:
    """dtype, context and trainability, set before ``initialize()``, after it, or around everything."""
    mx, first = adapter.mx, adapter.ctx
    other = mx.cpu(1) if adapter.device == "cpu" else mx.cpu(0)
    double = {"dtype": "float64"}
    start, gather = adapter.start, generations.together
    whole, kind, word = generations.words(mx)
    routes = [
        placement_of(adapter, "cast before initialize()", double, lambda m: m.cast("float64")),
        placement_of(adapter, "cast of a hybridized block", double, lambda m: (hybridize(m), m.cast("float64"))),
        placement_of(adapter, f"{whole}.setattr('dtype')", double, lambda m: gather(m).setattr("dtype", "float64")),
        placement_of(adapter, "grad_req before initialize()", {"trainable": False}, lambda m: gather(m).setattr("grad_req", "null")),
        placement_of(adapter, "grad_req='add' before initialize()", {}, lambda m: gather(m).setattr("grad_req", "add"),
                     forgotten=lambda m: learning.overwriting(adapter, m)),
        placement_of(adapter, "grad_req of what a pattern selects", {}, lambda m: [setattr(p, "grad_req", "null") for p in _weights(m)],
                     forgotten=lambda m: [name for name, p in facts.named(m).items() if not facts.buffer(mx, p) and (p.grad_req == "null") != name.endswith("weight")]),
        placement_of(adapter, "float16 of batch norms", {}, lambda m: [norm.cast("float16") for norm in norms(adapter, m)], late=False,
                     forgotten=lambda m: halved(adapter, m)),
    ]
    # A model that calls initialize() itself chooses when, and where its parameters lie.
    return routes if not adapter.calls.initialize else routes + [
        placement_of(adapter, "cast after initialize()", double, lambda m: (start(m), m.cast("float64"))),
        placement_of(adapter, f"initialize({word}=)", {"device": str(other)}, lambda m: m.initialize(**{word: other}), other),
        placement_of(adapter, f"initialize({word}=[,])", {"device": f"{first}, {other}"}, lambda m: m.initialize(**{word: [first, other]})),
        placement_of(adapter, f"reset_{word} after initialize()", {"device": str(other)}, lambda m: (start(m), generations.reset(m, other)), other),
        placement_of(adapter, f"with {kind}", {"device": str(other)}, lambda m: m.initialize(), other, lambda: getattr(mx, kind)(other)),
        placement_of(adapter, "grad_req after initialize()", {"trainable": False}, lambda m: (start(m), gather(m).setattr("grad_req", "null"))),
    ]


def placement_of(adapter, name, expected, act, ctx=None, around=contextlib.nullcontext, **further: Any) -> Placement:
    """One route; ``ctx`` is where the data of the pass must lie, as everywhere in MXNet."""
    def prepare(model):
        with adapter.inside(model):
            act(model)
        return model

    def convert(batch: Batch) -> Batch:
        return batch if ctx is None else Batch(tuple(value.as_in_ctx(ctx) for value in batch.args), batch.kwargs)
    return Placement(name, expected, prepare, around, expected.get("dtype", "float32"), convert, exact="dtype" not in expected, **further)


def _weights(model):
    """What ``collect_params`` selects of a model by a pattern, if it has other parameters too that learn."""
    if len({name.endswith("weight") for name, p in facts.named(model).items() if p.grad_req != "null"}) < 2:
        raise NotOffered("All of its parameters, or none, are weights.")
    return list(model.collect_params(".*weight").values())


def norms(adapter, model) -> Sequence:
    """The batch norms of a model, which stay float32 when it is cast to float16."""
    found = [block for _, block in facts.blocks(model) if isinstance(block, adapter.mx.gluon.nn.BatchNorm)]
    if not found:
        raise NotOffered("The model has no batch norm.")
    return found


def halved(adapter, model) -> Sequence[str]:
    return [parameter.name for norm in norms(adapter, model) for parameter in facts.named(norm).values() if np.dtype(parameter.dtype) != np.float32]
