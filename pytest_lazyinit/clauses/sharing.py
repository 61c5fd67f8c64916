"""What is used more than once: gradients of all uses add up, and a step shows in each."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Sequence

import numpy as np

from .clause import expect
from .compare import close
from .trial import Trial, matches


def added_up(both: Mapping[str, Any], apart: Sequence[Mapping[str, Any]], names: Iterable[str], uses: str) -> None:
    """Gradients of a loss over two uses are the sums of those of each."""
    for name in names:
        due = sum(part[name] for part in apart)
        expect(np.allclose(both[name], due, rtol=1e-3, atol=1e-5), f"the gradient of {name} to add up over {uses}", "another sum")


def one_set_of_parameters(trial: Trial, variant) -> None:
    """One layer used twice inside a model: one set of parameters, and the gradient of both uses."""
    model = trial.initialized(builder=variant.builder)
    names = list(trial.parameters(model))
    shared = [name for name in names if matches(name, variant.shared)]
    expect(shared and len(names) == variant.count, f"{variant.count} distinct parameters with a shared layer", names)
    listed = [fact.name for fact in trial.adapter.parameters(model)]
    expect(len(set(trial.identities(model).values())) in (0, len(listed)), "each parameter object listed once", listed)
    found = trial.adapter.gradients(model, trial.batch())
    total, size = (sum(float(np.sum(of(found[name]), dtype=np.float64)) for name in trial.trainable(model)) for of in (np.asarray, np.abs))
    slope = _slope(trial, model, 1e-6)  # a wider step crosses kinks
    # The terms cancel: what is allowed is measured by them and not by their sum.
    expect(abs(slope - total) <= 1e-3 * size + 1e-3, f"gradients of both uses added up (slope {slope:.5g})", f"a sum of {total:.5g}")


def _slope(trial: Trial, model, delta: float) -> float:
    """How the loss changes when all parameters do, by central difference."""
    losses = []
    for move in (delta, -2 * delta):
        trial.adapter.perturb(model, move)
        rows = trial.apply(model)
        losses.append(float(sum(((leaf.astype(np.float64) - 1) ** 2).mean() for leaf in rows)))
    return (losses[0] - losses[1]) / (2 * delta)


def trunk_learns(trial: Trial, model, trunk, one, two) -> None:
    """Gradients of two widths add up in the trunk, and a step at one width shows at the other."""
    both = trial.adapter.gradients(model, one, two)
    apart = [trial.adapter.gradients(model, batch) for batch in (one, two)]
    added_up(both, apart, trunk, "two widths")
    before = trial.apply(model, two)
    trial.adapter.step(model, trial.adapter.optimizer(model), one)
    trained = trial.apply(model, one)
    moved = any(not np.array_equal(a, b) for a, b in zip(before, trial.apply(model, two)))
    expect(moved, "a step at one width to change the output at the other", "no change", "the trunk is copied, not shared")
    close(trial.apply(model, one), trained, "the trained output after another width was used", 1e-6)
