"""A third set of faults in Gluon, written by somebody who had not seen what the clauses ask."""

from __future__ import annotations

import copy
import types

from . import Planted
from .editing import rewritten
from .mxnet_classes import around, gluon
from .mxnet_lines import blocks, edited, parameter

SYMBOL = "SymbolBlock(mx.sym.FullyConnected(mx.sym.var('data'), num_hidden=12, name='dense'), mx.sym.var('data'))"
COMPILED = "compiled(chain(Dense(12), Dense(7)))"


def norms():
    from mxnet.gluon.nn import basic_layers
    return basic_layers


def recurrent():
    from mxnet.gluon.rnn.rnn_layer import _RNNLayer
    return _RNNLayer


def first_registration_stays(patch) -> None:
    edited(patch, parameter(), "initialize",
           ("self._data = self._grad = None", "if self._deferred_init and not force_reinit:\n        return\n    self._data = self._grad = None"))


def pattern_stops_at_the_top(patch) -> None:
    edited(patch, blocks().Block, "collect_params", ("cld.collect_params(select=select)", "cld.collect_params()"))


def copies_share_hooks(patch) -> None:
    def deepcopy(self, memo):
        new = memo[id(self)] = self.__class__.__new__(self.__class__)
        shared = ("_forward_hooks", "_forward_pre_hooks")
        new.__dict__.update({key: value if key in shared else copy.deepcopy(value, memo) for key, value in self.__dict__.items()})
        return new
    patch.setattr(blocks().Block, "__deepcopy__", deepcopy, raising=False)


def groups_not_counted(patch) -> None:
    edited(patch, gluon().contrib.cnn.DeformableConvolution, "__init__",
           ("deformable_conv_weight_shape[0] = channels", "deformable_conv_weight_shape[:2] = channels, in_channels"))


def symbols_dtype_forgotten(patch) -> None:
    edited(patch, blocks().SymbolBlock, "__init__", ("allow_deferred_init=True, dtype=arg_types[i])", "allow_deferred_init=True)"))


def dilated_in_height_only(patch) -> None:
    from mxnet.gluon.nn.conv_layers import _Conv
    edited(patch, _Conv, "__init__", ("(dilation,)*len(kernel_size)", "(dilation,) + (1,)*(len(kernel_size) - 1)"))


def synchronized_gamma_fixed(patch) -> None:
    edited(patch, gluon().contrib.nn.SyncBatchNorm, "__init__", ("'fix_gamma': not scale, ", ""))


def swapped_axis_default_epsilon(patch) -> None:
    edited(patch, norms().InstanceNorm, "hybrid_forward", ("eps=self._epsilon).swapaxes", ").swapaxes"))


def biases_the_other_way_round(patch) -> None:
    edited(patch, recurrent(), "_forward_kernel", ("for g in ['i2h', 'h2h'])", "for g in ['i2h', 'h2h'][::1 if t == 'weight' else -1])"))


def later_cells_start_from_zero(patch) -> None:
    from mxnet.gluon.rnn import HybridSequentialRNNCell
    edited(patch, HybridSequentialRNNCell, "unroll", ("states = begin_state[p:p+n]", "states = begin_state[p:p+n] if i == 0 else None"))


def statistics_thawed(patch) -> None:
    edited(patch, norms()._BatchNorm, "__init__", ("differentiable=False", "differentiable=True"))


def fast_layer_norm(patch) -> None:
    edited(patch, norms().LayerNorm, "hybrid_forward", ("    return layer_norm", """\
    if F is nd and self._axis == -1 and not is_np_array():
        data = F.broadcast_sub(data, F.mean(data, axis=-1, keepdims=True))
        data = F.broadcast_div(data, F.sqrt(F.mean(F.square(data), axis=-1, keepdims=True) + self._epsilon))
        return F.broadcast_add(F.broadcast_mul(data, gamma), beta)
    return layer_norm"""))


def residual_broadcasts(patch) -> None:
    from mxnet.gluon.rnn import ResidualCell
    for name in ("hybrid_forward", "unroll"):
        edited(patch, ResidualCell, name, ("F.elemwise_add", "F.broadcast_add"))


def refused_shape_stays(patch) -> None:
    asked = parameter().shape

    def setter(self, shape):
        try:
            asked.fset(self, shape)
        except AssertionError:
            self._shape = tuple(shape)
            raise
    patch.setattr(parameter(), "shape", property(asked.fget, setter))


def states_broadcast(patch) -> None:
    loop = "        for state, info in zip(states, self.state_info(batch_size)):"
    edited(patch, recurrent(), "hybrid_forward", (loop, """\
        states = [state.broadcast_to(info['shape']) if state.shape[1] == 1 else state
                  for state, info in zip(states, self.state_info(batch_size))]
""" + loop))


def scope_of_all_threads(patch) -> None:
    patch.setattr(blocks()._BlockScope, "_current", types.SimpleNamespace())


def children_not_shared(patch) -> None:
    scope = blocks()._BlockScope
    patch.setattr(scope, "create", rewritten(scope.create, scope, ("ParameterDict(parent.prefix+prefix, parent._shared)",
                                                                   "ParameterDict(parent.prefix+prefix)")))


def axis_of_the_first_rank(patch) -> None:
    edited(patch, norms()._BatchNorm, "hybrid_forward",
           ("    batch_norm = F.npx", "    if F is nd:\n        self._kwargs['axis'] %= x.ndim\n    batch_norm = F.npx"))


def every_name_wanted(patch) -> None:
    edited(patch, blocks().Block, "load_parameters", ("assert any(p in loaded for p in params_inv[param])", "assert name in loaded"))


def contexts_summed(patch) -> None:
    edited(patch, parameter(), "_reduce", ("ndarray.add_n(*(w.copyto(ctx) for w in block)) / len(block)",
                                           "ndarray.add_n(*(w.copyto(ctx) for w in block))"))


def imported_in_single_precision(patch) -> None:
    symbols = blocks().SymbolBlock
    patch.setattr(symbols, "imports", rewritten(symbols.imports, symbols, ("dtype_source='saved'", "")))


def compiled_arrays_held(patch) -> None:
    edited(patch, blocks().HybridBlock, "_call_cached_op",
           ("    cargs = ", "    held = self.__dict__.setdefault('_held', {})\n    cargs = "),
           ("else i.data()", "else held.setdefault((i.name, str(args_without_none[0].context)), i.data())"))

    def clear(original, self):
        self.__dict__.pop("_held", None)
        original(self)
    around(patch, blocks().HybridBlock, "_clear_cached_op", clear)


def children_stay_compiled(patch) -> None:
    edited(patch, blocks().HybridBlock, "hybridize", ("    super(HybridBlock, self).hybridize(active,",
                                                      "    if active: super(HybridBlock, self).hybridize(active,"))


def cast_unmarked(patch) -> None:
    edited(patch, parameter(), "cast", ("autograd.mark_variables(self._data, self._grad, self.grad_req)", "pass"))


FAULTS = [
    Planted("before", "another initialize() before the first pass is ignored, whatever initializer it names", first_registration_stays,
            ["before.initialize_only_registers", "varying.rebind_by_framework"]),
    Planted("before", "collect_params() with a pattern takes every parameter of the children", pattern_stops_at_the_top,
            ["before.placement_remembered", "before.queries_have_no_effect"]),
    Planted("before", "a hook put on a copy of a lazy model is called by the original too", copies_share_hooks,
            ["before.copies_stay_lazy", "after.twin_configuration"]),
    Planted("before", "a grouped deformable convolution that declares its channels has a weight for all in each group", groups_not_counted,
            ["before.partial", "after.twin_values", "after.shapes"], "DeformableConvolution(12, (3, 3), groups=2, num_deformable_group=2)"),
    Planted("after", "a synchronized batch norm takes one for its gamma and never trains it", synchronized_gamma_fixed,
            ["after.output", "after.trains", "after.gradients", "before.initialize_only_registers"], "SyncBatchNorm(num_devices=1)"),
    Planted("after", "instance norm over another axis forgets its epsilon", swapped_axis_default_epsilon, ["after.output"], "InstanceNorm(axis=2)"),
    Planted("after", "thawing a whole model makes the running statistics trainable", statistics_thawed,
            ["before.placement_remembered", "after.gradients"], "BatchNorm()"),
    Planted("mismatch", "a parameter says that it has the shape that it has just refused", refused_shape_stays,
            ["mismatch.state_rejected", "mismatch.rejection_changes_nothing", "varying.rebind_by_framework"]),
    Planted("transform", "a compiled model goes on with the arrays of its first pass after force_reinit", compiled_arrays_held,
            ["varying.rebind_by_framework", "transform.compiled_first_pass"], COMPILED),
    Planted("state", "a file that holds tied parameters once cannot be loaded", every_name_wanted,
            ["state.round_trip", "state.load_into_lazy", "varying.tied"], "normalized_subject"),
    Planted("transform", "hybridize(False) leaves the children compiled", children_stay_compiled,
            ["transform.wrappers", "transform.compiled_first_pass", "before.display"]),
    Planted("transform", "casting an initialized model cuts its parameters off from their gradients", cast_unmarked,
            ["transform.wrappers", "after.trains"]),
]

MISSED = [
    Planted("before", "a SymbolBlock makes its weights in float32, whatever dtype its input declares", symbols_dtype_forgotten,
            ["before.placement_remembered"], SYMBOL),
    Planted("after", "a dilation that is given as one number dilates the first axis only", dilated_in_height_only,
            ["after.output"], "Conv2DTranspose(12, 3, dilation=2)"),
    Planted("after", "GRU takes the bias of the state for that of the input and the other way round", biases_the_other_way_round,
            ["after.output"], "GRU(12)"),
    Planted("after", "an unrolled stack of cells starts all but its first cell from zero, whatever states it is given", later_cells_start_from_zero,
            ["after.every_call_form", "after.output"], "stacked(HybridSequentialRNNCell(), RNNCell(12), GRUCell(7))"),
    Planted("mismatch", "an initialized layer norm broadcasts an input of width one to its own width", fast_layer_norm,
            ["mismatch.rejected"], "LayerNorm()"),
    Planted("mismatch", "a residual cell broadcasts an input of width one over its output", residual_broadcasts,
            ["mismatch.declared_conflict", "mismatch.degenerate"], "ResidualCell(RNNCell(20))"),
    Planted("mismatch", "a recurrent layer stretches the states of a batch of one to any batch", states_broadcast,
            ["mismatch.rejected"], "carried(LSTM(12))"),
    Planted("varying", "a layer made in one thread is named by the scope that another thread is in", scope_of_all_threads, ["varying.concurrent"]),
    Planted("varying", "the children of a model that is given another's parameters get their own", children_not_shared, ["varying.tied"]),
    Planted("varying", "batch norm over the last axis goes on with the axis that was last in its first input", axis_of_the_first_rank,
            ["varying.leading_dimensions", "after.twin_configuration"], "BatchNorm(axis=-1)"),
    Planted("state", "a model on two contexts is saved with its values twice as large", contexts_summed, ["state.round_trip"]),
    Planted("state", "an exported model of double precision is imported in single precision", imported_in_single_precision,
            ["state.round_trip", "transform.compiled_first_pass"], "Dense(12, dtype='float64')"),
]
