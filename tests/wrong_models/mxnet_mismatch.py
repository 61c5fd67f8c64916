"""Faults of MXNet Gluon with dimensions that do not fit."""

from __future__ import annotations

from . import Fault, patched


def around_dense(wrong):
    """``Dense.hybrid_forward`` replaced for arrays by ``wrong(right, x, weight)``; ``right(x)`` goes on as before."""
    import mxnet
    dense = mxnet.gluon.nn.Dense
    original = dense.hybrid_forward

    def hybrid_forward(self, F, x, weight, bias=None):
        def right(x):
            return original(self, F, x, weight, bias)
        return wrong(right, x, weight) if isinstance(x, mxnet.np.ndarray) else right(x)
    return patched(dense, "hybrid_forward", hybrid_forward)


def column_broadcast():
    def wrong(right, x, weight):
        columns = weight.shape[1]
        return right(x.repeat(columns, axis=1) if x.shape[1:] == (1,) and columns > 1 else x)
    return around_dense(wrong)


def weight_cleared_by_a_rejection():
    def wrong(right, x, weight):
        try:
            return right(x)
        except Exception:
            weight[:] = 0
            raise
    return around_dense(wrong)


def message_without_sizes():
    from mxnet.base import MXNetError

    def wrong(right, x, weight):
        try:
            return right(x)
        except MXNetError:
            raise MXNetError("Shape inconsistent") from None
    return around_dense(wrong)


def features_cut_to_what_is_declared():
    from mxnet.gluon import nn

    def forward(self, x):
        for block in self._children.values():
            declared = getattr(block, "_in_units", 0)
            x = block(x[:, :declared] if 0 < declared < x.shape[-1] and block is not self[0] else x)
        return x
    return patched(nn.Sequential, "forward", forward)


def registration_withdrawn_by_a_failure():
    from mxnet.gluon import HybridBlock
    right = HybridBlock._deferred_infer_shape

    def infer(self, *args):
        try:
            right(self, *args)
        except ValueError:
            for parameter in self.params.values():
                parameter._deferred_init = ()
            raise
    return patched(HybridBlock, "_deferred_infer_shape", infer)


def shapes_taken_from_the_file():
    from mxnet.gluon import Parameter
    right = Parameter._load_init

    def load(self, data, ctx, cast_dtype=False, dtype_source="current"):
        if self._data is None:
            return right(self, data, ctx, cast_dtype, dtype_source)
        self._shape = data.shape
        self._init_impl(data, ctx or self.list_ctx())
    return patched(Parameter, "_load_init", load)


def scalar_taken_for_a_batch():
    import mxnet
    sequential = mxnet.gluon.nn.Sequential
    right = sequential.forward

    def forward(self, x):
        return right(self, x.reshape((1, 1)) if isinstance(x, mxnet.np.ndarray) and x.ndim == 0 else x)
    return patched(sequential, "forward", forward)


FAULTS = [
    Fault("mismatch.rejected", "an input of width 1 is broadcast to the width of the layer", plant=column_broadcast),
    Fault("mismatch.rejection_changes_nothing", "a rejected call clears the weight", plant=weight_cleared_by_a_rejection, follows=("state.load_into_lazy",)),
    Fault("mismatch.declared_conflict", "features are cut down to what the next layer declares", plant=features_cut_to_what_is_declared),
    Fault("mismatch.failed_first_pass_recovers", "a failed shape inference withdraws what initialize() registered",
          plant=registration_withdrawn_by_a_failure),
    Fault("mismatch.message_names_both", "the error says that shapes differ, and not which", plant=message_without_sizes),
    Fault("mismatch.state_rejected", "loading takes the shapes of the file for its own", plant=shapes_taken_from_the_file),
    Fault("mismatch.degenerate", "a scalar is taken for a batch of one feature", plant=scalar_taken_for_a_batch),
]
