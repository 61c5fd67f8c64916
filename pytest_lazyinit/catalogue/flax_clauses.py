"""What the layers of Flax linen are asked.

Flax runs a first pass operation by operation, and compiles each for each shape and type. The whole contract is asked of one layer
of each kind (without and with statistics); its siblings are asked what a layer of their own code can break, and options what an option can break.
"""

WHOLE = ("Dense", "BatchNorm")
PLAIN = ("before.constructs", "before.uninitialized", "before.allocates_nothing", "before.access_refused", "after.shapes", "after.nothing_uninitialized",
         "after.twin_values", "after.distribution", "after.twin_configuration", "after.every_call_form", "after.gradients", "after.custom_init",
         "mismatch.rejected", "mismatch.message_names_both", "mismatch.degenerate", "varying.leading_dimensions", "varying.rebind",
         "state.load_before", "state.load_into_lazy", "state.reinitialize_refused", "transform.abstract")
OPTION = ("before.constructs", "after.shapes", "after.twin_values", "after.distribution", "mismatch.rejected")
