"""The routes by which values leave a Flax model and enter another one, and what initializes a second time.

Before ``init`` a linen module has no tree of variables: what is saved of it is the empty tree, and what is restored for it has
no target, or the abstract one that ``eval_shape`` gives.
"""

from __future__ import annotations

import functools
import importlib
import pickle
from typing import Any, Callable, Collection, Dict, Mapping

import numpy as np

from .base import Batch, NotOffered, Placement
from .calling import invoke
from .flax_linen import Linen, init, merged, rebuilt, submodules
from .states import Saving
from .words import Costly

AS_CLONE = ("copy", "dataclasses.replace", "Module.copy")
COPIES = ("deepcopy of both",)  # what an author's own model is copied by; the others are for the reference models
RECEIVER = "param_dtype=bfloat16"


def tree(model: Linen) -> Mapping:
    return {} if model.variables is None else model.variables


def taken(restore: Callable[[Any, Any], Any]) -> Callable[[Linen, Any], Linen]:
    """A load by ``restore(target, kept)``; the target of an untouched model is ``None``."""
    def load(model: Linen, kept: Any) -> Linen:
        model.variables = restore(model.variables, kept)
        return model
    return load


def savings(adapter) -> Dict[str, Saving]:
    """State dictionaries, bytes, pickles, flat and frozen trees, training states."""
    flax, serialization, flat = adapter.flax, adapter.flax.serialization, adapter.flax.traverse_util
    found = {
        "to_state_dict": Saving(lambda model: serialization.to_state_dict(tree(model)), taken(serialization.from_state_dict)),
        "to_bytes": Saving(lambda model: serialization.to_bytes(tree(model)), taken(lambda target, kept: serialization.from_bytes(target, kept))),
        "to_bytes of arrays in Fortran's order": Saving(lambda model: serialization.to_bytes(in_columns(adapter, tree(model))),
                                                        taken(lambda target, kept: serialization.from_bytes(target, kept)), costly=True),
        "to_bytes, into an abstract tree": Saving(lambda model: with_example(model, serialization.to_bytes(tree(model))),
                                                  functools.partial(into_abstract, adapter), costly=True),
        "msgpack_serialize": Saving(lambda model: serialization.msgpack_serialize(serialization.to_state_dict(tree(model))),
                                    taken(lambda target, kept: serialization.msgpack_restore(kept)), costly=True),
        "pickle of variables": Saving(lambda model: pickle.dumps(tree(model)), taken(lambda target, kept: pickle.loads(kept)), costly=True),
        "flatten_dict": Saving(lambda model: flat.flatten_dict(flax.core.unfreeze(tree(model))), taken(lambda target, kept: flat.unflatten_dict(kept)), costly=True),
        "freeze, given as it is": Saving(lambda model: flax.core.freeze(tree(model)), taken(lambda target, kept: kept), costly=True),
    }
    # Not flax.training.checkpoints: Orbax superseded it, and where TensorFlow is installed its import imports that.
    if importable("optax"):
        found["TrainState"] = Saving(lambda model: with_example(model, serialization.to_bytes(training(adapter, model.module, model.variables))),
                                     functools.partial(into_training, adapter), costly=True)
    return found


def in_columns(adapter, values: Any) -> Any:
    """NumPy arrays that lie column by column, as a file of another tool may hold them."""
    return adapter.jax.tree_util.tree_map(lambda leaf: np.asarray(leaf, order="F"), values)


def importable(name: str) -> bool:
    """Whether an optional part is there; what fails while it is imported is not."""
    try:
        importlib.import_module(name)
    except Exception:
        return False
    return True


def with_example(model: Linen, kept: bytes) -> tuple:
    """What is kept, and the input by which the tree of an untouched model can be inferred."""
    if model.seen is None:
        raise NotOffered("An abstract tree takes an input, and an untouched model has seen none.")
    return kept, model.seen


def abstract(adapter, model: Linen, batch: Batch) -> Mapping:
    """The tree that ``init`` would give, shapes and types alone."""
    if adapter.calls.first_pass is not None:
        raise NotOffered("The model is initialized by a function of the author's own, which eval_shape does not know.")

    def run():
        fresh = model.replaced(variables=None, through=init)
        adapter._initialize(fresh, batch)
        return fresh.variables
    return adapter.jax.eval_shape(run)


def into_abstract(adapter, model: Linen, kept: tuple) -> Linen:
    target = abstract(adapter, model, kept[1]) if model.variables is None else model.variables
    model.variables = adapter.flax.serialization.from_bytes(target, kept[0])
    return model


# -- training states -----------------------------------------------------------------------------------------------------


def training(adapter, module: Any, variables: Mapping) -> Mapping:
    """The training state of a model with momentum, and its other collections beside."""
    import optax
    from flax.training.train_state import TrainState
    others = {name: collection for name, collection in variables.items() if name != "params"}
    made = TrainState.create(apply_fn=module.apply, params=variables.get("params", {}), tx=optax.sgd(0.1, momentum=0.9))
    return {"training": made, "others": others}


def into_training(adapter, model: Linen, kept: tuple) -> Linen:
    """Into the training state of the receiver; of an untouched one it is abstract, as its tree is."""
    variables = abstract(adapter, model, kept[1]) if model.variables is None else model.variables
    target = adapter.jax.eval_shape(lambda given: training(adapter, model.module, given), variables)
    found = adapter.flax.serialization.from_bytes(target, kept[0])
    model.variables = {"params": found["training"].params, **found["others"]}
    return model


# -- partial states, receivers, copies, a second initialization ---------------------------------------------------------


def part(adapter, state: Mapping, names: Collection[str]) -> Mapping:
    """The entries of some parameters; collections that become empty are left out."""
    flat = adapter.flax.traverse_util.flatten_dict(state)
    spelled = {path: "/".join(path[1:] if path[0] == "params" else path) for path in flat}
    return adapter.flax.traverse_util.unflatten_dict({path: leaf for path, leaf in flat.items() if spelled[path] in names})


def extended(adapter, state: Mapping) -> Mapping:
    return {**state, "params": {**state.get("params", {}), "nobody": {"kernel": adapter.jnp.zeros(1)}}}


def load_loosely(adapter, model: Linen, state: Mapping) -> None:
    """The part replaces what is there, and is what an untouched model has until its first pass makes the rest."""
    if model.variables is None and type(model.module).__name__ == "Transformed":
        raise NotOffered("The tree of a pair of functions is one parameter to Flax, so a part of it is none.")
    model.variables = state if model.variables is None else merged(adapter.flax, model.variables, state)


def receivers(adapter) -> Dict[str, Placement]:
    """A module whose layers are told another type, where one of them takes it."""
    def prepare(model: Linen) -> Linen:
        if not any(hasattr(layer, "param_dtype") for layer in submodules(adapter.linen, model.module)):
            raise NotOffered("No layer that this model holds in a field takes a param_dtype.")
        return model.replaced(module=rebuilt(adapter.linen, model.module, {"param_dtype": adapter.jnp.bfloat16}))
    return {RECEIVER: Placement(RECEIVER, {"dtype": "bfloat16"}, prepare, late=False)}


def copies_after(adapter) -> Dict[str, Callable[[Linen], Linen]]:
    """The copies of an untouched model but for three that make a module as ``clone`` does, and those of a bound one."""
    def rebound(model: Linen) -> Linen:
        module, variables = model.module.bind(model.variables).unbind()
        return model.replaced(module=module, variables=variables)
    kept = {name: copy for name, copy in adapter.copies().items() if name not in AS_CLONE}
    return {name: copy if name in COPIES else Costly(copy) for name, copy in {**kept, "bind and unbind of both": rebound}.items()}


def reinitializations(adapter) -> Dict[str, Callable[[Linen, Batch], Any]]:
    """A first pass again, and by each spelling in which Flax is told to make parameters where a tree holds them."""
    routes: Dict[str, Callable[[Linen, Batch], Any]] = {
        "a second first pass": adapter.first_pass if adapter.calls.first_pass is None else adapter.apply,
    }
    if adapter.calls.first_pass is None and not callable(adapter.calls.call):
        routes["apply with mutable=True"] = ambient(by_apply, adapter)
        calls = {"init": by_init, "init_with_output": by_init_with_output, "init of a bound module": by_bound_init, "bind with mutable=True": by_bind}
        routes.update({name: Costly(ambient(call, adapter)) for name, call in calls.items()})
    return routes


def ready(adapter, model: Linen, batch: Batch) -> tuple:
    """The module in its mode, inputs and keywords."""
    module, call = adapter.prepared(model.module, batch)
    return module, call.args, call.kwargs


def ambient(route: Callable, adapter) -> Callable:
    """``route(adapter, model, …, batch)`` inside the context that tells the model its mode, where one does."""
    def call(model: Linen, *given: Any) -> Any:
        model.seen = model.seen or given[-1]  # one that was loaded has made no first pass, and its layers are listed by an input
        with adapter.prepared(model.module, given[-1])[1].around:
            return route(adapter, model, *given)
    return call


def by_init(adapter, model: Linen, batch: Batch) -> None:
    module, args, kwargs = ready(adapter, model, batch)
    module.init(adapter.rngs(), *args, **kwargs)


def by_init_with_output(adapter, model: Linen, batch: Batch) -> None:
    module, args, kwargs = ready(adapter, model, batch)
    module.init_with_output(adapter.rngs(), *args, **kwargs)


def by_bound_init(adapter, model: Linen, batch: Batch) -> None:
    """The bound module's variables are those that count, whatever its ``init`` gives."""
    module, args, kwargs = ready(adapter, model, batch)
    bound = model.module.bind(model.variables)
    bound.init(adapter.rngs(), *args, **kwargs)
    model.variables = bound.unbind()[1]


def by_apply(adapter, model: Linen, batch: Batch) -> None:
    module, args, kwargs = ready(adapter, model, batch)
    model.variables = module.apply(model.variables, *args, rngs=adapter.rngs(), mutable=True, **kwargs)[1]


def by_bind(adapter, model: Linen, batch: Batch) -> None:
    module, args, kwargs = ready(adapter, model, batch)
    bound = module.bind(model.variables, rngs=adapter.rngs(), mutable=True)
    invoke(adapter.calls.call, bound, *args, **kwargs)
    model.variables = bound.unbind()[1]
