"""The wrong models of `mxnet_wrong`, with the clauses that each fails."""

from __future__ import annotations


def wrong(name: str, *clauses: str, **known):
    """The model of that name with rows of five numbers, and the clauses that it fails."""
    def subject():
        from . import mxnet_wrong
        return dict(builder=getattr(mxnet_wrong, name), input_shape=(3, 5), **known)
    return subject, set(clauses)


ACCEPTED = ("mismatch.rejected", "mismatch.message_names_both")
WRONG = {
    "unused_lazy_layer": wrong("Unused", "after.nothing_uninitialized"),
    "pass_in_the_constructor": wrong("PassInConstructor", "before.constructs", "before.uninitialized"),
    "layer_made_at_each_call": wrong("EachTime", *ACCEPTED, "before.queries_have_no_effect", "after.idempotent", "after.gradients",
                                     "mismatch.rejection_changes_nothing", "varying.batch_sizes",
                                     "varying.concurrent", "state.reinitialize_refused", initialize=False),
    "size_from_the_batch": wrong("FromTheBatch", "after.shapes", "varying.batch_sizes", "transform.compiled_first_pass"),
    "dtype_lost": wrong("AlwaysFloat32", "before.placement_remembered"),
    # With one layer for all models whatever is checked later finds what was done to it before.
    "shared_between_instances": wrong("Shared", "before.constructs", "before.uninitialized", clauses=("before.constructs", "before.uninitialized")),
    "any_width_by_cutting": wrong("Cutting", *ACCEPTED, "mismatch.failed_first_pass_recovers", "varying.rebind_by_framework"),
    "any_width_by_broadcasting": wrong("Centred", "mismatch.rejected"),
    "bound_before_the_check": wrong("BoundTooEarly", "mismatch.failed_first_pass_recovers"),
    "no_gradient_through_numpy": wrong("ThroughNumPy", "after.gradients"),
    "initialized_again": wrong("Renewed", *ACCEPTED, "mismatch.rejection_changes_nothing"),
}
