"""The routes by which values leave a PyTorch model and enter another one, and what initializes a second time."""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import pickle
from typing import Any, Callable, Collection, Dict

from . import torch_facts as facts
from . import torch_placements
from .base import Batch, NotOffered, Placement
from .states import Saving
from .torch_compiler import uncompiled
from .torch_routes import copies

PREFIX, RENAMED = "net.", "renamed."
RECEIVERS = ("Module.double()", "Module.to(bfloat16)", "Parameter.requires_grad = False", "set_default_dtype(float64)")


def savings(torch, kinds: tuple) -> Dict[str, Saving]:
    """State dictionaries as they are, through files and pickles, prefixed, renamed by hooks, of the children; whole modules."""
    def state(model):
        return facts.state(model, kinds)

    def load(model, kept, **how):
        model.load_state_dict(kept, **how)
        return model

    def read(kept):
        return {name: facts.array(torch, value) for name, value in kept.items() if isinstance(value, torch.Tensor) and not isinstance(value, kinds)}
    found = {"state_dict": Saving(state, load, read=read)}
    if "assign" in inspect.signature(torch.nn.Module.load_state_dict).parameters:
        # Assigned are the very objects of the state, so those of another model are copied on the way.
        found["state_dict, assign=True"] = Saving(lambda model: pickle.dumps(model.state_dict()),
                                                  lambda model, kept: load(model, pickle.loads(kept), assign=True), same_objects=False)
    for name, how in through_file(torch).items():
        found[f"state_dict in a file{name}"] = Saving(lambda model: written(torch, model.state_dict()),
                                                      lambda model, kept, how=how: load(model, torch.load(io.BytesIO(kept), **how)))
    found["state_dict, pickled"] = Saving(lambda model: pickle.dumps(model.state_dict()), lambda model, kept: load(model, pickle.loads(kept)))
    found["state_dict with a prefix"] = Saving(lambda model: detached(model.state_dict(prefix=PREFIX), kinds),
                                               lambda model, kept: load(torch.nn.ModuleDict({PREFIX[:-1]: model}), kept)[PREFIX[:-1]])
    found["state_dict renamed by hooks"] = Saving(lambda model: renamed(model, kinds), restored)
    found["state_dict of each child"] = Saving(lambda model: of_children(model, kinds), into_children)
    found["state_dict and the optimizer's"] = Saving(lambda model: with_moments(torch, model, kinds), lambda model, kept: into_both(torch, model, kept))
    found["parameters_to_vector"] = Saving(lambda model: vector(torch, model), lambda model, kept: from_vector(torch, kinds, model, kept))
    found["module in a file"] = Saving(lambda model: model, lambda model, kept: copies(torch)["torch.save"](kept), whole=True, same_objects=False)
    return found


def through_file(torch) -> Dict[str, Dict[str, bool]]:
    """The two ways to read a file, where there are two."""
    if "weights_only" not in inspect.signature(torch.load).parameters:
        return {"": {}}
    return {"": {"weights_only": False}, ", weights_only": {"weights_only": True}}


def written(torch, value: Any) -> bytes:
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


def detached(state, kinds: tuple):
    """The state with values of its own, and with what it says of the versions of its modules."""
    found = copy.copy(state)
    found.update((key, value if isinstance(value, kinds) or not hasattr(value, "clone") else value.clone()) for key, value in state.items())
    return found


def renamed(model, kinds: tuple):
    """The state through a hook that gives the keys another name."""
    def rename(module, state, prefix, metadata):
        for key in list(state):
            state[RENAMED + key] = state.pop(key)
    handle = model._register_state_dict_hook(rename)
    try:
        return detached(model.state_dict(), kinds)
    finally:
        handle.remove()


def restored(model, kept):
    """Load through a hook that gives the keys their own names again; it runs after that of a lazy module."""
    def rename(state, *details):
        for key in [key for key in state if key.startswith(RENAMED)]:
            state[key[len(RENAMED):]] = state.pop(key)
    handle = model._register_load_state_dict_pre_hook(rename)
    try:
        model.load_state_dict(kept)
    finally:
        handle.remove()
    return model


def of_children(model, kinds: tuple) -> Dict[str, Any]:
    if list(model.parameters(recurse=False)) or not list(model.children()):
        raise NotOffered(f"{type(model).__name__} has parameters beside those of its children.")
    return {name: facts.state(child, kinds) for name, child in model.named_children()}


def into_children(model, kept: Dict[str, Any]):
    children = dict(model.named_children())
    for name, state in kept.items():
        if name not in children:
            raise NotOffered(f"{type(model).__name__} has no child {name} before its first pass.")
        children[name].load_state_dict(state)
    return model


def momentum(torch, model):
    with uncompiled(torch):
        return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def with_moments(torch, model, kinds: tuple) -> bytes:
    """The model's state and that of an optimizer after a step without gradient, which has moments and moves nothing."""
    optimizer = momentum(torch, model)
    known = [parameter for parameter in model.parameters() if not isinstance(parameter, kinds)]
    for parameter in known:
        parameter.grad = torch.zeros_like(parameter)
    with uncompiled(torch):
        optimizer.step()
    for parameter in known:
        parameter.grad = None
    return pickle.dumps((model.state_dict(), optimizer.state_dict()))


def into_both(torch, model, kept: bytes):
    """The optimizer is made of the receiver as it is, untouched or not, and is given its state first."""
    values, moments = pickle.loads(kept)
    optimizer = momentum(torch, model)
    optimizer.load_state_dict(moments)
    model.load_state_dict(values)
    return model


def vector(torch, model):
    if list(model.buffers()):
        raise NotOffered(f"{type(model).__name__} has buffers, of which a vector of parameters says nothing.")
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach().clone()


def from_vector(torch, kinds: tuple, model, kept):
    uninitialized = [parameter for parameter in model.parameters() if isinstance(parameter, kinds)]
    if not uninitialized and sum(parameter.numel() for parameter in model.parameters()) != kept.numel():
        raise NotOffered(f"{type(model).__name__} has other parameters before its first pass, and a vector does not say whose it is.")
    torch.nn.utils.vector_to_parameters(kept, model.parameters())
    return model


# -- partial states, receivers, a second initialization -------------------------------------------------------------------


def part(state, names: Collection[str]):
    found = copy.copy(state)
    for key in set(state) - set(names):
        del found[key]
    return found


def extended(torch, state):
    found = copy.copy(state)
    found["nobody.weight"] = torch.zeros(1)
    return found


def receivers(torch, place: str) -> Dict[str, Placement]:
    """Receivers of another dtype, and frozen ones."""
    return {placement.name: placement for placement in torch_placements.placements(torch, place) if placement.name in RECEIVERS}


def reinitializations(torch, run: Callable[[Any, Batch], Any]) -> Dict[str, Callable[[Any, Batch], Any]]:
    """A first pass again, on a call and by the methods of lazy modules; ``reset_parameters`` is an explicit reset and none of them."""
    lazy = torch.nn.modules.lazy.LazyModuleMixin

    def twice(method: Callable[..., Any]) -> Callable[..., None]:
        def initialize(*inputs: Any, **named: Any) -> None:
            method(*inputs, **named)
            method(*inputs, **named)
        return initialize

    def initialize(model, batch) -> None:
        """A pass in which each layer that is lazy still initializes its parameters twice."""
        waiting = [module for module in model.modules() if isinstance(module, lazy)]
        if not waiting:
            raise NotOffered("After its first pass a lazy layer of PyTorch has no method that initializes.")
        with contextlib.ExitStack() as stack:
            for module in waiting:
                vars(module)["initialize_parameters"] = twice(module.initialize_parameters)
                stack.callback(vars(module).pop, "initialize_parameters")
            run(model, batch)
    return {
        "a second first pass": run,
        "a second first pass in evaluation mode": lambda model, batch: run(model.eval(), batch),
        "initialize_parameters() twice": initialize,
    }
