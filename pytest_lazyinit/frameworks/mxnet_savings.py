"""The routes by which values leave a Gluon block and enter another one, and what initializes a second time."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import pickle
from typing import Any, Callable, Collection, Dict, Mapping

from . import mxnet_facts as facts
from . import mxnet_generations as generations
from . import mxnet_states as states
from .base import Batch, NotOffered, Placement
from .mxnet_placements import placement_of, placements
from .mxnet_routes import hybridize
from .states import Saving

# Variants of other routes; each model pays about 0.1 s for one of them.
COSTLY = ("save_parameters, hybridized", "save_parameters, dtype_source=saved", "save_parameters, deduplicate",
          "Parameter.set_data between two initialize()", "ParameterDict.save of each child")
RECEIVERS = ("cast before initialize()", "cast after initialize()", "grad_req before initialize()", "initialize(ctx=)", "initialize(device=)")
LOOSE = {"allow_missing": True, "ignore_extra": True}


def savings(adapter) -> Dict[str, Saving]:
    """Files of a block, of its children and of a trainer, parameters set one by one, whole blocks."""
    found = {**_files(adapter), **_set_one_by_one(adapter)}
    found["save_parameters of each child"] = Saving(lambda m: _of_children(m, lambda child: states.saved(child.save_parameters)),
                                                    lambda m, kept: _into_children(m, kept, lambda child, path: states.read_into(adapter, child, path)))
    if not hasattr(adapter.mx, "Device"):  # Gluon 2 has no ParameterDict
        found["ParameterDict.save of each child"] = Saving(
            lambda m: _of_children(m, lambda child: states.saved(lambda path: child.collect_params().save(path, strip_prefix=child.prefix))),
            lambda m, kept: _into_children(m, kept, lambda child, path: child.collect_params().load(path, ctx=adapter.ctx, restore_prefix=child.prefix)))
    found["Trainer.save_states"] = Saving(lambda m: _with_moments(adapter, m), lambda m, kept: _into_both(adapter, m, kept))
    # What export writes is a graph with names of its own: it stands among the compilations.
    found["pickle"] = Saving(_pickled, lambda m, kept: pickle.loads(kept), whole=True)
    return {name: dataclasses.replace(_inside(adapter, saving), costly=name in COSTLY) for name, saving in found.items()}


def _inside(adapter, saving: Saving) -> Saving:
    """The same route under the semantics of the block that saves or is given."""
    def save(model):
        with adapter.inside(model):
            return saving.save(model)

    def load(model, kept):
        with adapter.inside(model):
            return saving.load(model, kept)
    return dataclasses.replace(saving, save=save, load=load)


def _files(adapter) -> Dict[str, Saving]:
    """``save_parameters``, and ``load_parameters`` with every flag and into every state of the receiver."""
    def route(prepare: Callable = lambda model: None, written: Mapping = {}, **how: Any) -> Saving:
        def load(model, kept):
            prepare(model)
            states.loaded(lambda path: states.read_into(adapter, model, path, **how), kept)
            return model
        return Saving(lambda model: states.saved(lambda path: model.save_parameters(path, **written)), load)
    block, name = adapter.mx.gluon.Block, "save_parameters"
    found = {name: route(), f"{name}, after initialize()": route(lambda model: registered(adapter, model)), f"{name}, hybridized": route(hybridize)}
    if "cast_dtype" in inspect.signature(block.load_parameters).parameters:
        found[f"{name}, dtype_source=current"] = route(cast_dtype=True, dtype_source="current")
        found[f"{name}, dtype_source=saved"] = route(cast_dtype=True, dtype_source="saved")
    if "deduplicate" in inspect.signature(block.save_parameters).parameters:
        found[f"{name}, deduplicate"] = route(written={"deduplicate": True})
    return found


def _set_one_by_one(adapter) -> Dict[str, Saving]:
    """``Parameter.set_data``, which a parameter that waits for its first pass remembers."""
    def taken(model):
        return {name: parameter.data().copy() for name, parameter in facts.named(model).items()}

    def given(model, kept):
        within(model, kept)
        known = facts.named(model)
        for name, value in kept.items():
            known[name].set_data(value)
        return model

    def deferred(model, kept):
        registered(adapter, model)
        return given(model, kept)

    def registered_again(model, kept):
        deferred(model, kept).initialize(ctx=adapter.ctx)
        return model

    def read(kept):
        return {name: value.asnumpy() for name, value in kept.items()}
    return {"Parameter.set_data": Saving(taken, given), "Parameter.set_data after initialize()": Saving(taken, deferred, read=read),
            "Parameter.set_data between two initialize()": Saving(taken, registered_again)}


def misshapen(adapter, model) -> Dict[str, Callable[[], Any]]:
    """``set_data`` of one element to each parameter that is known to have more; of one that waits, to its known sizes."""
    make = adapter.mx.np.ones if model.numpy_semantics else adapter.mx.nd.ones

    def give(parameter):
        with adapter.inside(model):
            parameter.set_data(make((1,) * len(parameter.shape), dtype=parameter.dtype))
    return {name: functools.partial(give, parameter) for name, parameter in facts.named(model).items()
            if parameter.shape and max(parameter.shape) > 1}


# -- children, trainers, whole blocks ---------------------------------------------------------------------------------


def inferred_by_gluon(adapter, model) -> None:
    """What is given to a registered parameter waits for Gluon's own inference; who initializes by hand is asked by the other routes."""
    own = [type(block).__name__ for _, block in facts.blocks(model) if block._reg_params and not type(block).__module__.startswith("mxnet.")]
    if own or not adapter.calls.initialize:
        raise NotOffered(f"The model initializes by itself ({', '.join(own) or 'initialize=False'}), and not when Gluon has registered it.")


def registered(adapter, model) -> None:
    inferred_by_gluon(adapter, model)
    adapter.start(model)


def _pickled(model) -> bytes:
    try:
        return pickle.dumps(model)
    except (AttributeError, pickle.PicklingError) as error:
        raise NotOffered(f"Python cannot pickle this model: {error}.") from error


def _of_children(model, save: Callable[[Any], Any]) -> Dict[str, Any]:
    children = dict(generations.children(model))
    if model._reg_params or not children:
        raise NotOffered(f"{type(model).__name__} has parameters beside those of its children.")
    return {name: save(child) for name, child in children.items() if child.collect_params()}


def _into_children(model, kept: Mapping[str, bytes], load: Callable[[Any, str], Any]):
    children = dict(generations.children(model))
    if set(kept) - set(children):
        raise NotOffered(f"{type(model).__name__} has other children before its first pass.")
    for name, content in kept.items():
        states.loaded(lambda path: load(children[name], path), content)
    return model


def _trainer(adapter, model):
    return adapter.mx.gluon.Trainer(model.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9})


def _with_moments(adapter, model) -> tuple:
    """The states of a trainer and the parameters."""
    inferred_by_gluon(adapter, model)
    return states.saved(_trainer(adapter, model).save_states), states.saved(model.save_parameters)


def _into_both(adapter, model, kept: tuple):
    """The trainer is made of what was registered, as it must be; its states are taken once the parameters have values."""
    registered(adapter, model)
    trainer = _trainer(adapter, model)
    states.loaded(lambda path: states.read_into(adapter, model, path), kept[1])
    states.loaded(trainer.load_states, kept[0])
    return model


# -- partial states, receivers, copies, a second initialization -----------------------------------------------------------


def within(model, kept: Mapping[str, Any]) -> None:
    """The model has all the parameters of a state: who makes its own at the first pass has nothing to take values yet."""
    if set(kept) - set(facts.named(model)):
        raise NotOffered(f"{type(model).__name__} has other parameters before its first pass.")


def part(state: Mapping[str, Any], names: Collection[str]) -> Dict[str, Any]:
    return {name: state[name] for name in names}


def extended(state: Mapping[str, Any]) -> Dict[str, Any]:
    first = next(iter(state.values()))
    return {**state, "nobody.weight": first}


def receivers(adapter) -> Dict[str, Placement]:
    """Receivers of another dtype, on another device, and frozen ones."""
    return {placement.name: placement for placement in placements(adapter) if placement.name in RECEIVERS}


def travelling(adapter) -> Dict[str, Placement]:
    """A model in double precision, of values that single precision cannot hold; a uniform initializer would refuse the type."""
    if not adapter.calls.initialize:
        return {}

    def fill(model):
        model.initialize(adapter.mx.init.Constant(0.1))
        model.cast("float64")
    placement = placement_of(adapter, "cast to float64", {"dtype": "float64"}, fill)
    return {placement.name: placement}


def copies_after(adapter) -> Dict[str, Callable[[Any], Any]]:
    """Whole copies of an initialized block; what it remembers of how it was started goes with them."""
    def route(way):
        def made(model):
            with adapter.inside(model):
                twin = way(model)
            adapter.started(twin)
            return twin
        return made
    return {"deepcopy": route(copy.deepcopy), "pickle": route(lambda model: pickle.loads(_pickled(model)))}


def reinitializations(adapter) -> Dict[str, Callable[[Any, Batch], Any]]:
    """``initialize`` without ``force_reinit``, which is the explicit reset, and passes that could be taken for a first one."""
    constant, whole = adapter.mx.init.Constant, generations.words(adapter.mx)[0]

    def each(model):
        for parameter in facts.named(model).values():
            parameter.initialize(ctx=adapter.ctx)
    found = {
        "Block.initialize()": lambda m: m.initialize(ctx=adapter.ctx),
        "Block.initialize(init)": lambda m: m.initialize(constant(3.0), ctx=adapter.ctx),
        f"{whole}.initialize()": lambda m: generations.together(m).initialize(ctx=adapter.ctx),
        "Parameter.initialize()": each,
        "hybridize()": hybridize,
    }

    def route(way):
        def again(model, batch):
            with adapter.inside(model):
                way(model)
            adapter.apply(model, batch)
        return again
    return {"a second first pass": adapter.first_pass, **{name: route(way) for name, way in found.items()}}
