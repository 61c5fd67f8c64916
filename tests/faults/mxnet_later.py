"""Faults that show later: at mismatched and varying inputs, in saved and loaded values, under transformations."""

from __future__ import annotations

import copy

from . import Planted
from .mxnet_classes import around, block, dense, gluon, parameter, unknown

DENSE, CELL, DEEP = "Dense(12)", "RNNCell(12)", "Dense(12, flatten=False)"


def fitted(patch) -> None:
    """A dense layer cuts its input to the width that it knows, or repeats it up to there."""
    def wrapper(original, self, x, *args):
        width = self.weight._data[0].shape[1] if self.weight._data else 0
        if width and x.ndim == 2 and x.shape[1] not in (0, width):
            import mxnet
            x = mxnet.np.concatenate([x] * (width // x.shape[1] + 1), axis=1)[:, :width]
        return original(self, x, *args)
    around(patch, dense(), "forward", wrapper)


def bound_again(patch) -> None:
    """A dense layer fed another width takes new values for it."""
    def wrapper(original, self, x, *args):
        known = self.weight._data
        if known and x.ndim == 2 and x.shape[1] not in (0, known[0].shape[1]):
            self.weight._shape = (self.weight.shape[0], x.shape[1])
            self.weight.initialize(force_reinit=True)
        return original(self, x, *args)
    around(patch, dense(), "forward", wrapper)


def failing(then):
    """A plant: ``then(layer, error)`` where the pass of a dense layer fails."""
    def wrapper(original, self, x, *args):
        import mxnet
        try:
            return original(self, x, *args)
        except mxnet.MXNetError as error:
            then(self, error)
            raise
    return lambda patch: around(patch, dense(), "forward", wrapper)


def writes(layer, error) -> None:
    for array in layer.bias._data or ():
        array[:] = 3


def unsaid(layer, error) -> None:
    import mxnet
    raise mxnet.MXNetError("the shapes do not fit") from None


def withdrawn(patch) -> None:
    """A first pass that fails takes the registration with it."""
    def wrapper(original, self, *args):
        try:
            original(self, *args)
        except Exception:
            for each in self.collect_params().values():
                each._deferred_init = ()
            raise
    around(patch, block(), "_deferred_infer_shape", wrapper)


def others_left_out(patch) -> None:
    """Loading passes over values of another shape."""
    def wrapper(original, self, data, *args, **kwargs):
        if self.shape is not None and any(size > 0 and size != other for size, other in zip(self.shape, data.shape)):
            return
        original(self, data, *args, **kwargs)
    around(patch, parameter(), "_load_init", wrapper)


def scalar_taken(patch) -> None:
    around(patch, dense(), "forward", lambda original, self, x, *args: original(self, x.reshape((1, 1)) if x.ndim == 0 else x, *args))


def width_of_the_class(patch) -> None:
    """The class remembers the first width that it saw, for every layer after it."""
    seen = {}

    def wrapper(original, self, *args):
        original(self, *args)
        if isinstance(self, dense()):
            rows, width = self.weight.shape
            self.weight._shape = (rows, seen.setdefault(rows, width))
    around(patch, block(), "infer_shape", wrapper)


def flattened(patch) -> None:
    """The width is that of the flattened example, and so it counts leading dimensions."""
    def wrapper(original, self, *args):
        original(self, *[each.reshape((each.shape[0], -1)) if isinstance(self, dense()) and each.ndim > 2 else each for each in args])
    around(patch, block(), "infer_shape", wrapper)


def never_again(patch) -> None:
    """force_reinit=True keeps the values that are there."""
    def wrapper(original, self, init=None, ctx=None, default_init=None, force_reinit=False):
        import mxnet
        original(self, init, ctx, default_init or mxnet.init.Uniform(), False)
    around(patch, parameter(), "initialize", wrapper)


def overwritten(patch) -> None:
    """What was loaded into a parameter that waits is drawn over at the first pass."""
    def wrapper(original, self, data, *args, **kwargs):
        waiting = self._deferred_init if unknown(self) else ()
        original(self, data, *args, **kwargs)
        if waiting:
            self._data = self._grad = None
            self._deferred_init = waiting
    around(patch, parameter(), "_load_init", wrapper)


def set_data_forgotten(patch) -> None:
    """A parameter that waits takes the shape of what it is given and forgets the values."""
    def wrapper(original, self, data):
        original(self, data)
        if self._data is None:
            self._deferred_init = self._deferred_init[:3] + (None,)
    around(patch, parameter(), "set_data", wrapper)


def bias_left_out(patch) -> None:
    def wrapper(original, self, data, *args, **kwargs):
        original(self, data * 0 if self.name.endswith("bias") else data, *args, **kwargs)
    around(patch, parameter(), "_load_init", wrapper)


def dtype_of_the_file(patch) -> None:
    def wrapper(original, self, data, *args, **kwargs):
        if self._data is None:
            self._dtype = data.dtype
        original(self, data, *args, **kwargs)
    around(patch, parameter(), "_load_init", wrapper)


def missing_untold(patch) -> None:
    around(patch, gluon().Block, "load_parameters",
           lambda original, self, filename, ctx=None, allow_missing=False, *args, **kwargs: original(self, filename, ctx, True, *args, **kwargs))


def shared_by_copies(patch) -> None:
    def copied(self, memo):
        made = memo[id(self)] = copy.copy(self)
        return made
    patch.setattr(parameter(), "__deepcopy__", copied, raising=False)


def drawn_again(patch) -> None:
    """A second initialize() draws values anew and says nothing."""
    def wrapper(original, self, init=None, ctx=None, default_init=None, force_reinit=False):
        import mxnet
        original(self, init, ctx, default_init or mxnet.init.Uniform(), True)
    around(patch, parameter(), "initialize", wrapper)


def filled_by_inference(patch) -> None:
    """infer_shape() fills the parameters."""
    def wrapper(original, self, *args):
        original(self, *args)
        for each in self.collect_params().values():
            each.initialize()
            each._finish_deferred_init()
    around(patch, block(), "infer_shape", wrapper)


def other_when_hybrid(patch) -> None:
    """A first pass of a hybridized block fills its weights with ones."""
    def wrapper(original, self, *args):
        if self._active:
            import mxnet
            for each in self.collect_params().values():
                if each._deferred_init:
                    one = mxnet.init.One()
                    each._deferred_init = (one, each._deferred_init[1], one, None)
        original(self, *args)
    around(patch, block(), "_deferred_infer_shape", wrapper)


def rows_cached(patch) -> None:
    """A hybridized block gives the number of rows with which it was first called."""
    def wrapper(original, self, *args):
        found = original(self, *args)
        if not hasattr(self, "_lazyinit_rows"):
            self._lazyinit_rows = found.shape[0]
        return found[:self._lazyinit_rows]
    around(patch, block(), "_call_cached_op", wrapper)


def unregistered_by_reset(patch) -> None:
    """reset_ctx() of a parameter that waits withdraws it."""
    def wrapper(original, self, ctx):
        original(self, ctx)
        self._deferred_init = ()
    around(patch, parameter(), "reset_ctx", wrapper)


FAULTS = [
    Planted("mismatch", "another width is cut or repeated to the known one", fitted, ["mismatch.rejected"], DENSE),
    Planted("mismatch", "another width makes a layer start over", bound_again, ["mismatch.rejected"]),
    Planted("mismatch", "a rejected input has changed the bias", failing(writes), ["mismatch.rejection_changes_nothing"]),
    Planted("mismatch", "the error for a wrong width names no size", failing(unsaid), ["mismatch.message_names_both"]),
    Planted("mismatch", "a first pass that fails takes the registration with it", withdrawn, ["mismatch.failed_first_pass_recovers"]),
    Planted("mismatch", "values of other shapes are passed over in silence when a file is loaded", others_left_out, ["mismatch.state_rejected"]),
    Planted("mismatch", "a scalar is taken for one feature", scalar_taken, ["mismatch.degenerate"]),
    Planted("varying", "a class remembers the first width that it saw, for all later models", width_of_the_class, ["varying.rebind"], DENSE),
    Planted("varying", "leading dimensions count as features", flattened, ["varying.leading_dimensions", "before.constructs"], DEEP),
    Planted("varying", "force_reinit=True keeps the values that are there", never_again, ["varying.rebind_by_framework", "after.custom_init"]),
    Planted("state", "loaded values are drawn over at the first pass", overwritten, ["state.load_before", "state.load_into_lazy"]),
    Planted("state", "set_data() of a parameter that waits is forgotten", set_data_forgotten, ["state.load_before"]),
    Planted("state", "loading leaves the bias out", bias_left_out, ["state.load_into_lazy", "state.round_trip"]),
    Planted("state", "a cast layer takes the dtype of the file that it loads", dtype_of_the_file, ["state.load_into_lazy", "state.partial_load"], CELL),
    Planted("state", "missing entries of a file are not told", missing_untold, ["state.partial_load"]),
    Planted("state", "a deep copy of an initialized model shares its values", shared_by_copies, ["state.copy_after"]),
    Planted("state", "a second initialize() draws values anew", drawn_again, ["state.reinitialize_refused"]),
    Planted("transform", "infer_shape() fills the parameters", filled_by_inference, ["transform.abstract"], DENSE),
    Planted("transform", "a first pass of a hybridized block has other values", other_when_hybrid, ["transform.compiled_first_pass", "after.context_free"], DENSE),
    Planted("transform", "a hybridized block remembers the number of rows", rows_cached, ["transform.compiled_first_pass"], DENSE),
    Planted("transform", "moving a registered model to another place withdraws its registration", unregistered_by_reset, ["transform.wrappers"]),
]
