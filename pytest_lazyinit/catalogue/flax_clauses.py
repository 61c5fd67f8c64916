"""What the layers of Flax linen are asked.

Flax runs a first pass operation by operation, and compiles each for each shape and type. The whole contract is asked of one layer
of each kind (without and with statistics), the others are asked what a layer of their own code can break, and options what an option can break.
"""

WHOLE = ("Dense", "BatchNorm")
PLAIN = ("before.constructs", "before.allocates_nothing", "before.access_refused", "after.shapes", "after.nothing_uninitialized", "after.twin_values",
         "after.distribution", "after.output", "after.twin_configuration", "after.gradients", "mismatch.rejected", "mismatch.message_names_both",
         "mismatch.degenerate", "varying.leading_dimensions", "varying.rebind", "state.load_into_lazy", "transform.abstract")
# The forms of a call, five compilations of layer and twin each: of one layer with code of its own for them.
FORMS = (*PLAIN, "after.every_call_form")
FORMED = ("DenseGeneral", "Conv", "ConvTranspose", "LayerNorm", "GRUCell", "MultiHeadDotProductAttention")
OPTION = ("before.constructs", "after.shapes", "after.twin_values", "after.distribution", "after.output", "mismatch.rejected")
# Of what runs a cell over time: every pass compiles its scan anew.
OVER_TIME = (*OPTION, "before.access_refused", "after.gradients", "varying.leading_dimensions", "varying.rebind", "transform.abstract")


# The type of parameters: of what makes some by code of its own and of no layer that is asked the whole contract.
TYPED = ("before.placement_remembered",)


def asked(layer, option="") -> tuple:
    """The clauses of a layer in its plain form, or with an option."""
    return OPTION if option else ("*",) if layer in WHOLE else FORMS if layer in FORMED else PLAIN
