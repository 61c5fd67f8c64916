"""What the layers of Flax linen are asked.

Flax runs a first pass operation by operation, and compiles each for each shape and type. The whole contract is asked of one layer
of each kind (without and with statistics); its siblings are asked what a layer of their own code can break, and options what an option can break.
"""

WHOLE = ("Dense", "BatchNorm")
PLAIN = ("before.constructs", "before.allocates_nothing", "before.access_refused", "after.shapes", "after.nothing_uninitialized", "after.twin_values",
         "after.distribution", "after.twin_configuration", "after.every_call_form", "after.gradients", "mismatch.rejected", "mismatch.message_names_both",
         "mismatch.degenerate", "varying.leading_dimensions", "varying.rebind", "state.load_into_lazy", "transform.abstract")
OPTION = ("before.constructs", "after.shapes", "after.twin_values", "after.distribution", "mismatch.rejected")
# Of what runs a cell over time: every pass compiles its scan anew.
OVER_TIME = (*OPTION, "before.access_refused", "after.gradients", "varying.rebind", "transform.abstract")
