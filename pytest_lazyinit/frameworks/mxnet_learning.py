"""Gradients, training steps and initializers of one's own in Gluon.

Gluon keeps a gradient buffer for every parameter that is not frozen, full of zeros where nothing
arrives; what autograd has written is marked fresh, and only that counts as a gradient here.
"""

from __future__ import annotations

import contextlib
from typing import Any, Iterable, Iterator, List, Mapping, Optional, Sequence

import numpy as np

from . import mxnet_arrays as arrays
from . import mxnet_facts as facts
from . import mxnet_generations as generations
from .base import Batch, NotOffered


def loss(adapter, model, batch: Batch):
    """``mean((output - 1)²)``, summed over the floating arrays of an output."""
    output = adapter.apply(model, batch)
    floating = [leaf for leaf in adapter.arrays(output) if np.dtype(leaf.dtype).kind == "f"]
    return sum(((leaf - 1) ** 2).mean() for leaf in floating)


def backward(adapter, model, batches: Iterable[Batch]):
    """Gradients of the summed loss, in training mode unless told otherwise, into the parameters; the loss."""
    with adapter.mx.autograd.record(train_mode=adapter.learns):
        total = sum(loss(adapter, model, batch) for batch in batches)
    total.backward()
    return total


def gradients(adapter, model, batches: Sequence[Batch]) -> Mapping[str, Optional[np.ndarray]]:
    """The fresh gradients by name; buffers, gradients and marks are left as they were."""
    adapter.start(model)
    with adapter.inside(model), kept(adapter, model):
        known = {name: p for name, p in facts.named(model).items() if not facts.buffer(adapter.mx, p)}
        # With nothing to train there is no graph, and MXNet refuses to go backward.
        if any(parameter.grad_req != "null" for parameter in known.values()):
            try:
                backward(adapter, model, batches)
            except adapter.mx.base.MXNetError as error:
                if "not in a computational graph" not in str(error):
                    raise  # else nothing that learns was reached, and no gradient arrives
        return {name: p._grad[0].asnumpy() if p._grad and p._data[0]._fresh_grad else None for name, p in known.items()}


def input_gradients(adapter, model, batch: Batch) -> Sequence[Optional[np.ndarray]]:
    """Gradients by the floating arrays of the input, in order; those of parameters are left as they were."""
    given: List[Any] = []

    def leaf(_, value: Any) -> Any:
        if not isinstance(value, adapter.mx.nd.NDArray) or np.dtype(value.dtype).kind != "f":
            return value
        given.append(value.copy())
        given[-1].attach_grad()
        return given[-1]
    adapter.start(model)
    with adapter.inside(model), kept(adapter, model):
        backward(adapter, model, [arrays.fed(adapter, model, batch).changed(leaf)])
        return [array.grad.asnumpy() for array in given]


@contextlib.contextmanager
def kept(adapter, model) -> Iterator[None]:
    """Gradients zero and stale inside; gradients, marks and buffers as they were afterwards."""
    known = list(facts.named(model).values())
    buffers = [(p._data[0], p._data[0].copy()) for p in known if p._data and facts.buffer(adapter.mx, p)]
    learned = [(p._data[0], p._data[0]._fresh_grad, p._grad[0], p._grad[0].copy()) for p in known if p._grad]
    for array, *_ in learned:
        mark(array, False)
    generations.together(model).zero_grad()
    try:
        yield
    finally:
        generations.together(model).zero_grad()
        for array, fresh, gradient, before in learned:
            before.copyto(gradient)
            mark(array, fresh)
        for array, before in buffers:
            before.copyto(array)


def overwriting(adapter, model) -> Sequence[str]:
    """The parameters that learn and whose second gradient does not add to the first."""
    with adapter.inside(model):
        learned = {name: p for name, p in facts.named(model).items() if p._grad and p._grad[0].stype == "default"}
        generations.together(model).zero_grad()
        for _ in range(2):
            for parameter in learned.values():
                with adapter.mx.autograd.record():
                    total = parameter._data[0].sum()
                total.backward()
        return [name for name, parameter in learned.items() if (parameter._grad[0].asnumpy() != 2).any()]


def mark(array, fresh: bool) -> None:
    """Mark an array's gradient as fresh or stale."""
    # MXNet refuses to set the mark of an array that autograd does not know, even to what it is.
    if array._fresh_grad != fresh:
        array._fresh_grad = fresh


def optimizer(adapter, model):
    """A ``Trainer``; it asks every parameter for its context, so ``initialize()`` comes first."""
    adapter.start(model)
    if not adapter.calls.initialize and not all(map(facts.touched, facts.named(model).values())):
        raise NotOffered("A Trainer cannot be made before initialize(), which the model's own first pass calls.")
    with adapter.inside(model):
        return adapter.mx.gluon.Trainer(model.collect_params(), "sgd", {"learning_rate": 0.1})


def step(adapter, model, trainer, batch: Batch) -> float:
    """One step; layers that the batch does not reach keep their values, where the default is to raise."""
    adapter.start(model)
    with adapter.inside(model):
        total = backward(adapter, model, [batch])
        with passing_over(trainer, [p for p in facts.named(model).values() if p._data is None]):
            trainer.step(1, ignore_stale_grad=True)
        return float(total.asnumpy())


@contextlib.contextmanager
def passing_over(trainer, waiting: Sequence) -> Iterator[None]:
    """Uninitialized parameters told to be frozen: ``Trainer.step`` raises for them, also where no gradient is due."""
    if waiting and not trainer._kv_initialized:
        # This asks every parameter for its value. Only the list is cut; a parameter keeps its number in it.
        known, trainer._params = trainer._params, [parameter for parameter in trainer._params if parameter._data]
        trainer._init_kvstore()
        trainer._params = known
    before = [(parameter, parameter._grad_req) for parameter in waiting]
    for parameter, _ in before:
        parameter._grad_req = "null"
    try:
        yield
    finally:
        for parameter, request in before:
            parameter._grad_req = request


def freeze(mx, model) -> str:
    """``grad_req = 'null'`` for all of the first layer that learns, the model itself only where no layer in it does; the glob."""
    learn = [(path, block) for path, block in facts.blocks(model)
             if any(p.grad_req != "null" and not facts.buffer(mx, p) for p in block._reg_params.values())]
    if not learn:
        raise NotOffered("no layer has a parameter that learns before the first pass")
    path, layer = next((found for found in learn if found[0]), learn[0])
    generations.together(layer).setattr("grad_req", "null")
    return f"{path}.*" if path else "*"


def custom_init(adapter, model, batch: Batch, value: float) -> None:
    """A dry run, then a constant for every parameter that learns."""
    adapter.first_pass(model, batch)
    with adapter.inside(model):
        # Block.initialize(init) would leave biases alone: a parameter's own init comes first there.
        for parameter in facts.named(model).values():
            if not facts.buffer(adapter.mx, parameter) and parameter._data:
                parameter.initialize(init=adapter.mx.init.Constant(value), ctx=generations.places(parameter), force_reinit=True)


def perturb(adapter, model, delta: float) -> None:
    """Add ``delta`` to what learns, in place and on every context."""
    with adapter.inside(model):
        learned = [p for p in facts.named(model).values() if p.grad_req != "null" and p._data]
        for array in (array for parameter in learned for array in parameter._data):
            array[:] = array + delta
