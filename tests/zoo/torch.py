"""PyTorch models of every kind: ``SOUND`` ones meet the contract, ``WRONG`` ones fail the clauses that are named."""

from __future__ import annotations

import torch
from torch import nn

from . import torch_mechanisms as own
from . import torch_models as models
from . import torch_ways as ways
from . import torch_wrong as wrong

torch.set_num_threads(1)  # with models as small as these threads only wait for each other

GROWN = "layers that do not exist before the first pass can be neither filled, frozen nor converted"


def tokens():
    return {"ids": torch.randint(0, 11, (4, 3)), "mask": torch.rand(4, 3) > 0.3, "features": torch.randn(4, 3, 2)}


def records():
    return {1: {"dense": torch.randn(4, 5)}, "pairs": [(torch.randn(4, 3), torch.randn(4, 3))]}


def graph():
    return torch.randn(5, 3), torch.tensor([[0, 1, 2, 4], [1, 2, 3, 0]])


SOUND = {
    # -- inputs ---------------------------------------------------------------------------------------
    "one_line": lambda: dict(builder=lambda: nn.Sequential(nn.LazyLinear(6), nn.Tanh(), nn.LazyLinear(3)), input_shape=(4, 5)),
    "several_inputs": lambda: dict(builder=models.Fusion, input_shape=[(4, 5), (4, 7)]),
    "keyword_inputs": lambda: dict(
        builder=models.Fusion, inputs=lambda: ((torch.randn(4, 5),), {"text": torch.randn(4, 7), "normalized": True})),
    "optional_input_none": lambda: dict(builder=models.Fusion, inputs=lambda: (torch.randn(4, 5), None), stays_uninitialized=["text.*"]),
    "nested_dict": lambda: dict(builder=models.Records, inputs=records),
    "ids_and_mask": lambda: dict(builder=models.Tokens, inputs=lambda: ((), tokens())),
    "ids_by_shape": lambda: dict(
        builder=lambda: nn.Sequential(nn.Embedding(11, 5), nn.Flatten(), nn.LazyLinear(3)), input_shape=(4, 3), dtype="int64", high=11),
    "sequence_lengths": lambda: dict(builder=models.Lengths, inputs=lambda: (torch.randn(4, 3, 5), torch.tensor([3, 1, 2, 3]))),
    "graph": lambda: dict(builder=models.Graph, inputs=graph, batch_axis=None),
    "sparse_graph": lambda: dict(
        builder=models.SparseGraph, inputs=lambda: (torch.randn(5, 3), torch.eye(5).to_sparse()), batch_axis=None),
    "state_named_tuple": lambda: dict(builder=models.Cell, inputs=lambda: (torch.randn(4, 5), models.State(torch.zeros(4, 4), None))),
    "writes_into_its_input": lambda: dict(builder=models.InPlace, input_shape=(4, 5)),
    "sizes_that_hang_together": lambda: dict(builder=models.Pointwise, input_shape=[(4, 5), (4, 5)]),
    "later_inputs_differ": lambda: dict(
        builder=models.Decoder, inputs=lambda: torch.randn(4, 3, 5),
        later_inputs=lambda: (torch.randn(4, 1, 5), torch.zeros(1, 4, 4))),
    "recurrent_with_state": lambda: dict(builder=models.Decoder, inputs=lambda: (torch.randn(3, 2, 5), torch.zeros(1, 3, 4))),
    "channels_first": lambda: dict(builder=ways.Images, input_shape=(3, 2, 6, 5)),
    # -- ways to call ---------------------------------------------------------------------------------
    "call_by_method": lambda: dict(builder=ways.Variational, input_shape=(4, 5), call="posterior", stays_uninitialized=["decoder.*"]),
    "never_deterministic": lambda: dict(builder=ways.Variational, input_shape=(4, 5), call=lambda model, x: model.reconstruct(x)),
    "own_initializer": lambda: dict(builder=ways.Planned, input_shape=(4, 5), first_pass="init_weights"),
    "own_initial_values": lambda: dict(
        builder=lambda: ways.Planned(orthogonal=True), input_shape=(4, 5), first_pass="init_weights",
        expected={"after.distribution": "orthogonal on purpose", "varying.concurrent": "init_weights is for one thread"}),
    "train_by_keyword": lambda: dict(builder=ways.Modes, input_shape=(4, 5), train="train"),
    "train_by_position": lambda: dict(builder=ways.Modes, input_shape=(4, 5), train=1),
    "train_by_field": lambda: dict(builder=ways.Modes, input_shape=(4, 5), train="!.deterministic"),
    "ambient_mode": lambda: dict(builder=ways.AmbientModes, input_shape=(4, 5), train=ways.mode),
    "dropout": lambda: dict(builder=lambda: nn.Sequential(nn.LazyLinear(8), nn.Dropout(0.5), nn.LazyLinear(3)), input_shape=(4, 5)),
    "batch_norm": lambda: dict(builder=lambda: nn.Sequential(nn.LazyLinear(8), nn.LazyBatchNorm1d(), nn.LazyLinear(3)), input_shape=(4, 5)),
    "spectral_norm": lambda: dict(builder=ways.Power, input_shape=(4, 5)),
    "distribution_output": lambda: dict(builder=ways.Variational, input_shape=(4, 5), call="posterior", stays_uninitialized=["decoder.*"],
                                        output=lambda found: found.mean),
    "dataclass_output": lambda: dict(builder=ways.Critic, input_shape=(4, 6)),
    "auxiliary_output": lambda: dict(builder=ways.Critic, input_shape=(4, 6), output=lambda found: found.scores),
    "none_output": lambda: dict(builder=ways.Quiet, input_shape=(4, 5)),
    "tied": lambda: dict(builder=ways.Tied, input_shape=(4, 5)),
    "unreached_branch": lambda: dict(builder=ways.Experts, input_shape=(4, 5), stays_uninitialized=["spare.*"]),
    # -- whose mechanism it is ------------------------------------------------------------------------
    "lazy_subclass": lambda: dict(builder=lambda: own.Cosine(4), input_shape=(4, 5)),
    "own_layer_and_buffer": lambda: dict(builder=own.Affine, input_shape=(4, 5)),
    "own_hook": lambda: dict(builder=own.Hooked, input_shape=(4, 5)),
    "own_mechanism": lambda: dict(builder=own.Placeholder, input_shape=(4, 5), uninitialized=own.placeholder,
                                  expected={"before.initialize_only_registers": "no elements take any value and forget it",
                                            "transform.wrappers": "what wraps a parameter of no elements makes one of its own of it"}),
    "children_at_first_call": lambda: dict(
        builder=own.Grown, input_shape=(4, 5),
        expected={"before.initialize_only_registers": GROWN, "before.placement_remembered": GROWN,
                  "transform.compiled_first_pass": "a trace holds how the layers are made, and makes them at each call"}),
    "mapped_parameters": lambda: dict(builder=own.Ensemble, input_shape=(4, 5)),
    # -- what is known --------------------------------------------------------------------------------
    "partly_declared": lambda: dict(builder=own.Partly, input_shape=(4, 3, 5), shapes={"stem.weight": (4, 3, 2), "[sb]*.bias": (4,)}),
    "shapes_in_order": lambda: dict(builder=ways.Tied, input_shape=(4, 5), shapes=[(4, 5)]),
    "twin": lambda: dict(builder=models.Twinned, input_shape=(4, 5), like=lambda: models.Twinned(5)),
    "twin_of_other_values": lambda: dict(builder=own.Partly, input_shape=(4, 3, 5), like=lambda: own.Partly(3), same_values=False),
    "twin_of_other_names": lambda: dict(
        builder=own.Partly, input_shape=(4, 3, 5), like=lambda: own.Renamed(3), same_values=False, names=own.RENAMED,
        expected={"after.twin_configuration": "another author's twin has other classes and attributes"}),
}

WRONG = {
    "unused_lazy_layer": (lambda: dict(builder=wrong.Unused, input_shape=(4, 5)), {"after.nothing_uninitialized"}),
    "pass_in_the_constructor": (lambda: dict(builder=wrong.PassInConstructor, input_shape=(4, 5)), {"before.uninitialized"}),
    "layer_anew_at_each_call": (lambda: dict(builder=wrong.AnewAtEachCall, input_shape=(4, 5)), {
        "before.initialize_only_registers", "after.idempotent", "after.gradients", "mismatch.rejected", "mismatch.rejection_changes_nothing",
        "mismatch.message_names_both", "varying.batch_sizes", "varying.leading_dimensions", "varying.concurrent",
        "state.reinitialize_refused", "transform.functional_call"}),
    "width_of_the_batch": (lambda: dict(builder=wrong.WidthOfTheBatch, input_shape=(4, 5)), {"after.shapes", "varying.batch_sizes"}),
    "float32_always": (lambda: dict(builder=wrong.Float32Always, input_shape=(4, 5)), {"before.placement_remembered"}),
    # What memory holds is left to chance, and so is what else it breaks.
    "unwritten_values": (lambda: dict(builder=wrong.Unwritten, input_shape=(4, 5), clauses=["after.nothing_uninitialized"]),
                         {"after.nothing_uninitialized"}),
    "unseeded_values": (lambda: dict(builder=wrong.Unseeded, input_shape=(4, 5)), {
        "after.reproducible", "after.context_free", "transform.compiled_first_pass"}),
    # A clause that converts such a model leaves it converted for the others, so that nearly all fail.
    "layer_kept_outside": (lambda: dict(builder=wrong.one_layer_for_all(), input_shape=(4, 5), clauses=["before.constructs"]), {"before.constructs"}),
    "any_width_by_cutting": (lambda: dict(builder=wrong.AnyWidth, input_shape=(4, 5)), {
        "mismatch.rejected", "mismatch.message_names_both", "mismatch.failed_first_pass_recovers"}),
    "broadcast": (lambda: dict(builder=wrong.OneWidthMore, input_shape=(4, 5)), {"mismatch.rejected"}),
    "made_anew_for_another_width": (lambda: dict(builder=wrong.Rebinds, input_shape=(4, 5)), {
        "mismatch.rejected", "mismatch.rejection_changes_nothing", "mismatch.message_names_both"}),
    "replaced_parameter": (lambda: dict(builder=wrong.Replaces, input_shape=(4, 5)), {"after.idempotent"}),
    "detached": (lambda: dict(builder=wrong.Detached, input_shape=(4, 5)), {"after.gradients"}),
    "subclass_becomes_linear": (lambda: dict(builder=lambda: wrong.BecomesLinear(4), input_shape=(4, 5)), {
        "after.idempotent", "mismatch.rejection_changes_nothing", "varying.concurrent", "state.load_before"}),
}
