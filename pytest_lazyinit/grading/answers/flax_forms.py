"""The forms in which a model of JAX may be given, and how each is passed and differentiated."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Callable, List, Optional, Sequence, Tuple

import numpy

from .own import Unfit
from .toolkit import first_of
from .walking import isinstance_of


@dataclass
class Linen:
    """A linen module with its variables; ``None`` before ``init``."""

    module: Any
    variables: Any = None
    given: bool = False
    compiled: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.module.apply(self.variables, *args, **kwargs)


@dataclass
class Pure:
    """Parameters and the function that takes them first."""

    variables: Any
    function: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(self.variables, *args, **kwargs)


class Forms:
    """Adopting, passing and differentiating, form by form."""

    def adopt(self, value: Any) -> Any:
        if isinstance_of(value, (self.linen.Module,)):
            return Linen(value) if value.scope is None else Linen(value.unbind()[0], value.variables, True)
        if isinstance_of(value, (tuple, list)) and len(value) == 2:
            return self._pair(*value)
        if hasattr(value, "apply_fn") and hasattr(value, "params"):  # Flax' TrainState
            return Pure(value.params, lambda held, x: value.apply_fn({"params": held}, x))
        if not callable(value):
            raise Unfit(f"what was returned is a {type(value).__name__} and no network that can be called")
        return value

    def _pair(self, one: Any, other: Any) -> Any:
        """A module with variables or a function with parameters, in either order."""
        for made, held in ((one, other), (other, one)):
            if isinstance_of(made, (self.linen.Module,)) and not callable(held):
                return Linen(made, held if "params" in held else {"params": held}, True)
            if callable(made) and not callable(held) and not isinstance_of(held, (self.linen.Module,)):
                return Pure(self.jax.tree_util.tree_map(lambda leaf: leaf, held), made)
        raise Unfit("the pair that was returned is no module with its variables and no function with its parameters")

    def form(self, model: Any) -> str:
        if isinstance_of(model, (Linen,)):
            return "linen-given" if model.given else "linen"
        return "nnx" if self._is_nnx(model) else ""

    def _is_nnx(self, model: Any) -> bool:
        return bool(self.nnx) and isinstance_of(model, (self.nnx.Module,))

    def passes(self, model: Any) -> Optional[int]:
        """Variables that come with a module are from a pass; of NNX modules the calls of their layers are counted."""
        if isinstance_of(model, (Linen,)):
            return int(model.given)
        if not self._is_nnx(model):
            return None
        counts = [self.counts.get(id(node), (None, 0))[1] for _, node in self.nnx.iter_graph(model)]
        return max(counts, default=0)

    def _count_calls(self) -> None:
        """Have the layers of NNX note each call."""
        if not self.nnx:
            return
        for kind in vars(self.nnx).values():
            if isinstance(kind, type) and issubclass(kind, self.nnx.Module) and "__call__" in vars(kind):
                kind.__call__ = counted(kind.__call__, self)

    # -- linen ----------------------------------------------------------------------------------------

    def _through_linen(self, model: Linen, x: Any) -> Any:
        """The output; variables that are missing at this width are made, none that exist is touched."""
        if model.variables is None:
            model.variables = self._compiled(lambda key, data: model.module.init({"params": key, "dropout": key}, data))(self.words, x)
        if model.compiled is None:
            model.compiled = self._compiled(lambda held, key, data: self._applied(model.module, held, key, data))
        output, made = model.compiled(model.variables, self.words, x)
        model.variables = merged(made, model.variables)
        return output

    def _compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Compiled as a whole, which is faster than each operation alone; as it is where it asks for values on its way."""
        whole = self.jit(function)

        def run(*args: Any) -> Any:
            try:
                return whole(*args)
            except self.concrete:
                return function(*args)
        return run

    def _shapes(self, function: Callable[..., Any], *args: Any) -> Any:
        """What has the shapes of the result, computed only where the function asks for values on its way."""
        try:
            return self.eval_shape(function, *args)
        except self.concrete:
            return function(*args)

    def _applied(self, module: Any, held: Any, key: Any, data: Any) -> Tuple[Any, Any]:
        output, made = module.apply(held, data, rngs={"params": key, "dropout": key}, mutable=True)
        return first_of(output), {name: tree for name, tree in made.items() if name != "intermediates"}

    def _zeros(self, tree: Any) -> Any:
        """Variables of the right shapes for what is judged by shapes alone."""
        leaves, structure = self.flatten(tree)
        return self.unflatten(structure, [self.asarray(numpy.zeros(leaf.shape, "float32")) for leaf in leaves])

    # -- gradients ------------------------------------------------------------------------------------

    def _differentiated(self, model: Any, x: Any, weights: Any) -> Tuple[Sequence[Any], List[Any], Callable[[int, Any], None]]:
        """Gradients, values, and how a new value is put in its place."""
        if isinstance_of(model, (Linen, Pure)):
            return self._of_tree(model, x, weights)
        if self._is_nnx(model):
            return self._of_nnx(model, x, weights)
        return self._of_places(model, x, weights)

    def _of_tree(self, model: Any, x: Any, weights: Any) -> Tuple[Sequence[Any], List[Any], Callable[[int, Any], None]]:
        linen = isinstance_of(model, (Linen,))
        held = model.variables["params"] if linen and "params" in model.variables else {} if linen else model.variables
        leaves, structure = self.flatten(held)
        real = [place for place, leaf in enumerate(leaves) if numpy.asarray(leaf).dtype.kind in "fV"]

        def loss(values: List[Any], data: Any, weights: Any) -> Any:
            every = list(leaves)
            for place, value in zip(real, values):
                every[place] = value
            tree = self.unflatten(structure, every)
            output = model.module.apply({**model.variables, "params": tree}, data, rngs={"dropout": self.key(7)}) if linen else model.function(tree, data)
            return self.sum(first_of(output) * weights)

        def put(place: int, value: Any) -> None:
            leaves[real[place]] = value
            tree = self.unflatten(structure, leaves)
            model.variables = {**model.variables, "params": tree} if linen else tree
        values = [self.asarray(leaves[place]) for place in real]
        return (self._compiled(self.gradient(loss))(values, x, weights) if values else ()), values, put

    def _of_nnx(self, model: Any, x: Any, weights: Any) -> Tuple[Sequence[Any], List[Any], Callable[[int, Any], None]]:
        definition, parameters, rest = self.nnx.split(model, self.nnx.Param, ...)
        leaves, structure = self.flatten(parameters)

        def loss(values: List[Any]) -> Any:
            return self.sum(first_of(self.nnx.merge(definition, self.unflatten(structure, values), rest)(x)) * weights)

        def put(place: int, value: Any) -> None:
            leaves[place] = value
            self.nnx.update(model, self.unflatten(structure, leaves))
        return (self.gradient(loss)(leaves) if leaves else ()), leaves, put

    def _of_places(self, model: Any, x: Any, weights: Any) -> Tuple[Sequence[Any], List[Any], Callable[[int, Any], None]]:
        """Arrays in attributes, containers, closures and globals: the function of them that a call of the model is."""
        found = [one for one in self.walk(model) if one.put is not None and self._is_array(one.value)]

        def loss(values: List[Any]) -> Any:
            for one, value in zip(found, values):
                one.put(value)
            return self.sum(first_of(model(x)) * weights)

        try:
            gradients = self.gradient(loss)([one.value for one in found]) if found else ()
        finally:
            for one in found:
                one.put(one.value)
        return gradients, [one.value for one in found], lambda place, value: found[place].put(value)


def counted(original: Callable[..., Any], toolkit: Any) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(module: Any, *args: Any, **kwargs: Any) -> Any:
        output = original(module, *args, **kwargs)
        toolkit.completed(module)
        return output
    return call


def merged(made: Any, held: Any) -> Any:
    """The tree that was made with the leaves that were there."""
    if not hasattr(held, "items"):
        return held
    return {**{key: value for key, value in made.items() if key not in held},
            **{key: merged(made[key], value) if key in made and hasattr(made[key], "items") else value for key, value in held.items()}}
