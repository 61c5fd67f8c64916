"""Faults thought of by going through Keras 2.15 line by line: one line of it is lost or changed in each."""

from __future__ import annotations

import importlib
import inspect

from . import Planted
from .editing import rewritten

CONV, EINSUM = "layers.convolutional.base_conv", "layers.core.einsum_dense"


def module(name):
    return importlib.import_module("keras.src." + name)


def edited(patch, where: str, name: str, *changes) -> None:
    """A function of a module, or the method of a class in it, is compiled again from its source with some of its text changed."""
    owner = module(where)
    for part in name.split(".")[:-1]:
        owner = getattr(owner, part)
    name = name.split(".")[-1]
    function = inspect.unwrap(getattr(owner, name))
    if function.__name__ != name:  # Keras' `shape_type_conversion` does not say what it wraps.
        function = inspect.getclosurevars(function).nonlocals["fn"]
    patch.setattr(owner, name, rewritten(function, owner, *changes, count=1))


def untouched_copy_is_shallow(patch) -> None:
    edited(patch, "engine.training", "Model.__deepcopy__", ("copy.deepcopy(rest[0], memo=memo)", "copy.copy(rest[0])"))


def trainable_not_in_the_configuration(patch) -> None:
    edited(patch, "engine.base_layer", "Layer.get_config", ('"trainable": self.trainable,', ""))


def cell_without_dtype(patch) -> None:
    edited(patch, "layers.rnn.gru", "GRU.__init__", ('dtype=kwargs.get("dtype"),', ""))


def untouched_has_an_empty_list(patch) -> None:
    patch.setattr(module("engine.sequential").Sequential, "_assert_weights_created", lambda self: None)


def input_dim_ignored(patch) -> None:
    edited(patch, "engine.base_layer", "Layer.__init__", ('if "input_dim" in kwargs and "input_shape" not in kwargs:', "if False:"))


def bias_of_every_axis(patch) -> None:
    edited(patch, EINSUM, "_analyze_split_string", ("output_spec[first_bias_location:]", "output_spec"))


def fan_of_two_spatial_dimensions(patch) -> None:
    edited(patch, "initializers.initializers", "_compute_fans", ("for dim in shape[:-2]:", "for dim in shape[:-2][-2:]:"))


def ones_in_the_input_gate(patch) -> None:
    edited(patch, "layers.rnn.base_conv_lstm", "ConvLSTMCell.build",
           ('initializers.get("ones")', "self.bias_initializer"), ("self.bias_initializer(", 'initializers.get("ones")('))


def one_initializer_for_all_projections(patch) -> None:
    edited(patch, "layers.attention.multi_head_attention", "MultiHeadAttention._get_common_kwargs_for_sublayer",
           ('common_kwargs["kernel_initializer"] = kernel_initializer', 'common_kwargs["kernel_initializer"] = self._kernel_initializer'))


def beta_follows_scale(patch) -> None:
    edited(patch, "layers.normalization.layer_normalization", "LayerNormalization.build", ("if self.center:", "if self.scale:"))


def shared_axes_off_by_one(patch) -> None:
    edited(patch, "layers.activation.prelu", "PReLU.build", ("param_shape[i - 1] = 1", "param_shape[i] = 1"))


def value_dim_ignored(patch) -> None:
    edited(patch, "layers.attention.multi_head_attention", "MultiHeadAttention._build_from_signature",
           ("[self._num_heads, self._value_dim]", "[self._num_heads, self._key_dim]"))


def regularizer_forgotten(patch) -> None:
    edited(patch, CONV, "Conv.build", ("regularizer=self.kernel_regularizer,", ""))


def constraint_forgotten(patch) -> None:
    edited(patch, "layers.core.dense", "Dense.build", ("constraint=self.kernel_constraint,", ""))


def power_vector_trainable(patch) -> None:
    edited(patch, "layers.normalization.spectral_normalization", "SpectralNormalization.build", ("trainable=False,", ""))


def dtype_of_the_input_forgotten(patch) -> None:
    edited(patch, "engine.sequential", "Sequential.call", ("inputs.shape, inputs.dtype", "inputs.shape"))


def parameters_in_the_compute_dtype(patch) -> None:
    edited(patch, "engine.base_layer", "Layer.add_weight", ("dtype = self.dtype or", "dtype = self.compute_dtype or"))


def built_before_build(patch) -> None:
    line = "with tf_utils.maybe_init_scope(self):\n"
    edited(patch, "engine.base_layer", "Layer._maybe_build", (line, "self.built = True\n            " + line))


def shapes_not_compared_first(patch) -> None:
    edited(patch, "engine.base_layer", "Layer.set_weights", ("if not ref_shape.is_compatible_with(weight_shape):", "if False:"))


def width_not_in_the_specification(patch) -> None:
    line = "input_spec_shape[time_step_index] = None\n"
    edited(patch, "layers.rnn.base_rnn", "RNN.build", (line, line + "        input_spec_shape[-1] = None\n"))


FAULTS = [
    Planted("before", "a copied untouched model shares its layers", untouched_copy_is_shallow, ("before.copies_stay_lazy",)),
    Planted("before", "a layer's configuration does not say that it is frozen", trainable_not_in_the_configuration,
            ("before.copies_stay_lazy", "state.copy_after")),
    Planted("before", "GRU does not hand its dtype to its cell", cell_without_dtype,
            ("before.constructs", "before.placement_remembered", "after.output"), on="layers.GRU(24, dtype='float64')"),
    Planted("before", "an untouched Sequential lists no parameters instead of refusing", untouched_has_an_empty_list,
            ("before.access_refused", "before.uninitialized")),
    Planted("before", "a declared input_dim is ignored", input_dim_ignored, ("before.partial", "mismatch.declared_conflict")),
    Planted("after", "EinsumDense's bias has an axis of one for each axis before it", bias_of_every_axis, ("after.shapes",),
            on="layers.EinsumDense('abc,cd->abd', output_shape=(None, 48), bias_axes='d')"),
    Planted("after", "the fan of a kernel forgets its third spatial dimension", fan_of_two_spatial_dimensions, ("after.distribution",),
            on="layers.Conv3D(96, 3)"),
    Planted("after", "ConvLSTM starts the input gate's bias at one, not the forget gate's", ones_in_the_input_gate,
            ("after.distribution",), on="layers.ConvLSTM2D(8, 3)"),
    Planted("after", "MultiHeadAttention's projections share one initializer and start alike", one_initializer_for_all_projections,
            ("after.distribution",), on="layers.MultiHeadAttention(2, 24)"),
    Planted("after", "LayerNormalization has no beta without scale", beta_follows_scale, ("after.shapes", "after.output"),
            on="layers.LayerNormalization(scale=False)"),
    Planted("after", "PReLU shares the axis after each of shared_axes", shared_axes_off_by_one, ("after.shapes",),
            on="layers.PReLU(shared_axes=[1, 2])"),
    Planted("after", "MultiHeadAttention builds its values with key_dim", value_dim_ignored, ("after.shapes",),
            on="layers.MultiHeadAttention(2, 24, value_dim=8)"),
    Planted("after", "a convolution's kernel is built without its regularizer", regularizer_forgotten,
            ("before.placement_remembered", "after.twin_configuration", "after.gradients"), on="layers.Conv1D(96, 3)"),
    Planted("after", "Dense's kernel is built without its constraint", constraint_forgotten,
            ("before.placement_remembered", "after.twin_configuration", "after.trains")),
    Planted("after", "SpectralNormalization's vector is a trainable parameter", power_vector_trainable, ("after.gradients", "after.trains"),
            on="layers.SpectralNormalization(layers.Dense(96))"),
    Planted("after", "a Sequential built by its first input takes it for float32", dtype_of_the_input_forgotten,
            ("after.output", "after.every_call_form"), on="chain(layers.Dense(96, dtype='float64'))"),
    Planted("after", "under a mixed policy parameters are created in the compute dtype", parameters_in_the_compute_dtype,
            ("before.placement_remembered", "after.context_free"), on="layers.LSTM(24)"),
    Planted("mismatch", "a layer counts as built though its build failed", built_before_build,
            ("mismatch.failed_first_pass_recovers",), on="layers.Conv2D(96, 3)"),
    Planted("mismatch", "values of other shapes are refused one by one, after the ones before were taken", shapes_not_compared_first,
            ("mismatch.state_rejected",)),
]

# No clause notices these: the width is refused all the same, by TensorFlow's operation, whose message names both sizes.
MISSED = [
    Planted("mismatch", "a recurrent layer's input specification leaves the width open", width_not_in_the_specification,
            ("mismatch.rejected", "mismatch.message_names_both"), on="layers.LSTM(24)"),
]
