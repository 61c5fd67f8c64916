"""Faults thought of by going through Keras 2.15 line by line that show later: with other inputs, states and transformations."""

from __future__ import annotations

from . import Planted
from .tensorflow_lines import edited, module


def batch_kept(patch) -> None:
    edited(patch, "layers.rnn.base_conv_rnn", "ConvRNN.build", ("input_shape[0] if self.stateful else None", "input_shape[0]"))


def length_kept(patch) -> None:
    edited(patch, "layers.rnn.base_rnn", "RNN.build", ("input_spec_shape[time_step_index] = None\n", "pass\n"))


def earlier_connections_stay(patch) -> None:
    patch.setattr(module("engine.sequential"), "clear_previously_created_nodes", lambda layer, created_nodes: None)


def added_later_left_out(patch) -> None:
    edited(patch, "engine.sequential", "Sequential.add", ("elif self.outputs:", "elif self.outputs and self._has_explicit_input_shape:"))


def first_shape_is_the_specification(patch) -> None:
    sequential = module("engine.sequential").Sequential
    whole = super(sequential, sequential).input_spec

    def get(self):
        return whole.fget(self) if self._has_explicit_input_shape or self._graph_initialized else None

    patch.setattr(sequential, "input_spec", sequential.input_spec.getter(get))


def shared_listed_twice(patch) -> None:
    patch.setattr(module("engine.base_layer").Layer, "_dedup_weights", lambda self, weights: weights)


def frozen_not_loaded(patch) -> None:
    edited(patch, "engine.base_layer", "Layer.load_own_variables",
           ("self._update_trackables()", "self._update_trackables()\n    if not self.trainable:\n        return"))


def legacy_file_of_trainables(patch) -> None:
    patch.setattr(module("saving.legacy.hdf5_format"), "_legacy_weights", lambda layer: layer.trainable_weights)


def too_many_values_accepted(patch) -> None:
    edited(patch, "engine.base_layer", "Layer.load_own_variables", ("len(store.keys()) != len(all_vars)", "len(store.keys()) < len(all_vars)"))


def not_finalized_after_values(patch) -> None:
    edited(patch, "engine.base_layer", "Layer.set_weights", ("layer.finalize_state()", "pass"))


def declared_values_ignored(patch) -> None:
    edited(patch, "engine.base_layer", "Layer._maybe_build", ("if self._initial_weights is not None:", "if False:"))


def wrapped_built_again(patch) -> None:
    edited(patch, "layers.rnn.base_wrapper", "Wrapper.build", ("if not self.layer.built:", "if True:"))


def directions_of_one_name(patch) -> None:
    edited(patch, "layers.rnn.bidirectional", "Bidirectional.build",
           ("with backend.name_scope(self.forward_layer.name):", "if True:"), ("with backend.name_scope(self.backward_layer.name):", "if True:"))


def not_cast_in_a_graph(patch) -> None:
    edited(patch, "engine.base_layer", "Layer.__call__", ("if self._autocast:", "if self._autocast and eager:"))


def sequences_not_in_the_shape(patch) -> None:
    edited(patch, "layers.rnn.base_rnn", "RNN.compute_output_shape", ("if self.return_sequences:", "if False:"))


def batch_of_the_tracing(patch) -> None:
    edited(patch, "layers.convolutional.conv2d_transpose", "Conv2DTranspose.call", ("batch_size = inputs_shape[0]", "batch_size = inputs.shape[0]"))


FAULTS = [
    Planted("varying", "ConvLSTM keeps the first batch's size", batch_kept, ("varying.batch_sizes",), on="layers.ConvLSTM2D(8, 3)"),
    Planted("varying", "a recurrent layer keeps the first sequence's length", length_kept, ("varying.resolutions", "varying.leading_dimensions"),
            on="layers.GRU(24)"),
    Planted("varying", "a layer of a Sequential has two outputs after a second batch size", earlier_connections_stay,
            ("after.twin_configuration", "varying.batch_sizes")),
    Planted("varying", "a Sequential built by its first input takes no other image size", first_shape_is_the_specification,
            ("varying.resolutions",), on="chain(layers.Conv2D(96, 3))"),
    Planted("varying", "a layer used twice lists its parameters twice", shared_listed_twice, ("varying.tied",)),
    Planted("state", "a frozen layer's values are not loaded", frozen_not_loaded, ("state.round_trip", "state.copy_after")),
    Planted("state", "the h5 file holds what is trainable only", legacy_file_of_trainables, ("state.round_trip",), on="layers.BatchNormalization()"),
    Planted("state", "values in a file for which a layer has no parameters yet are ignored", too_many_values_accepted,
            ("state.load_before", "state.load_into_lazy")),
    Planted("state", "Normalization goes on with the statistics from before the load", not_finalized_after_values,
            ("state.round_trip", "state.load_into_lazy"), on="layers.Normalization()"),
    Planted("state", "values declared with weights= are ignored at the first pass", declared_values_ignored,
            ("after.distribution", "state.load_before"), on="layers.Dense(96, weights=[np.ones((20, 96)), np.ones(96)])"),
    Planted("state", "a wrapper initializes again the initialized layer that it is given", wrapped_built_again,
            ("state.reinitialize_refused",), on="layers.TimeDistributed(layers.Dense(96))"),
    Planted("state", "the parameters of Bidirectional's two directions have the same names", directions_of_one_name,
            ("after.twin_configuration", "state.round_trip"), on="layers.Bidirectional(layers.LSTM(24))"),
    Planted("transform", "the inferred shape of a recurrent layer's sequences is that of one step", sequences_not_in_the_shape,
            ("transform.abstract",), on="layers.LSTM(24, return_sequences=True)"),
]

# No clause notices these: none adds a layer to an initialized model, and a compiled first pass may be refused.
MISSED = [
    Planted("varying", "a layer added to a Sequential after its first pass is left out of it", added_later_left_out,
            ("varying.rebind", "after.twin_configuration")),
    Planted("transform", "an input of another dtype is not cast in a compiled pass", not_cast_in_a_graph,
            ("transform.compiled_first_pass",), on="layers.Conv1D(96, 3)"),
    Planted("transform", "Conv2DTranspose takes the batch's size from the tracing", batch_of_the_tracing,
            ("transform.compiled_first_pass",), on="layers.Conv2DTranspose(96, 3)"),
]
