"""Faults in Keras 2.15 written without a look at the clauses: what a refactoring, a patch for speed or a merge would bring in."""

from __future__ import annotations

from types import SimpleNamespace

from . import Planted
from .editing import rewritten
from .tensorflow_lines import CONV, edited, module

LAYER = "engine.base_layer"
NORM, RNN = "layers.normalization.", "layers.rnn."


def frozen_batch_norm_trains(patch) -> None:
    edited(patch, NORM + "batch_normalization", "BatchNormalizationBase.__init__", ("self.trainable = trainable", "pass"))


def configuration_used_up(patch) -> None:
    edited(patch, RNN + "base_wrapper", "Wrapper.from_config", ("config = copy.deepcopy(config)", "pass"))


def query_fixes_the_groups(patch) -> None:
    edited(patch, NORM + "group_normalization", "GroupNormalization.compute_output_shape",
           ("return input_shape", "if self.groups == -1:\n        self.groups = input_shape[self.axis]\n    return input_shape"))


def bias_initializer_of_the_base(patch) -> None:
    edited(patch, "layers.convolutional.base_depthwise_conv", "DepthwiseConv.__init__",
           ("self.bias_initializer = initializers.get(bias_initializer)", "pass"))


def output_as_wide_as_the_values(patch) -> None:
    edited(patch, "layers.attention.multi_head_attention", "MultiHeadAttention._make_output_dense", ("[self._query_shape[-1]]", "[self._value_shape[-1]]"))


def backward_takes_the_forward_state(patch) -> None:
    edited(patch, RNN + "bidirectional", "Bidirectional.call", ("backward_state = initial_state[half:]", "backward_state = initial_state[:half]"))


def power_vector_not_kept(patch) -> None:
    edited(patch, NORM + "spectral_normalization", "SpectralNormalization.normalize_weights",
           ("self.vector_u.assign(tf.cast(vector_u, self.vector_u.dtype))", "pass"))


def axes_between_normalized(patch) -> None:
    edited(patch, NORM + "layer_normalization", "LayerNormalization._fused_can_be_used", ("axis[-1] - axis[0] == len(axis) - 1", "len(axis) > 0"))


def activity_losses_stay(patch) -> None:
    edited(patch, LAYER, "Layer.__call__", ("if not call_context.in_call:", "if not call_context.in_call and not self.built:"))


def width_one_passes(patch) -> None:
    edited(patch, "engine.input_spec", "assert_input_compatibility",
           ("                    None,\n                }:", "                    None,\n                    1,\n                }:"))


def groups_checked_too_late(patch) -> None:
    edited(patch, CONV, "Conv.build", ("if input_channel % self.groups != 0:", "if input_channel < self.groups:"))


def fewer_layers_in_the_file(patch) -> None:
    edited(patch, "saving.legacy.hdf5_format", "load_weights_from_hdf5_group",
           ("if len(layer_names) != len(filtered_layers):", "if len(layer_names) > len(filtered_layers):"))


def checkpoint_of_another_model(patch) -> None:
    edited(patch, "saving.legacy.save", "load_weights", ("status.assert_nontrivial_match()", "pass"))


def stacked_masks_stay(patch) -> None:
    edited(patch, RNN + "base_rnn", "RNN.call", ("for cell in self.cell.cells:", "for cell in self.cell.cells[:0]:"))


def one_batch_axis_padded(patch) -> None:
    edited(patch, CONV, "Conv._compute_causal_padding", ("batch_rank = len(inputs.shape) - 2", "batch_rank = 1"))


def grouped_operation_of_the_first(patch) -> None:
    import tensorflow
    compiled: dict = {}

    def op(self, inputs, kernel):
        made = tensorflow.function(self.convolution_op, jit_compile=True)
        return compiled.setdefault((type(self), tuple(kernel.shape)), made)(inputs, kernel)

    patch.setattr(module(CONV).Conv, "_jit_compiled_convolution_op", op)


def one_call_context(patch) -> None:
    patch.setattr(module("engine.base_layer_utils"), "_call_context", SimpleNamespace())


def frozen_in_another_order(patch) -> None:
    layer = module(LAYER).Layer
    patch.setattr(layer, "non_trainable_weights", rewritten(layer.non_trainable_weights.fget, layer, (
        "self._trainable_weights\n            + self._non_trainable_weights", "self._non_trainable_weights\n            + self._trainable_weights")))


def penalty_of_the_original(patch) -> None:
    edited(patch, LAYER, "Layer._handle_weight_regularization",
           ("functools.partial(_loss_for_variable, variable)", "lambda: _loss_for_variable(variable)"))


def written_in_single_precision(patch) -> None:
    edited(patch, LAYER, "Layer.save_own_variables", ("v.numpy()", "v.numpy().astype('float32') if v.dtype.is_floating else v.numpy()"))


def inferred_without_output_padding(patch) -> None:
    edited(patch, "layers.convolutional.conv1d_transpose", "Conv1DTranspose.compute_output_shape",
           ("output_padding = self.output_padding[0]", "output_padding = None"))


def unknown_size_of_another_axis(patch) -> None:
    edited(patch, RNN + "time_distributed", "TimeDistributed._get_shape_tuple", ("shape[start_idx + i]", "shape[i]"))


def mode_of_the_first_pass(patch) -> None:
    edited(patch, LAYER, "Layer._functional_construction_call",
           ("if training_arg_passed_by_framework:", "if training_arg_passed_by_framework and training_value is None:"))


def embedding_not_cast(patch) -> None:
    edited(patch, "layers.core.embedding", "Embedding.call", ("out = tf.cast(out, self._dtype_policy.compute_dtype)", "pass"))


FAULTS = [
    Planted("before", "BatchNormalization(trainable=False) is trained", frozen_batch_norm_trains,
            ("before.placement_remembered", "after.gradients", "after.twin_configuration", "before.copies_stay_lazy"), on="layers.BatchNormalization()"),
    Planted("before", "a wrapper's configuration can be used only once", configuration_used_up, ("before.copies_stay_lazy", "varying.rebind_by_framework"),
            on="layers.TimeDistributed(layers.Dense(96))"),
    Planted("after", "MultiHeadAttention's output is as wide as its values, not as its queries", output_as_wide_as_the_values,
            ("after.shapes", "after.every_call_form"), on="layers.MultiHeadAttention(2, 24)"),
    Planted("transform", "the inferred shape of Conv1DTranspose leaves out the output padding", inferred_without_output_padding,
            ("transform.abstract", "transform.compiled_first_pass"), on="layers.Conv1DTranspose(96, 3, strides=2, output_padding=1)"),
    Planted("mismatch", "a width of one passes every input specification", width_one_passes, ("mismatch.rejected",)),
    Planted("state", "float64 values are written to the file in float32", written_in_single_precision, ("state.round_trip",)),
]

MISSED = [
    Planted("before", "asking GroupNormalization(groups=-1) for its output's shape fixes the number of groups", query_fixes_the_groups,
            ("before.queries_have_no_effect", "transform.abstract"), on="layers.GroupNormalization(groups=-1)"),
    Planted("before", "under a mixed policy an embedding is not cast to the compute dtype", embedding_not_cast,
            ("before.placement_remembered", "after.context_free"), on="layers.Embedding(50, 24)"),
    Planted("after", "a depthwise convolution takes zeros for its bias initializer", bias_initializer_of_the_base,
            ("after.distribution", "before.initialize_only_registers"), on="layers.DepthwiseConv2D(3, depth_multiplier=2)"),
    Planted("after", "the backward direction of Bidirectional starts from the forward one's initial state", backward_takes_the_forward_state,
            ("after.every_call_form", "after.output"), on="layers.Bidirectional(layers.LSTM(24))"),
    Planted("after", "SpectralNormalization's power iteration starts over at each pass", power_vector_not_kept,
            ("after.trains", "after.output"), on="layers.SpectralNormalization(layers.Dense(96))"),
    Planted("after", "LayerNormalization over axes that are not neighbours normalizes what is between them too", axes_between_normalized,
            ("after.output",), on="layers.LayerNormalization(axis=[2, 3])"),
    Planted("after", "activity penalties of earlier passes stay in the losses", activity_losses_stay,
            ("after.idempotent", "after.trains"), on="layers.Dense(96)"),
    Planted("mismatch", "a grouped convolution is built for channels that its groups do not divide", groups_checked_too_late,
            ("mismatch.failed_first_pass_recovers",), on="layers.Conv2D(96, 3, groups=2)"),
    Planted("mismatch", "an h5 file with fewer layers than the model is loaded without a word", fewer_layers_in_the_file,
            ("mismatch.state_rejected", "state.partial_load")),
    Planted("mismatch", "a checkpoint from which nothing fits the model is loaded without a word", checkpoint_of_another_model,
            ("mismatch.state_rejected", "state.load_into_lazy")),
    Planted("varying", "stacked cells keep the dropout masks of the first batch", stacked_masks_stay,
            ("varying.batch_sizes", "after.context_free"), on="layers.RNN(layers.StackedRNNCells([layers.LSTMCell(24), layers.GRUCell(12)]))"),
    Planted("varying", "a causal convolution takes no extra leading dimension", one_batch_axis_padded, ("varying.leading_dimensions",),
            on="layers.Conv1D(96, 3, padding='causal')"),
    Planted("varying", "grouped convolutions with kernels of one shape run with the first one's strides", grouped_operation_of_the_first,
            ("varying.rebind", "after.output"), on="layers.Conv2D(96, 3, groups=2)"),
    Planted("varying", "all threads share one call context, and with it the training mode", one_call_context, ("varying.concurrent",),
            on="layers.BatchNormalization()"),
    Planted("state", "a frozen layer lists its statistics before its parameters", frozen_in_another_order,
            ("state.round_trip", "state.copy_after"), on="layers.BatchNormalization()"),
    Planted("state", "the penalty of a deep copy is that of the original's kernel", penalty_of_the_original, ("state.copy_after",),
            on="layers.Dense(96)"),
    Planted("transform", "a compiled TimeDistributed takes an unknown size from another axis", unknown_size_of_another_axis,
            ("transform.compiled_first_pass", "varying.leading_dimensions"), on="layers.TimeDistributed(layers.Dense(96))"),
    Planted("transform", "a Sequential keeps the mode of its first pass in the graph that it builds", mode_of_the_first_pass,
            ("after.context_free", "transform.wrappers"), on="layers.BatchNormalization()"),
]
