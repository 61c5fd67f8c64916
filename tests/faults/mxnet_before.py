"""Faults that show before the first pass: what is registered, remembered, refused, copied and asked."""

from __future__ import annotations

from . import Planted
from .mxnet_classes import around, dense, gluon, parameter, unknown

CELL, DENSE = "RNNCell(12)", "Dense(12)"


def guessed_at_once(patch) -> None:
    """initialize() takes one feature for an input dimension that it does not know."""
    def wrapper(original, self, *args, **kwargs):
        if unknown(self):
            self._shape = tuple(size if size > 0 else 1 for size in self._shape)
        original(self, *args, **kwargs)
    around(patch, parameter(), "initialize", wrapper)


def filled_by_the_constructor(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.bias.initialize()
    around(patch, dense(), "__init__", wrapper)


def holds_memory(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        import mxnet
        original(self, *args, **kwargs)
        self._grad = [mxnet.nd.zeros(4096)]
    around(patch, parameter(), "__init__", wrapper)


def cast_forgotten(patch) -> None:
    around(patch, parameter(), "cast", lambda original, self, dtype: original(self, dtype) if self._data is not None else None)


def thaws(patch) -> None:
    def wrapper(original, self, *args):
        original(self, *args)
        self.grad_req = "write"
    around(patch, parameter(), "_init_impl", wrapper)


def place_forgotten(patch) -> None:
    def wrapper(original, self):
        import mxnet
        if self._deferred_init:
            init, _, *rest = self._deferred_init
            self._deferred_init = (init, [mxnet.cpu(0)], *rest)
        original(self)
    around(patch, parameter(), "_finish_deferred_init", wrapper)


def initializer_forgotten(patch) -> None:
    """The initializer that initialize() is given is not kept for parameters that have to wait."""
    def wrapper(original, self, *args, **kwargs):
        import mxnet
        original(self, *args, **kwargs)
        if self._deferred_init:
            self._deferred_init = (mxnet.init.Uniform(), self._deferred_init[1], mxnet.init.Uniform(), None)
    around(patch, parameter(), "initialize", wrapper)


def copies_are_the_same(patch) -> None:
    patch.setattr(parameter(), "__deepcopy__", lambda self, memo: self, raising=False)


def copies_thawed(patch) -> None:
    import copy

    def copied(self, memo):
        made = memo[id(self)] = object.__new__(type(self))
        made.__dict__.update({key: copy.deepcopy(value, memo) for key, value in self.__dict__.items()})
        made.grad_req = "write"
        return made
    patch.setattr(parameter(), "__deepcopy__", copied, raising=False)


def zeros_read(patch) -> None:
    """data() of a parameter that waits gives zeros; a pass, which names its place, is told as ever."""
    def wrapper(original, self, ctx=None):
        import mxnet
        return mxnet.nd.zeros(self.shape[:1]) if ctx is None and self._data is None else original(self, ctx)
    around(patch, parameter(), "data", wrapper)


def text_fails(patch) -> None:
    def wrapper(original, self):
        return f"Dense({self.weight.data().shape[1]} -> {self.weight.shape[0]}, linear)"
    around(patch, dense(), "__repr__", wrapper)


def text_pretends(patch) -> None:
    around(patch, dense(), "__repr__", lambda original, self: f"Dense({max(self.weight.shape[1], 1)} -> {self.weight.shape[0]}, linear)")
    around(patch, parameter(), "__repr__", lambda original, self: f"Parameter {self.name} (shape={tuple(max(size, 1) for size in self.shape)}, dtype={self.dtype})")


def asking_registers(patch) -> None:
    """Printing the parameters of a network registers them."""
    def wrapper(original, self):
        import mxnet
        if self._data is None and not self._deferred_init:
            self._deferred_init = (mxnet.init.Zero(), [mxnet.cpu(0)], mxnet.init.Zero(), None)
        return original(self)
    around(patch, parameter(), "__repr__", wrapper)


def saving_forgets(patch) -> None:
    """save_parameters() writes what is there and says nothing of the rest."""
    def wrapper(original, self, *args, **kwargs):
        found = original(self, *args, **kwargs)
        return found if any(each._data for each in found.values()) else {}
    around(patch, gluon().Block, "_collect_params_with_prefix", wrapper)


FAULTS = [
    Planted("before", "initialize() takes one feature for a dimension that it does not know", guessed_at_once,
            ["before.partial", "before.initialize_only_registers", "before.constructs", "after.shapes"]),
    Planted("before", "a bias is filled by the constructor", filled_by_the_constructor, ["before.uninitialized", "before.allocates_nothing"]),
    Planted("before", "a parameter without a shape holds memory", holds_memory, ["before.allocates_nothing"]),
    Planted("before", "cast() before the first pass is forgotten", cast_forgotten, ["before.placement_remembered"], CELL),
    Planted("before", "grad_req='null' set before the first pass is forgotten", thaws, ["before.placement_remembered"]),
    Planted("before", "a parameter that waits forgets the context of initialize(ctx)", place_forgotten, ["before.placement_remembered"]),
    Planted("before", "a parameter that waits forgets the initializer of initialize(init)", initializer_forgotten, ["before.initialize_only_registers"]),
    Planted("before", "a deep copy shares the parameters of the original", copies_are_the_same, ["before.copies_stay_lazy"]),
    Planted("before", "a deep copy of a frozen parameter is trained", copies_thawed, ["before.copies_stay_lazy"]),
    Planted("before", "data() of a parameter that waits gives zeros", zeros_read, ["before.access_refused"]),
    Planted("before", "printing an untouched layer fails", text_fails, ["before.display"]),
    Planted("before", "an untouched layer prints 1 for a dimension that it does not know", text_pretends, ["before.display"]),
    Planted("before", "printing the parameters registers them with zeros", asking_registers, ["before.queries_have_no_effect"]),
    Planted("state", "save_parameters() of an untouched network writes an empty file", saving_forgets, ["state.save_before"]),
]
