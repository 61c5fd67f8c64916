"""JAX and Flax: linen modules, NNX modules, pairs of parameters and function, and plain callables that keep arrays somewhere.

A linen module has no parameters of its own: the grader initializes it, keeps its variables, and adds to them what
another width needs. ``(module, variables)`` is a module that its author has initialized.
"""

from __future__ import annotations

import importlib
from typing import Any, Dict, List, Optional, Tuple

import numpy

from .flax_forms import Forms, Linen, Pure
from .own import Unfit
from .toolkit import Toolkit, change, first_of, moved
from .walking import Found, isinstance_of


class Flax(Forms, Toolkit):
    hidden = ("",)

    def __init__(self) -> None:
        import flax
        import jax
        import jaxlib
        from flax import linen
        self.jax, self.flax, self.linen, self.Array = jax, flax, linen, jax.Array
        self.nnx = imported_nnx()
        super().__init__([flax, jax, jaxlib])
        jax.config.update("jax_traceback_filtering", "off")
        jax.config.update("jax_disable_most_optimizations", True)  # compiles in half the time, computes the same
        self.jit, self.gradient, self.eval_shape, self.asarray = jax.jit, jax.grad, jax.eval_shape, jax.numpy.asarray
        self.key, self.flatten, self.unflatten = jax.random.PRNGKey, jax.tree_util.tree_flatten, jax.tree_util.tree_unflatten
        self.Tracer, self.sum = jax.core.Tracer, jax.numpy.sum
        self.concrete = (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError)
        self.words = numpy.array([0, 7], dtype="uint32")
        self._count_calls()

    # -- parameters -----------------------------------------------------------------------------------

    def is_parameter(self, value: Any) -> bool:
        """An array of real numbers, or a variable of NNX with one. NumPy arrays are data."""
        if self.nnx and isinstance_of(value, (self.nnx.Variable,)):
            return True
        return self._is_array(value)

    def _is_array(self, value: Any) -> bool:
        return isinstance(value, self.Array) and not isinstance(value, self.Tracer) and value.dtype.kind in "fV"

    def children(self, value: Any) -> Optional[List[Tuple[str, Any]]]:
        if isinstance_of(value, (Linen, Pure)):
            return [("", value.variables)]
        if self.nnx and isinstance_of(value, (self.nnx.Rngs, self.nnx.RngStream)):
            return []
        return [] if type(value).__module__.partition(".")[0] in ("jax", "jaxlib") else None

    def parameters(self, model: Any) -> List[Dict[str, Any]]:
        """NNX keeps the states of random streams as variables too; those are no parameters."""
        return [one for one in super().parameters(model) if one["shape"] is not None]

    def described(self, found: Found) -> Dict[str, Any]:
        value = found.value
        if self.nnx and isinstance_of(value, (self.nnx.Variable,)):
            value = value.value
            if not self._is_array(value):
                return {"shape": None, "exists": False}
            return {"shape": [int(size) for size in value.shape], "exists": True, "by": "eager"}
        return {"shape": [int(size) for size in value.shape], "exists": True}

    # -- passes ---------------------------------------------------------------------------------------

    def first_pass(self, model: Any, x: Any) -> List[int]:
        """Shapes alone, which linen and pure functions give without computing anything; others compute."""
        if not isinstance_of(model, (Linen,)) or model.variables is not None:
            return super().first_pass(model, x)
        variables = self._shapes(lambda key, data: model.module.init({"params": key, "dropout": key}, data), self.words, x)
        output = self._shapes(lambda held, data: first_of(model.module.apply(held, data)), variables, x)
        model.variables = self._zeros(variables)
        return list(output.shape)

    def run(self, model: Any, x: Any) -> None:
        if not isinstance_of(model, (Linen,)):
            self.jax.block_until_ready(first_of(model(x)))
        elif model.variables is None:
            self._shapes(lambda key, data: model.module.init({"params": key, "dropout": key}, data), self.words, x)
        else:
            self._shapes(lambda held, data: first_of(model.module.apply(held, data)), model.variables, x)

    def use(self, model: Any, x: Any) -> numpy.ndarray:
        x = self.asarray(x)
        return self._numbers(self._through_linen(model, x) if isinstance_of(model, (Linen,)) else model(x))

    def step(self, model: Any, x: Any, weights: Any, rate: float) -> List[Dict[str, Any]]:
        x, weights = self.asarray(x), self.asarray(weights)
        gradients, values, put = self._differentiated(model, x, weights)
        found = []
        for place, (value, gradient) in enumerate(zip(values, gradients)):
            by = change(value, gradient, rate)
            if by is not None:
                put(place, self.asarray(numpy.asarray(value) + by, dtype=value.dtype))
                found.append(moved(by.shape, by))
        return found

    def _numbers(self, output: Any) -> numpy.ndarray:
        output = first_of(output)
        if not isinstance(output, (self.Array, numpy.ndarray)):
            raise Unfit(f"the model returned a {type(output).__name__} and no array")
        return numpy.asarray(output)


def imported_nnx() -> Any:
    """NNX, which Flax has from 0.8 on; nothing where it does not load, as with an Optax that is too old for JAX."""
    try:
        return importlib.import_module("flax.nnx")
    except Exception:
        return None


def toolkit() -> Toolkit:
    return Flax()
