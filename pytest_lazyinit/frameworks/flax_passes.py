"""Passes of Flax models: how ``init`` and ``apply`` are called, with which keys, in which mode, by whose function."""

from __future__ import annotations

import contextlib
import functools
from typing import Any, Callable, Mapping, Optional, Tuple

import numpy as np

from ..deviations import contains
from .base import Batch, NotOffered
from .calling import Moded, invoke, moded
from .flax_linen import Linen, Named, in_mode, merged, named_leaves, updated
from .flax_unused import unreached

# The streams that linen's own layers draw from; others are the author's to name in rngs=.
STREAMS = ("params", "dropout")


class Passes:
    """The part of the Flax adapter that runs models; it uses the modules that the adapter keeps."""

    traces = True

    _seed = 0
    _draws = 0

    def seed(self, seed: int) -> None:
        self._seed, self._draws = seed, 0

    def rngs(self) -> Mapping[str, Any]:
        """A key for each stream; the parameters' one is the seed's."""
        # Flax traces a function to look at an untyped key, at each use; 0.6 takes no other.
        random = self.jax.random
        key = (random.key if contains(">=0.7.2", self.version) and hasattr(random, "key") else random.PRNGKey)(self._seed)
        return {stream: self.jax.random.fold_in(key, index) if index else key for index, stream in enumerate((*STREAMS, *self.calls.rngs))}

    def streams(self) -> Mapping[str, Any]:
        """The keys of an ordinary pass; for an author's own models new ones each time, as a training loop gives."""
        self._draws += 1
        return {stream: self.jax.random.fold_in(key, self._draws) for stream, key in self.rngs().items() if stream != "params"}

    def prepared(self, module: Any, batch: Batch) -> Tuple[Any, Moded]:
        """The module in the mode of the moment, called by the method that the author names, and the call's arguments."""
        call = moded(self.calls.train, self.training, batch.args, batch.kwargs)
        module = in_mode(module, call.fields)
        return Named(module, self.calls.call) if isinstance(self.calls.call, str) else module, call

    # -- the pass that initializes ----------------------------------------------------------------------

    def first_pass(self, model: Linen, batch: Batch):
        """Make what is missing, keep what is there. A pass is tried first: it says cheaply whether anything is missing."""
        if model.variables is not None:
            with contextlib.suppress(*self._absent):
                return self.apply(model, batch)
        self._initialize(model, batch)
        return self.apply(model, batch)

    def _initialize(self, model: Linen, batch: Batch) -> None:
        module, call = self.prepared(model.module, batch)
        run = model.through(module) if self.calls.first_pass is None else functools.partial(invoke, self.calls.first_pass, module)
        with self.here(), call.around, unreached(self.linen) as left:
            made = run(self.rngs(), *call.args, **call.kwargs)
        model.variables = made if model.variables is None else merged(self.flax, made, model.variables)
        model.seen, model.unreached = batch, tuple(left)

    def shapes_after(self, model: Linen, batch: Batch) -> Mapping[str, Optional[tuple]]:
        """By abstract evaluation, which computes and compiles nothing; by a real pass of a model that needs values."""
        fresh = model.replaced(variables=None)

        def run():
            self._initialize(fresh, batch)
            return fresh.variables
        if self.calls.first_pass is not None:
            return super().shapes_after(model, batch)
        try:
            tree = self.jax.eval_shape(run)
        except (self.jax.errors.ConcretizationTypeError, self.jax.errors.TracerArrayConversionError):
            return super().shapes_after(model, batch)
        found = {name: tuple(np.shape(leaf)) for name, _, leaf in named_leaves(self.jax, self.flax.core.meta.unbox(tree))}
        return {**found, **{name: None for name in fresh.unreached}}

    # -- later passes -----------------------------------------------------------------------------------

    def apply(self, model: Linen, batch: Batch):
        with self.here():
            output, model.variables = self._forward(model.module, model.variables or {}, batch)
            return self.jax.block_until_ready(output)

    def traced(self, model: Linen, batch: Batch) -> None:
        with self.here():
            self.jax.eval_shape(lambda variables: self._forward(model.module, variables, batch)[0], model.variables)

    def _forward(self, module, variables: Mapping, batch: Batch) -> tuple:
        """Output and variables after a pass; every collection but the parameters may move (batch statistics)."""
        module, call = self.prepared(module, batch)
        if callable(self.calls.call):
            with call.around:
                return self.calls.call(module, variables, *call.args, **call.kwargs), variables
        moving = [name for name in variables if name != "params"] if self.calls.mutable is None else list(self.calls.mutable)
        with call.around:
            given = module.apply(variables, *call.args, rngs=self.streams(), mutable=moving or False, **call.kwargs)
        return (given[0], updated(variables, given[1])) if moving else (given, variables)

    # -- other ways to run the first pass ---------------------------------------------------------------

    def ways(self) -> Mapping[str, Callable[[Any], Callable]]:
        """Functions beside ``init`` that initialize a module; none beside an initializer of the author's own."""
        if self.calls.first_pass is not None:
            return {}
        ways = {"jit": lambda module: self.compiled(module.init), "init_with_output": self._with_output,
                "lazy_init": self._lazily, "grad": self._differentiated}
        return ways if callable(self.calls.call) else {**ways, "bind": self._bound}

    @staticmethod
    def _with_output(module) -> Callable:
        return lambda rngs, *args, **kwargs: module.init_with_output(rngs, *args, **kwargs)[1]

    def _lazily(self, module) -> Callable:
        """``lazy_init`` sees the shapes of the input alone."""
        def run(rngs, *args, **kwargs):
            leaves, tree = self.flat(args)
            shapes = [self.jax.ShapeDtypeStruct(leaf.shape, leaf.dtype) if hasattr(leaf, "dtype") else leaf for leaf in leaves]
            return module.lazy_init(rngs, *tree.unflatten(shapes), **kwargs)
        return run

    def flat(self, inputs: Any) -> tuple:
        """Leaves and structure of the inputs, where JAX takes them for a tree: it sorts the keys of a dict, so those of one are of one type."""
        try:
            return self.jax.tree_util.tree_flatten(inputs)
        except (TypeError, ValueError) as error:
            raise NotOffered(f"JAX transforms no function of these inputs: {error}") from error

    def compiled(self, run: Callable, **options: Any) -> Callable:
        """``run`` under ``jit``; what is no array among its arguments (a mode, ``None``) is not traced."""
        def call(rngs, *args, **kwargs):
            leaves, tree = self.flat((args, kwargs))
            traced = {index: leaf for index, leaf in enumerate(leaves) if hasattr(leaf, "dtype")}

            def body(rngs, traced):
                given, keywords = tree.unflatten([traced.get(index, leaf) for index, leaf in enumerate(leaves)])
                return run(rngs, *given, **keywords)
            return self.jax.jit(body, **options)(rngs, traced)
        return call

    def _bound(self, module) -> Callable:
        """An interactive module that makes its variables when it is called."""
        def run(rngs, *args, **kwargs):
            bound = module.bind({}, rngs=rngs, mutable=True)
            invoke(self.calls.call, bound, *args, **kwargs)
            return bound.unbind()[1]
        return run

    def _differentiated(self, module) -> Callable:
        """``init`` inside a function under ``grad``, its variables handed out as the auxiliary result."""
        def run(rngs, *args, **kwargs):
            return self.jax.grad(lambda one: (one, module.init(rngs, *args, **kwargs)), has_aux=True)(1.0)[1]
        return run
