"""Flax models of every kind: ``SOUND`` ones meet the contract, ``WRONG`` ones fail the clauses that are named."""

from __future__ import annotations

import numpy as np
from flax import linen as nn

from . import ALIKE
from . import flax_models as models
from . import flax_modes as modes
from . import flax_wrong as wrong


def drawn(*shape):
    return np.random.standard_normal(shape).astype("float32")


def ids(high, *shape):
    return np.random.randint(0, high, shape)


def graph():
    return drawn(6, 5), np.array([[0, 1, 2, 5], [1, 2, 3, 0]])


# JAX compiles a scan anew at each eager pass, so the clauses that pass a model dozens of times are left to the other models.
SCANNED = ["before.[!cp]*", "after.[!cert]*", "mismatch.[!rf]*", "varying.[!rt]*"]

BOXED = "a parameter in a box that is restored before init comes back as a dictionary, which no pass takes"

SOUND = {
    # -- inputs ---------------------------------------------------------------------------------------
    "one_line": lambda: dict(builder=lambda: nn.Sequential([nn.Dense(4), nn.relu, nn.Dense(2)]), input_shape=(3, 5)),
    "several_inputs": lambda: dict(builder=models.Pair, input_shape=[(3, 5), (3, 6)]),
    "keyword_inputs": lambda: dict(builder=models.Pair, inputs=lambda: ((drawn(3, 5),), {"right": drawn(3, 6), "scale": 2.0}), clauses=ALIKE),
    "optional_input_none": lambda: dict(builder=models.Pair, inputs=lambda: (drawn(3, 5), None), clauses=ALIKE),
    "nested_dict": lambda: dict(builder=models.Nested, inputs=lambda: {"x": [drawn(3, 5)], 1: drawn(3, 6)}),
    "ids_and_mask": lambda: dict(builder=models.Tokens, inputs=lambda: (ids(7, 3, 6), ids(2, 3, 6) > 0, drawn(3, 5))),
    "ids_by_shape": lambda: dict(
        builder=models.Tokens, input_shape=[(3, 6), (3, 6), (3, 5)], dtype=["int32", "bool", "float32"], high=7, clauses=ALIKE),
    "sequence_lengths": lambda: dict(builder=models.Sequence, inputs=lambda: (drawn(3, 2, 5), np.array([2, 1, 2]))),
    "graph": lambda: dict(builder=models.Graph, inputs=graph, batch_axis=None),
    "sparse": lambda: dict(builder=models.Sparse, inputs=lambda: (models.sparse(6), drawn(6, 5)), batch_axis=None),
    "state_named_tuple": lambda: dict(builder=models.Cell, inputs=lambda: (models.Carry(np.zeros((3, 4), "float32"), 0), drawn(3, 5))),
    "writes_into_its_input": lambda: dict(builder=models.Cached, inputs=lambda: (drawn(3, 5), {})),
    "later_inputs_differ": lambda: dict(
        builder=models.Sequence, inputs=lambda: drawn(3, 2, 5),
        later_inputs=lambda: ((drawn(3, 1, 5),), {"carry": np.zeros((3, 4), "float32")}), clauses=ALIKE),
    "recurrent_with_state": lambda: dict(
        builder=models.Sequence, inputs=lambda: ((drawn(3, 2, 5),), {"carry": np.zeros((3, 4), "float32")}), clauses=ALIKE),
    "recurrent_by_scan": lambda: dict(builder=models.Recurrent, input_shape=(3, 2, 5), clauses=SCANNED),
    # -- ways to call ---------------------------------------------------------------------------------
    "call_by_method": lambda: dict(builder=models.Encoder, input_shape=(3, 5), call="encode"),
    "call_by_function": lambda: dict(
        builder=models.Encoder, input_shape=(3, 5), call=lambda module, variables, x: module.apply(variables, x, method="encode"),
        first_pass=lambda module, rngs, x: module.init(rngs, x, method="encode"), clauses=ALIKE),
    "own_initializer": lambda: dict(
        builder=models.Weights, input_shape=(3, 5), first_pass=lambda module, rngs, x: module.init_weights(rngs["params"], x.shape)),
    "pair_of_functions": lambda: dict(builder=models.transformed, input_shape=(3, 5)),
    "train_by_keyword": lambda: dict(builder=modes.Regularized, input_shape=(3, 5), train="train"),
    "train_by_position": lambda: dict(builder=modes.Regularized, input_shape=(3, 5), train=1, clauses=ALIKE),
    "train_by_field": lambda: dict(builder=modes.Fielded, input_shape=(3, 5), train="!.deterministic"),
    "ambient_mode": lambda: dict(builder=modes.Ambient, input_shape=(3, 5), train=modes.mode),
    "stream_of_its_own": lambda: dict(builder=modes.Noisy, input_shape=(3, 5), train="train", rngs=["noise"]),
    "draws_always": lambda: dict(builder=lambda: modes.Noisy(always=True), input_shape=(3, 5), rngs=["noise"], clauses=ALIKE),
    "never_deterministic": lambda: dict(builder=modes.Unseeded, input_shape=(3, 5)),
    "spectral_norm": lambda: dict(builder=modes.Normalized, input_shape=(3, 5), train="train"),
    "distribution_output": lambda: dict(builder=models.Policy, input_shape=(3, 5)),
    "output_by_function": lambda: dict(builder=models.Policy, input_shape=(3, 5), output=lambda found: found[0].mean, clauses=ALIKE),
    "mutable_named": lambda: dict(builder=modes.OwnLayer, input_shape=(3, 5), mutable=["stats"]),
    # -- mechanisms -----------------------------------------------------------------------------------
    "frozen": lambda: dict(builder=modes.Frozen, input_shape=(3, 5)),
    "tied": lambda: dict(builder=modes.Tied, input_shape=(3, 5)),
    "lazy_subclass": lambda: dict(builder=lambda: modes.NormalizedDense(4), input_shape=(3, 5)),
    "own_mechanism": lambda: dict(builder=modes.OwnLayer, input_shape=(3, 5), shapes={"kernel": (5, 4), "stats/*": ()}),
    "scanned": lambda: dict(builder=modes.Scanned, input_shape=(3, 5), clauses=SCANNED),
    "mapped": lambda: dict(builder=modes.Mapped, input_shape=(3, 5), shapes=[(2, 4), (2, 5, 4)]),
    "partitioned": lambda: dict(builder=modes.Partitioned, input_shape=(3, 5), expected=dict.fromkeys(
        ("state.load_before", "state.load_into_lazy", "state.reinitialize_refused"), BOXED)),
    "convolutional": lambda: dict(builder=lambda: nn.Sequential([nn.Conv(4, (3, 3)), nn.relu, modes.Pooled(2)]), input_shape=(3, 6, 7, 5)),
    "declared_unused": lambda: dict(builder=modes.TwoHeads, input_shape=(3, 5), stays_uninitialized=["second"]),
    "eager_twin": lambda: dict(builder=modes.Sized, like=lambda: modes.Sized(5), input_shape=(3, 5)),
}

WRONG = {
    "unused_layer": (lambda: dict(builder=modes.TwoHeads, input_shape=(3, 5)), {"after.nothing_uninitialized"}),
    "dimension_from_the_batch": (lambda: dict(builder=wrong.FromTheBatch, input_shape=(3, 5)),
                                 {"after.shapes", "varying.batch_sizes", "transform.compiled_first_pass"}),
    "table_in_the_constructor": (lambda: dict(builder=wrong.TableInTheConstructor, input_shape=(3, 5)), {"before.allocates_nothing"}),
    "dtype_lost": (lambda: dict(builder=wrong.DtypeLost, input_shape=(3, 5)), {"before.placement_remembered"}),
    "broadcasts_a_narrow_input": (
        lambda: dict(builder=wrong.Standardized, input_shape=(3, 5)), {"mismatch.rejected", "mismatch.degenerate"}),
    "cuts_a_wide_input": (lambda: dict(builder=wrong.Cut, input_shape=(3, 5)), {"mismatch.rejected", "mismatch.message_names_both", "mismatch.state_rejected"}),
    "key_of_its_own": (lambda: dict(builder=wrong.KeyOfItsOwn, input_shape=(3, 5)), {"after.reproducible"}),
    "numpy_initializer": (
        lambda: dict(builder=wrong.NumpyInitializer, input_shape=(3, 5)),
        {"after.reproducible", "after.context_free", "transform.compiled_first_pass"}),
    "always_in_training": (lambda: dict(builder=wrong.AlwaysInTraining, input_shape=(3, 5)), {"varying.batch_sizes"}),
    "vocabulary_from_the_data": (
        lambda: dict(builder=wrong.VocabularyFromTheData, inputs=lambda: (ids(7, 3, 6), drawn(3, 5))),
        {"after.context_free", "varying.batch_sizes"}),
}
