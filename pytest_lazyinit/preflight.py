"""The preflight of an author's subject: built once and passed once, so that what cannot be checked is said in one sentence."""

from __future__ import annotations

import contextlib
import re
import warnings
from typing import Any

from . import frameworks
from .clauses.trial import Trial, describe
from .frameworks.base import Adapter
from .inputs import described, spelled, walk
from .subjects import Subject


class Refused(Exception):
    """A subject with which nothing can be checked: its builder or first pass fails. One sentence."""


def preflight(subject: Subject, device: str, seed: int) -> Adapter:
    """Build once and pass once, so that a subject which cannot be checked is said so in one sentence."""
    named, built = subject.name, first_built(subject)
    framework = frameworks.of(built, subject.framework) or (subject.framework if built is not None else None)
    valid = ", ".join(frameworks.names())
    if framework is None:
        raise Refused(f"the builder of {named} returned {type(built).__name__}; expected a model of one of {valid}")
    if subject.framework and framework != subject.framework:
        raise Refused(f"the builder of {named} returned a model of {framework}; expected one of {subject.framework}")
    adapter = frameworks.adapter(framework, device)
    trial = Trial(subject, adapter, seed)
    warn_of_equal_axes(subject)
    given = "its inputs"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            given = fed(trial)
            adapter.seed(seed)
            trial.adapter.first_pass(adapter.adopt(built), trial.batch())
    except Exception as error:
        raise Refused(f"{named} refuses {given} at its first pass: {describe(error)}; {advice(error)}") from error
    return adapter


class CoincidingAxes(UserWarning):
    """An example whose axes have equal sizes: a parameter made from the wrong axis has the right shape there."""


def warn_of_equal_axes(subject: Subject) -> None:
    """Warn of an author's input shape in which two axes coincide."""
    equal = [shape for shape in subject.shapes_in if len(set(shape)) < len(shape)]
    if equal:
        with contextlib.suppress(CoincidingAxes):  # a run that makes errors of warnings goes on
            warnings.warn(CoincidingAxes(f"{subject.name}: axes of input_shape={equal[0]} have equal sizes, so that a wrong axis can go unseen; "
                                         "give sizes that differ"), stacklevel=2)


def first_built(subject: Subject) -> Any:
    """What the builder makes.

    Raises
    ------
    Refused
        Where it raises.
    """
    try:
        return subject.builder()
    except Exception as error:
        needs = isinstance(error, TypeError) and "argument" in str(error)
        write = f"write a lambda that gives them, such as lambda: {subject.name}(...)" if needs else "give a builder that works without arguments"
        raise Refused(f"the builder of {subject.name} raised {describe(error)}; {write}") from error


def fed(trial: Trial) -> str:
    """``input_shape=(32, 20)``, or every leaf of the inputs with its type and shape."""
    if trial.subject.inputs is None:
        return f"input_shape={trial.subject.input_shape}"
    nest, arrays = trial.feed.example()
    return "inputs " + ", ".join(f"{spelled(path)} {described(arrays.get(path, leaf))}" for path, leaf in walk(nest))


def advice(error: Exception) -> str:
    """What an author can do about a first pass that fails."""
    if re.search(r"same device|on device|devices? ", str(error)):
        return "the model and its inputs are on different devices; build it on the CPU, or let inputs= put them where it is"
    return "give the shape (batch first) and dtype that it takes, or inputs=, a callable that gives the inputs"
