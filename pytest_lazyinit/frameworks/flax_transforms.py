"""What JAX and Flax offer around a whole linen module: shapes alone, compiled and mapped ``init``, other variables, lifted transformations."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, Mapping, Optional

import numpy as np

from .base import Batch, NotOffered
from .calling import invoke
from .flax_linen import Linen, named_leaves, numpy
from .flax_states import ambient, ready
from .flax_unused import unreached
from .transforms import Compiled, Inferred
from .words import Costly

MEMBERS = "nn.vmap, a member a key"


# -- shapes alone -----------------------------------------------------------------------------------------------------


def abstractions(adapter) -> Dict[str, Callable[[Callable[[], Any], Batch], Inferred]]:
    """``init`` evaluated abstractly, of arrays and of descriptions of arrays, traced, and lowered without being compiled."""
    if adapter.calls.first_pass is not None:
        raise NotOffered("The model is initialized by a function of the author's own, of which JAX infers nothing.")
    jax = adapter.jax
    ways: Dict[str, Callable] = {
        "eval_shape of init": lambda run, leaves: jax.eval_shape(run, leaves),
        "eval_shape of init, of described inputs": lambda run, leaves: jax.eval_shape(run, described(jax, leaves)),
        "make_jaxpr of init": lambda run, leaves: jax.make_jaxpr(run, return_shape=True)(leaves)[1],
    }
    if hasattr(jax.stages.Lowered, "out_info"):
        ways["lower of init"] = lambda run, leaves: jax.jit(run).lower(leaves).out_info
    found: Dict[str, Callable] = {name: functools.partial(inferred, adapter, way) for name, way in ways.items()}
    found["eval_shape of init_with_output"] = functools.partial(
        inferred, adapter, lambda run, leaves: jax.eval_shape(run, leaves)[1], method="init_with_output")
    return {name: route if name.startswith("eval_shape of init,") else Costly(route) for name, route in found.items()}


def described(jax, leaves: Mapping[int, Any]) -> Mapping[int, Any]:
    return {index: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype) for index, leaf in leaves.items()}


def inferred(adapter, way: Callable, build: Callable[[], Any], batch: Batch, method: str = "init") -> Inferred:
    """What ``way(run, leaves)`` gives of a model's ``init``; what is no array among the inputs is not traced."""
    model = adapter.adopt(build())
    module, args, kwargs = ready(adapter, model, batch)
    leaves, structure = adapter.flat((args, kwargs))

    def run(traced):
        given, keywords = structure.unflatten([traced.get(index, leaf) for index, leaf in enumerate(leaves)])
        return getattr(module, method)(adapter.rngs(), *given, **keywords)
    with adapter.prepared(model.module, batch)[1].around, unreached(adapter.linen) as left:
        tree = way(run, {index: leaf for index, leaf in enumerate(leaves) if hasattr(leaf, "dtype")})
    found = {name: leaf for name, _, leaf in named_leaves(adapter.jax, adapter.flax.core.meta.unbox(tree))}
    shapes = {**{name: tuple(np.shape(leaf)) for name, leaf in found.items()}, **dict.fromkeys(left)}
    dtypes = {name: str(leaf.dtype) for name, leaf in found.items() if hasattr(leaf, "dtype")}
    return Inferred(shapes, sum(getattr(leaf, "nbytes", 0) for leaf in found.values()), model, dtypes=dtypes)


# -- compiled, mapped -----------------------------------------------------------------------------------------------------


def compilations(adapter) -> Dict[str, Compiled]:
    """``init`` by the routes beside the plain one. Those that XLA compiles as a whole round an author's own arithmetic otherwise.

    They are `costly` for that too; `after.context_free` runs them on an author's model, within rounding.
    """
    if adapter.calls.first_pass is not None:
        raise NotOffered("The model is initialized by a function of the author's own.")
    ways, jitted = adapter.ways(), ambient(compiled_apply, adapter)
    found = {"grad of init": Compiled(functools.partial(through, adapter, ways["grad"], adapter.apply)),
             "lazy_init": Compiled(functools.partial(through, adapter, ways["lazy_init"], adapter.apply), costly=True),
             "vmap of init over keys": Compiled(functools.partial(through, adapter, functools.partial(mapped, adapter), adapter.apply), costly=True)}
    found["jit of init and of apply"] = Compiled(functools.partial(through, adapter, ways["jit"], jitted), costly=True)
    return found


def through(adapter, way: Callable, run: Callable, model: Linen, batch: Batch) -> Callable[[Batch], Any]:
    """A first pass whose ``init`` goes another way, and passes by ``run``; a refused one leaves the model alone."""
    def call(given: Batch) -> Any:
        if model.variables is None:
            fresh = model.replaced(through=way)
            adapter._initialize(fresh, given)
            model.variables, model.seen, model.unreached = fresh.variables, fresh.seen, fresh.unreached
        return run(model, given)
    return call


def mapped(adapter, module) -> Callable:
    """Two members of an ensemble at once; the first one has the seed's key."""
    def run(rngs, *args, **kwargs):
        keys = {name: adapter.jnp.stack([key, adapter.jax.random.fold_in(key, 1)]) for name, key in rngs.items()}
        both = adapter.jax.vmap(lambda one: module.init(one, *args, **kwargs))(keys)
        return adapter.jax.tree_util.tree_map(lambda leaf: leaf[0], both)
    return run


def compiled_apply(adapter, model: Linen, batch: Batch) -> Any:
    """A pass under ``jit``, its variables and inputs as arguments."""
    module, args, kwargs = ready(adapter, model, batch)
    moving = [name for name in model.variables if name != "params"]

    def run(variables, *inputs):
        return module.apply(variables, *inputs, rngs=adapter.streams(), mutable=moving, **kwargs)
    output, moved = adapter.jax.jit(run)(model.variables, *args)
    model.variables = {**model.variables, **moved}
    return output


# -- other variables ------------------------------------------------------------------------------------------------------


def functionals(adapter) -> Dict[str, Callable[[Linen, Any, Batch], Any]]:
    """A module's pass with variables of another model: nothing in Flax but calls like these."""
    found = {"apply": lambda model, state, batch: adapter._forward(model.module, state, batch)[0]}
    if not callable(adapter.calls.call):
        found["bind"] = ambient(by_bind, adapter)
        found["nn.apply"] = Costly(ambient(by_function, adapter))
        found["apply under grad"] = Costly(functools.partial(under_grad, adapter))
    return found


def moving(state: Mapping) -> Any:
    return [name for name in state if name != "params"] or False


def by_function(adapter, model: Linen, state: Mapping, batch: Batch) -> Any:
    _, args, kwargs = ready(adapter, model, batch)
    module = adapter.prepared(model.module, batch)[0]
    module = getattr(module, "module", module)
    given = adapter.linen.apply(lambda bound, *inputs, **named: invoke(adapter.calls.call, bound, *inputs, **named), module, mutable=moving(state))(
        state, *args, rngs=adapter.streams(), **kwargs)
    return given[0] if moving(state) else given


def by_bind(adapter, model: Linen, state: Mapping, batch: Batch) -> Any:
    module, args, kwargs = ready(adapter, model, batch)
    return invoke(adapter.calls.call, module.bind(state, rngs=adapter.streams(), mutable=moving(state)), *args, **kwargs)


def under_grad(adapter, model: Linen, state: Mapping, batch: Batch) -> Any:
    def loss(one):
        return one, adapter._forward(model.module, state, batch)[0]
    return adapter.jax.grad(loss, has_aux=True)(1.0)[1]


# -- wrappers -------------------------------------------------------------------------------------------------------------


def wrappers(adapter) -> Dict[str, Callable[[Linen], Linen]]:
    """Lifted transformations of a whole module, and modules around it."""
    if told_otherwise(adapter):
        raise NotOffered("Flax transforms a module's __call__, and this model is called, initialized or told its mode in another way.")
    from . import flax_wrapped
    found = {name: functools.partial(wrapped, wrap) for name, wrap in flax_wrapped.wrappings(adapter.linen).items()}
    return {name: Costly(wrap) if name in flax_wrapped.COMPILED else wrap for name, wrap in found.items()}


def apart(adapter, model: Linen, copy: Linen, batch: Batch) -> Optional[bool]:
    """Whether a module and its copy have parameters of their own in one model. Flax tells the layers of one model apart by an identity they keep."""
    if copy.module is model.module or told_otherwise(adapter):
        return None
    from . import flax_wrapped
    both = model.replaced(module=flax_wrapped.Beside(model.module, copy.module))
    return len(adapter.shapes_after(both, batch)) == 2 * len(adapter.shapes_after(model, batch))


def members_differ(adapter, model: Linen) -> bool:
    """Whether some parameter of an ensemble is another one in each of its two members: each has a key."""
    leaves = [numpy(leaf) for leaf in adapter.jax.tree_util.tree_leaves(adapter.flax.core.meta.unbox(model.variables["params"]))]
    return any(not np.array_equal(leaf[0], leaf[1]) for leaf in leaves)


def told_otherwise(adapter) -> bool:
    return any(how is not None for how in (adapter.calls.call, adapter.calls.first_pass, adapter.calls.train))


def wrapped(wrap: Callable[[Any], Any], model: Linen) -> Linen:
    """The wrapped module, untouched: the tree of the inner one has other paths."""
    return model.replaced(module=wrap(model.module), variables=None, seen=None, unreached=())
