"""Faults thought of line by line along Gluon's own sources: parameters and how they come to be."""

from __future__ import annotations

from . import Planted
from .editing import rewritten
from .mxnet_classes import around

BI = "GRU(12, bidirectional=True)"


def edited(patch, owner, name: str, *changes) -> None:
    """A method with pieces of its own source replaced."""
    patch.setattr(owner, name, rewritten(vars(owner)[name], owner, *changes))


def parameter():
    from mxnet.gluon.parameter import Parameter
    return Parameter


def parameters():
    from mxnet.gluon.parameter import ParameterDict
    return ParameterDict


def blocks():
    from mxnet.gluon import block
    return block


def reset_ctx_takes_the_default(patch) -> None:
    edited(patch, parameter(), "reset_ctx", ("= (init, ctx,", "= (default_init, ctx,"))


def says_the_current_context(patch) -> None:
    edited(patch, parameter(), "list_ctx", ("return self._deferred_init[1]", "return [context.current_context()]"))


def copies_lose_multipliers(patch) -> None:
    def deepcopy(self, memo):
        import copy
        new = self.__class__.__new__(self.__class__)
        memo[id(self)] = new
        new.__dict__.update({key: copy.deepcopy(value, memo) for key, value in self.__dict__.items()})
        if self._data is None:
            new.lr_mult = new.wd_mult = 1.0
        return new
    patch.setattr(parameter(), "__deepcopy__", deepcopy, raising=False)


def ties_only_what_is_initialized(patch) -> None:
    edited(patch, parameters(), "_get_impl", ("name in self._shared._params:", "name in self._shared._params and self._shared._params[name]._data:"))


def recurrent_cast_half(patch) -> None:
    from mxnet.gluon.rnn.rnn_layer import _RNNLayer
    edited(patch, _RNNLayer, "cast", ("self._dtype = dtype", "self._dtype = self._dtype if self.l0_i2h_weight._data is None else dtype"))


def batch_norm_in_half(patch) -> None:
    from mxnet.gluon.nn.basic_layers import _BatchNorm
    edited(patch, _BatchNorm, "cast",
           ("if np.dtype(dtype).name == 'float16'", "if np.dtype(dtype).name == 'float16' and self.gamma._data is not None"))


def add_becomes_write(patch) -> None:
    edited(patch, parameter(), "_init_grad", ("self._grad, self.grad_req)", "self._grad)"))


def never_thawed(patch) -> None:
    asked = parameter().grad_req

    def setter(self, req):
        if self._data is not None and self._grad is None and self._differentiable:
            self._grad_req = req
        else:
            asked.fset(self, req)
    patch.setattr(parameter(), "grad_req", property(asked.fget, setter))


def norms_initializers_lost(patch) -> None:
    def initialize(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        usual = {"gamma": "ones", "beta": "zeros"}.get(self.name.split("_")[-1])
        if self._deferred_init and usual:
            self._deferred_init = (usual,) + tuple(self._deferred_init[1:])
    around(patch, parameter(), "initialize", initialize)


def replicas_differ(patch) -> None:
    """Each context of a deferred parameter gets a draw of its own, where one draw ought to be copied."""
    edited(patch, parameter(), "_finish_deferred_init", ("self._init_impl(data, ctx)", """self._init_impl(data, ctx)
        for array in self._data[1:]:
            initializer.create(default_init)(initializer.InitDesc(self.name, {'__init__': init}), array)"""))


def numpy_zero_is_a_size(patch) -> None:
    shape = parameter().shape
    patch.setattr(parameter(), "shape", property(lambda self: self._shape, shape.fset))


def known_sizes_unchecked(patch) -> None:
    edited(patch, parameter(), "_load_init",
           ("if self.shape:", "if self.shape and self._data is None:\n        self._shape = data.shape\n    elif self.shape:"))


def set_data_broadcasts(patch) -> None:
    edited(patch, parameter(), "set_data", ("self.shape = data.shape", "self._shape = self._shape if self._data else data.shape"))


def restart_ignored(patch) -> None:
    def initialize(original, self, *args, force_reinit=False, **kwargs):
        original(self, *args, force_reinit=force_reinit and not self.__dict__.get("_was_deferred"), **kwargs)
        if self._deferred_init:
            self._was_deferred = True
    around(patch, parameter(), "initialize", initialize)


def load_left_pending(patch) -> None:
    edited(patch, parameter(), "_load_init", ("        self.set_data(data)\n    self._deferred_init = ()", "        self.set_data(data)"))


def load_onto_the_first_device(patch) -> None:
    edited(patch, parameter(), "_load_init", ("ctx = self._deferred_init[1]", "ctx = ctx or [cpu()]"))


def load_without_shape(patch) -> None:
    def load(original, self, *args, **kwargs):
        untouched, shape = self._data is None and not self._deferred_init, self._shape
        original(self, *args, **kwargs)
        if untouched:
            self._shape = shape
    around(patch, parameter(), "_load_init", load)


def values_shared_with_the_giver(patch) -> None:
    edited(patch, parameter(), "_init_impl", ("data.copyto(ctx)", "data.as_in_context(ctx)"))


def load_keeps_the_files_dtype(patch) -> None:
    edited(patch, parameter(), "_load_init", ("if dtype_source == 'current':", "if dtype_source == 'current' and self._deferred_init:\n"
                                              "                pass\n            elif dtype_source == 'current':"))


def saves_what_there_is(patch) -> None:
    edited(patch, parameters(), "save",
           ("weight = param._reduce()", "if param._data is None:\n            continue\n        weight = param._reduce()"))


def unequal_tie(patch) -> None:
    edited(patch, parameters(), "get", ("inferred_shape.append(dim2)", "inferred_shape.append(dim1)"))


def directions_collide(patch) -> None:
    from mxnet.gluon.rnn.rnn_layer import _RNNLayer
    edited(patch, _RNNLayer, "_collect_params_with_prefix", ("return '_unfused.{}.{}_cell.{}_{}'.format(l, d, g, t)",
                                                             "return '_unfused.{}.{}_cell.{}_{}'.format(l, 'l', g, t)"))


FAULTS = [
    Planted("before", "moving a lazy model to another context takes the default initializer for each parameter's own", reset_ctx_takes_the_default,
            ["before.placement_remembered", "after.distribution"], "BatchNorm()"),
    Planted("before", "a lazy parameter says that it is on the current context, not on that of initialize()", says_the_current_context,
            ["before.placement_remembered"]),
    Planted("before", "cast() of a lazy recurrent layer leaves its begin_state() in the old dtype", recurrent_cast_half,
            ["before.placement_remembered", "after.every_call_form"], "carried(LSTM(12))"),
    Planted("before", "a copy of a lazy parameter forgets lr_mult and wd_mult", copies_lose_multipliers, ["before.copies_stay_lazy"]),
    Planted("before", "a lazy batch norm is cast to float16 whole, statistics and all", batch_norm_in_half,
            ["before.placement_remembered"], "normalized_subject"),
    Planted("after", "a parameter frozen before the first pass gets no gradient when thawed after it", never_thawed,
            ["after.gradients", "after.trains"]),
    Planted("after", "a deferred gamma is one and a deferred beta zero whatever their own initializers", norms_initializers_lost,
            ["before.initialize_only_registers", "after.distribution"], "BatchNorm()"),
    Planted("after", "a deferred parameter on two contexts is drawn for each", replicas_differ, ["after.twin_values", "before.placement_remembered"]),
    Planted("after", "under NumPy semantics an unknown dimension is taken for a size of zero", numpy_zero_is_a_size,
            ["before.uninitialized", "before.initialize_only_registers", "after.shapes"]),
    Planted("after", "grad_req='add' asked before the first pass overwrites", add_becomes_write, ["before.placement_remembered", "after.gradients"]),
    Planted("mismatch", "a load before the first pass does not check the known sizes", known_sizes_unchecked,
            ["mismatch.state_rejected", "state.load_into_lazy"]),
    Planted("mismatch", "set_data() broadcasts a value of another shape", set_data_broadcasts, ["mismatch.state_rejected"]),
    Planted("varying", "a layer given the parameters of a lazy one gets its own", ties_only_what_is_initialized,
            ["varying.tied", "varying.tied_conflict", "before.copies_stay_lazy"], "classic_subject"),
    Planted("varying", "force_reinit leaves what was deferred as it is", restart_ignored, ["varying.rebind_by_framework", "after.custom_init"]),
    Planted("varying", "a lazy layer that is given the parameters of a declared one makes the declared width unknown", unequal_tie,
            ["varying.tied", "varying.tied_conflict", "before.partial"], "classic_subject"),
    Planted("state", "what was loaded is initialized over by the first pass", load_left_pending, ["state.partial_load", "state.load_before"],
            "normalized_subject"),
    Planted("state", "a load before the first pass puts the values onto the first device", load_onto_the_first_device,
            ["state.load_into_lazy", "state.partial_load"]),
    Planted("state", "a model loaded without initialize() still says that its shapes are unknown", load_without_shape,
            ["state.load_into_lazy", "state.load_before"]),
    Planted("state", "values set before the first pass stay shared with whoever gave them", values_shared_with_the_giver,
            ["state.load_before", "state.load_into_lazy"]),
    Planted("state", "cast_dtype=True does not convert what is loaded before the first pass", load_keeps_the_files_dtype,
            ["state.partial_load", "state.load_into_lazy"], "classic_subject"),
    Planted("state", "collect_params().save() of a lazy model writes a file without the lazy parameters", saves_what_there_is, ["state.save_before"]),
    Planted("state", "the backward direction of a bidirectional layer overwrites the forward one in the file", directions_collide,
            ["state.load_into_lazy", "state.round_trip"], BI),
]
