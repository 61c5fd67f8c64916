"""Own models of many kinds, a module a framework: sound ones, and wrong ones with the clauses that must fail."""

from __future__ import annotations

from pytest_lazyinit.clauses import ids

# Two thirds of the time in TensorFlow and JAX; they probe the model's parameters by many routes, however it is called or fed.
COSTLY = ("before.placement_remembered", "before.copies_stay_lazy", "after.context_free")
ALIKE = tuple(clause for clause in ids() if clause not in COSTLY)
"""For a model that stands in the table under all clauses already, and here is only called or fed otherwise."""
