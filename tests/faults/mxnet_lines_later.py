"""Faults thought of line by line along Gluon's own sources: blocks, layers, cells and what is compiled or exported."""

from __future__ import annotations

from . import Planted
from .mxnet_classes import around
from .mxnet_lines import blocks, edited

GRAPH = "mx.sym.FullyConnected(mx.sym.var('data'), num_hidden=12, name='dense')"
SYMBOL = f"SymbolBlock({GRAPH}, mx.sym.var('data'))"
DEFERRED = ("                params = {k: v.data(ctx) for k, v in self._reg_params.items()}\n\n",
            "                params = {k: v.data(ctx) for k, v in self._reg_params.items()}\n"
            "                with autograd.%s():\n"
            "                    return self.hybrid_forward(ndarray, x, *args, **params)\n\n")


def deferred_branch(patch, scope: str) -> None:
    import mxnet
    patch.setattr(blocks(), "autograd", mxnet.autograd, raising=False)
    edited(patch, blocks().HybridBlock, "forward", (DEFERRED[0], DEFERRED[1] % scope))


def first_pass_unrecorded(patch) -> None:
    deferred_branch(patch, "pause")


def first_pass_predicts(patch) -> None:
    deferred_branch(patch, "predict_mode")


def lazy_activation_dropped(patch) -> None:
    from mxnet.gluon.nn.conv_layers import _Conv
    edited(patch, _Conv, "__init__", ("if activation is not None:", "if activation is not None and in_channels:"))


def strides_ignored(patch) -> None:
    from mxnet.gluon.nn import Conv1D
    edited(patch, Conv1D, "__init__", ("channels, kernel_size, strides,", "channels, kernel_size, strides if in_channels else 1,"))


def axis_not_swapped_back(patch) -> None:
    from mxnet.gluon.nn import InstanceNorm
    edited(patch, InstanceNorm, "hybrid_forward", ("eps=self._epsilon).swapaxes(1, self._axis)", "eps=self._epsilon)"))


def first_call_form_stays(patch) -> None:
    from mxnet.gluon.rnn.rnn_layer import _RNNLayer
    edited(patch, _RNNLayer, "__call__", ("self.skip_states = states is None", "self.skip_states = states is None if self.skip_states is None "
                                          "else self.skip_states"))


def summary_stays(patch) -> None:
    edited(patch, blocks().Block, "summary", ("for h in hooks:", "for h in hooks[1:]:"))


def declared_channels_ignored(patch) -> None:
    from mxnet.gluon.nn import Conv3D
    edited(patch, Conv3D, "__init__", ("in_channels, activation,", "0, activation,"))


def compiled_failure_final(patch) -> None:
    def call(original, self, *args):
        try:
            return original(self, *args)
        except ValueError:
            for value in self.collect_params().values():
                value._deferred_init = ()
            raise
    around(patch, blocks().HybridBlock, "_build_cache", call)


def zoneout_remembers(patch) -> None:
    from mxnet.gluon.rnn import ZoneoutCell
    edited(patch, ZoneoutCell, "reset", ("self._prev_output = None", "self._prev_output = getattr(self, '_prev_output', None)"))


def slices_are_copies(patch) -> None:
    from mxnet.gluon.nn import HybridSequential
    edited(patch, HybridSequential, "__getitem__", ("net.add(*layers)", "net.add(*__import__('copy').deepcopy(layers))"))


def bare_layer_whole_or_not(patch) -> None:
    edited(patch, blocks().Block, "load_parameters", ("filename, ctx, allow_missing, ignore_extra, self.prefix,",
                                                      "filename, ctx, False, ignore_extra, self.prefix,"))


def own_parameters_only(patch) -> None:
    edited(patch, blocks().HybridBlock, "_infer_attrs", ("self.collect_params().values()", "self.params.values()"))


def symbols_graph_cleared(patch) -> None:
    edited(patch, blocks().SymbolBlock, "_clear_cached_op", ("self._cached_graph = tmp", "self._cached_graph = tmp if self._cached_op_args else ()"))


def added_layer_ignored(patch) -> None:
    edited(patch, blocks().HybridBlock, "register_child", ("self._clear_cached_op()", "pass"))


def statistics_trained(patch) -> None:
    edited(patch, blocks().SymbolBlock, "__init__", ("grad_req='null', ", ""))


def exported_without_statistics(patch) -> None:
    edited(patch, blocks().HybridBlock, "export", ("arg_dict['aux:%s'%name] = param._reduce()", "pass"))


FAULTS = [
    Planted("before", "summary() leaves a hook behind", summary_stays,
            ["after.twin_configuration", "before.queries_have_no_effect", "before.display"]),
    Planted("after", "a first pass that infers a shape is not recorded for gradients", first_pass_unrecorded,
            ["after.gradients", "after.context_free"]),
    Planted("after", "a first pass that infers a shape runs in prediction mode", first_pass_predicts,
            ["after.gradients", "after.context_free"], "BatchNorm()"),
    Planted("after", "a lazy convolution drops its activation", lazy_activation_dropped,
            ["after.output", "after.twin_configuration"], "Conv2D(12, 3, activation='relu')"),
    Planted("after", "a lazy one-dimensional convolution ignores its strides", strides_ignored, ["after.output", "after.twin_configuration"],
            "Conv1D(12, 3, strides=2)"),
    Planted("after", "a recurrent layer returns states or not as its first call did", first_call_form_stays,
            ["after.every_call_form", "before.constructs", "after.shapes", "after.idempotent"], "carried(LSTM(12))"),
    Planted("after", "instance norm over another axis returns its output transposed", axis_not_swapped_back, ["after.output"],
            "InstanceNorm(axis=2)"),
    Planted("mismatch", "a three-dimensional convolution ignores its declared channels", declared_channels_ignored,
            ["mismatch.declared_conflict", "before.partial"], "Conv3D(12, 3)"),
    Planted("mismatch", "a compiled first pass that fails leaves nothing to initialize", compiled_failure_final,
            ["mismatch.failed_first_pass_recovers", "transform.compiled_first_pass"], "compiled(chain(Dense(12), Dense(7)))"),
    Planted("varying", "zoneout keeps its previous output from one sequence to the next", zoneout_remembers,
            ["varying.batch_sizes", "after.idempotent"], "ZoneoutCell(RNNCell(12), zoneout_outputs=0.3, zoneout_states=0.2)"),
    Planted("varying", "a slice of a lazy model holds copies of its layers", slices_are_copies, ["varying.tied", "before.copies_stay_lazy"],
            "normalized_subject"),
    Planted("state", "a bare layer refuses a partial load that is allowed", bare_layer_whole_or_not, ["state.partial_load"],
            "Dense(12, bias_initializer='zeros')"),
    Planted("transform", "shape inference reaches a block's own parameters only", own_parameters_only,
            ["transform.abstract", "transform.compiled_first_pass"], "normalized_subject"),
    Planted("transform", "compiling a SymbolBlock before its first pass loses its graph", symbols_graph_cleared,
            ["transform.compiled_first_pass", "varying.rebind_by_framework", "state.reinitialize_refused"], SYMBOL),
    Planted("transform", "a lazy layer added after a compiled first pass is ignored", added_layer_ignored,
            ["transform.compiled_first_pass", "varying.many_widths"], "normalized_subject"),
    Planted("transform", "an export after the first pass leaves out the statistics", exported_without_statistics,
            ["transform.compiled_first_pass"], "normalized_subject"),
    Planted("transform", "the statistics of a symbol's batch norm are trained", statistics_trained,
            ["after.gradients", "after.twin_configuration"], f"SymbolBlock(mx.sym.BatchNorm({GRAPH}, name='norm'), mx.sym.var('data'))"),
]
