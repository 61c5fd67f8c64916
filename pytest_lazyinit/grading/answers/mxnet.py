"""MXNet Gluon, with NumPy or classic arrays: whichever the answer switched on. Every result is waited for, since errors come late."""

from __future__ import annotations

import functools
import weakref
from typing import Any, Dict, List, Optional, Tuple

import numpy

from .own import Unfit
from .toolkit import Toolkit, change, first_of, moved
from .walking import Found, Walk, isinstance_of


class MXNet(Toolkit):
    hidden = ("_children", "_reg_params")

    def __init__(self) -> None:
        import mxnet as mx
        from mxnet.gluon import Block, Parameter
        super().__init__([mx])
        self.mx, self.Block, self.Parameter, self.NDArray = mx, Block, Parameter, mx.nd.NDArray
        self.is_np, self.classic, self.modern = mx.util.is_np_array, mx.nd.array, mx.np.array
        self.set_seed = mx.random.seed
        self.record, self.asnumpy, self.wait = mx.autograd.record, mx.nd.NDArray.asnumpy, mx.nd.waitall
        self.backward, self.initialize = mx.nd.NDArray.backward, Parameter.initialize
        self.blocks = Walk(lambda value: isinstance_of(value, (Block,)))
        original, toolkit = Block.__call__, self

        @functools.wraps(original)
        def call(block: Any, *args: Any, **kwargs: Any) -> Any:
            output = original(block, *args, **kwargs)
            toolkit.completed(block)
            return output
        Block.__call__ = call

    def opened(self, namespace: Dict[str, Any], label: str) -> None:
        super().opened(namespace, label)
        self.blocks.namespace = namespace

    # -- parameters -----------------------------------------------------------------------------------

    def is_parameter(self, value: Any) -> bool:
        kinds = type(value).__mro__
        return self.Parameter in kinds or self.NDArray in kinds and value.grad is not None

    def children(self, value: Any) -> Optional[List[Tuple[str, Any]]]:
        """A block's own parameters first, then its blocks, then what its author keeps beside them."""
        if isinstance_of(value, (self.NDArray,)):
            return []
        if not isinstance_of(value, (self.Block,)):
            return None
        own = [("_reg_params", dict(value._reg_params)), ("_children", children(value))]
        kept = [("params", getattr(value, "_params", None))]  # also those that no attribute holds
        return own + [(key, item) for key, item in vars(value).items() if not key.startswith("_")] + kept

    def described(self, found: Found) -> Dict[str, Any]:
        value = found.value
        if self.NDArray in type(value).__mro__:
            return {"shape": list(value.shape), "exists": True}
        exists = value._data is not None
        return {"shape": [int(size) for size in value.shape] if exists else None, "exists": exists}

    def seed(self) -> None:
        super().seed()
        self.set_seed(0)

    def parts(self, model: Any) -> List[Any]:
        queue, found = [one.value for one in self.blocks(model)], []
        while queue:
            block = queue.pop()
            queue += children(block).values()
            found += [] if block._children else [block]
        return found

    def start(self, model: Any) -> None:
        """``initialize()`` where the answer has not called it."""
        for found in list(self.walk(model)):
            value = found.value
            if self.Parameter in type(value).__mro__ and value._data is None and not value._deferred_init:
                self.initialize(value, init=self.mx.init.Uniform(0.5) if value.init is None else value.init, default_init=self.mx.init.Uniform(0.5))

    # -- passes ---------------------------------------------------------------------------------------

    def _array(self, x: Any) -> Any:
        return self.modern(x, dtype="float32") if self.is_np() else self.classic(x, dtype="float32")

    def run(self, model: Any, x: Any) -> None:
        output = first_of(model(x))
        if isinstance_of(output, (self.NDArray,)):
            self.asnumpy(output)
        self.wait()

    def use(self, model: Any, x: Any) -> numpy.ndarray:
        self.start(model)
        return self._numbers(model(self._array(x)))

    def step(self, model: Any, x: Any, weights: Any, rate: float) -> List[Dict[str, Any]]:
        """An old gradient stays where a pass did not reach, so all are cleared first."""
        leaves = self._leaves(model)
        if not leaves:
            return []
        for _, gradient in leaves:
            gradient[:] = 0
        with self.record(train_mode=False):
            output = first_of(model(self._array(x)))
            loss = (output * self._array(weights)).sum()
        self.backward(loss)
        found = []
        for value, gradient in leaves:
            by = change(self.asnumpy(value), self.asnumpy(gradient), rate)
            if by is not None:
                # In place by an operator: an array that oneDNN holds in a layout of its own takes no values otherwise.
                value += self._like(value, by)
                found.append(moved(by.shape, by))
        self.wait()
        return found

    def _leaves(self, model: Any) -> List[tuple]:
        """Arrays of parameters with the arrays of their gradients."""
        values = [found.value for found in self.walk(model)]
        arrays = [value.data() if self.Parameter in type(value).__mro__ else value for value in values if getattr(value, "grad_req", "") != "null"
                  and (self.NDArray in type(value).__mro__ or value._data is not None)]
        return [(array, array.grad) for array in arrays if array.grad is not None]

    def _like(self, value: Any, by: Any) -> Any:
        make = self.modern if isinstance_of(value, (self.mx.np.ndarray,)) else self.classic
        return make(by, dtype=value.dtype)

    def _numbers(self, output: Any) -> numpy.ndarray:
        output = first_of(output)
        if not isinstance_of(output, (self.NDArray,)):
            raise Unfit(f"the model returned a {type(output).__name__} and no array of MXNet")
        return self.asnumpy(output)


def children(block: Any) -> Dict[str, Any]:
    """A block's blocks; MXNet 2 holds them by weak references."""
    return {name: child() if isinstance_of(child, (weakref.ref,)) else child for name, child in block._children.items()}


def toolkit() -> Toolkit:
    return MXNet()
