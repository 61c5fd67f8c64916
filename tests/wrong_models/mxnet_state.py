"""Faults of MXNet Gluon in the states of models: saved, loaded, copied, initialized twice."""

from __future__ import annotations

from . import Fault, patched


def shapes_fixed_by_a_trainer():
    """Saving the states of a trainer takes one feature for what is unknown."""
    import mxnet
    right = mxnet.gluon.Trainer.__init__

    def init(self, params, *args, **kwargs):
        for parameter in params.values():
            if parameter._data is None and not parameter._deferred_init:
                parameter.shape = tuple(max(size, 1) for size in parameter.shape)
        right(self, params, *args, **kwargs)
    return patched(mxnet.gluon.Trainer, "__init__", init)


def waiting_values_forgotten():
    """Values that are set before the first pass are forgotten."""
    from mxnet.gluon import Parameter
    right = Parameter.set_data

    def set_data(self, data):
        if self._data is not None or not self._deferred_init:
            right(self, data)
    return patched(Parameter, "set_data", set_data)


def rounded_by_loading():
    """What is loaded into an initialized parameter is rounded to half precision."""
    from mxnet.gluon import Parameter
    right = Parameter._load_init

    def load(self, data, *args, **kwargs):
        initialized = self._data is not None
        right(self, data, *args, **kwargs)
        if initialized:
            self.set_data(data.astype("float16").astype("float32"))
    return patched(Parameter, "_load_init", load)


def trace_of_loading():
    """A block that was loaded says so in an attribute of its own."""
    from mxnet.gluon import Block
    right = Block.load_parameters

    def load_parameters(self, *args, **kwargs):
        right(self, *args, **kwargs)
        self.loaded = True
    return patched(Block, "load_parameters", load_parameters)


def missing_always_allowed():
    """Loading never minds what is missing."""
    from mxnet.gluon import Block
    right = Block.load_parameters

    def load_parameters(self, *args, **kwargs):
        right(self, *args, **{**kwargs, "allow_missing": True})
    return patched(Block, "load_parameters", load_parameters)


def memory_shared_by_deepcopy():
    """A deep copy of an array is the array."""
    import mxnet
    return patched(mxnet.np.ndarray, "__deepcopy__", lambda self, memo: self)


def drawn_again_when_told_twice():
    """Initializing what is initialized draws its values again."""
    from mxnet.gluon import Parameter
    right = Parameter.initialize

    def initialize(self, *args, **kwargs):
        right(self, *args, **{**kwargs, "force_reinit": True})
    return patched(Parameter, "initialize", initialize)


FAULTS = [
    Fault("state.save_before", "a trainer takes one feature for what is unknown, before its states are saved", plant=shapes_fixed_by_a_trainer),
    Fault("state.load_before", "values that are set before the first pass are forgotten", plant=waiting_values_forgotten),
    Fault("state.round_trip", "what is loaded into an initialized parameter is rounded to half precision", plant=rounded_by_loading),
    Fault("state.load_into_lazy", "a block that was loaded says so in an attribute", plant=trace_of_loading),
    Fault("state.partial_load", "loading never minds what is missing", plant=missing_always_allowed),
    Fault("state.copy_after", "a deep copy shares its memory with the original", plant=memory_shared_by_deepcopy),
    Fault("state.reinitialize_refused", "initializing what is initialized draws its values again", plant=drawn_again_when_told_twice,
          follows=("state.round_trip",)),
]
