"""Faults that show before the first pass: what is remembered, refused, copied and asked."""

from __future__ import annotations

from . import Planted
from .torch_classes import around, lazy, nn, parameter, uninitialized

NORM = "nn.LazyBatchNorm2d()"


def materialized_at_once(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.bias.materialize((self.out_features,))
    around(patch, nn().LazyLinear, "__init__", wrapper)


def materializes(**forced):
    def plant(patch) -> None:
        import torch
        chosen = {name: getattr(torch, value) if name == "dtype" else value for name, value in forced.items()}
        around(patch, uninitialized(), "materialize", lambda original, self, shape, *_, **__: original(self, shape, **chosen))
    return plant


def thaws(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.requires_grad_(self.is_floating_point() and isinstance(self, nn().Parameter))
    around(patch, uninitialized(), "materialize", wrapper)


def copies_lose(what: str):
    def copied(original, self, memo):
        if id(self) not in memo:
            kept = {"requires_grad": (True, self.data.device, self.data.dtype), "dtype": (self.requires_grad, self.data.device)}[what]
            memo[id(self)] = type(self)(*kept)
        return memo[id(self)]
    return lambda patch: around(patch, parameter(), "__deepcopy__", copied)


def copies_are_the_same(patch) -> None:
    around(patch, parameter(), "__deepcopy__", lambda original, self, memo: self)


def pickles_thawed(patch) -> None:
    around(patch, parameter(), "__reduce_ex__", lambda original, self, protocol: (type(self), (True,)))


def shape_of_nothing(patch) -> None:
    import torch
    patch.setattr(uninitialized(), "shape", property(lambda self: torch.Size([0])))


def arithmetic_allowed(patch) -> None:
    patch.setattr(uninitialized(), "__torch_function__", classmethod(
        lambda cls, function, types, args=(), kwargs=None: super(uninitialized(), cls).__torch_function__(function, types, args, kwargs)))


def holds_memory(patch) -> None:
    import torch
    patch.setattr(parameter(), "__new__", staticmethod(lambda cls, requires_grad=True, device=None, dtype=None: torch.Tensor._make_subclass(
        cls, torch.empty(4096, device=device, dtype=dtype), requires_grad)))


def text_fails(patch) -> None:
    def extra(original, self):
        return f"in_features={self.weight.shape[1]}, out_features={self.out_features}"
    around(patch, nn().LazyLinear, "extra_repr", extra)


def asking_unhooks(patch) -> None:
    def wrapper(original, self):
        found = original(self)
        if found and hasattr(self, "_initialize_hook"):
            self._initialize_hook.remove()
        return found
    around(patch, lazy(), "has_uninitialized_params", wrapper)


def buffers_forgotten(patch) -> None:
    around(patch, lazy(), "has_uninitialized_params", lambda original, self: False)


def saving_forgets(patch) -> None:
    def wrapper(original, self, destination, prefix, keep_vars):
        original(self, destination, prefix, keep_vars)
        for name in [name for name, value in destination.items() if isinstance(value, uninitialized())]:
            del destination[name]
    around(patch, lazy(), "_save_to_state_dict", wrapper)


FAULTS = [
    Planted("before", "a bias is materialized in the constructor and holds what was in memory", materialized_at_once,
            ["before.uninitialized", "before.allocates_nothing"]),
    Planted("before", "double() before the first pass is forgotten", materializes(dtype="float32"), ["before.placement_remembered"]),
    Planted("before", "to(device) before the first pass is forgotten", materializes(device="cpu"), ["before.placement_remembered"]),
    Planted("before", "requires_grad_(False) before the first pass is forgotten", thaws, ["before.placement_remembered"]),
    Planted("before", "a deep copy of an uninitialized parameter is trained although the original is frozen", copies_lose("requires_grad"), ["before.copies_stay_lazy"]),
    Planted("before", "a deep copy of an uninitialized parameter has the default dtype", copies_lose("dtype"), ["before.copies_stay_lazy", "before.placement_remembered"]),
    Planted("before", "a deep copy shares the uninitialized parameters of the original", copies_are_the_same, ["before.copies_stay_lazy"]),
    Planted("before", "a pickled uninitialized parameter comes back thawed", pickles_thawed, ["before.copies_stay_lazy"]),
    Planted("before", "the shape of an uninitialized parameter reads as (0,)", shape_of_nothing, ["before.access_refused", "before.uninitialized"]),
    Planted("before", "arithmetic with an uninitialized parameter goes through, as with an empty tensor", arithmetic_allowed, ["before.access_refused"]),
    Planted("before", "an uninitialized parameter holds memory", holds_memory, ["before.allocates_nothing"]),
    Planted("before", "printing a lazy layer fails", text_fails, ["before.display"]),
    Planted("before", "asking a layer for uninitialized parameters takes its hook away", asking_unhooks, ["before.queries_have_no_effect"]),
    Planted("before", "no layer owns up to uninitialized parameters, so that none initializes them", buffers_forgotten,
            ["before.uninitialized", "after.nothing_uninitialized", "after.shapes"]),
    Planted("state", "state_dict() of a lazy model leaves the uninitialized entries out", saving_forgets, ["state.save_before"]),
]
