"""Subject: what is checked, and what it derives (other widths, other batch sizes, its model).

A subject knows its builder, its inputs and what is known of the model. It imports no framework.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, Sequence, Union

import numpy as np

PHASES = ("before", "after", "mismatch", "varying", "state", "transform")
DEVICES = ("cpu", "gpu", "tpu")


class SubjectError(ValueError):
    """A subject that cannot be checked as given; the text is one sentence that says what to write."""


@dataclass(frozen=True)
class Variant:
    """A second builder beside the subject's own, with the facts that go with it.

    ``initialized`` are globs of the parameters that exist at construction; ``shared`` are globs of
    the parameters that belong to the shared part; ``widths`` are the input widths it takes;
    ``input_shapes`` are whole shapes instead; ``count`` is the number of distinct parameters.
    """

    builder: Callable[[], Any]
    initialized: Sequence[str] = ()
    shared: Sequence[str] = ()
    widths: Sequence[int] = ()
    input_shapes: Sequence[tuple] = ()
    count: int = 0


@dataclass(frozen=True)
class Subject:
    """What the contract is checked on.

    Parameters
    ----------
    builder : callable
        Class, function or lambda without arguments that makes a fresh, untouched model at each call.
    input_shape : tuple of int
        Shape of the one floating input, batch first.
    dtype : str
        NumPy dtype of the input.
    like : callable, optional
        Builder of the eager twin: the same architecture with every dimension declared.
    same_values : bool
        Whether the twin's values must agree bit for bit under one seed, or its shapes only.
    shapes : mapping or sequence, optional
        Expected shapes after the first pass: by name, by glob, or a list in order.
    wrong_widths, other_widths : sequence of int, optional
        Sizes of the last axis that must be rejected after initialization; that a fresh model takes.
    stays_uninitialized : sequence of str
        Names or globs of parameters that this input does not reach.
    expected : mapping of str to str
        The author's own deviations: clause → reason.
    clauses : sequence of str
        Clause ids or globs to check (all by default).
    devices : sequence of str
        Of ``cpu``, ``gpu``, ``tpu``; all that are present by default.
    name : str, optional
        Name in ids and reports; the builder's by default.
    framework : str, optional
        The framework, where the built object does not tell.

    The other fields are further builders for clauses that need one: ``twin_at(width)`` (the twin for
    another input width), ``reference(values, x)`` (the output in NumPy), ``partial``, ``conflict``,
    ``late_conflict``,
    ``other_units`` (the same with another number of outputs), ``tied``, ``tied_conflict``, ``many_widths``, ``leading``, ``resolutions`` (each a `Variant`).

    Raises
    ------
    SubjectError
        For an instance instead of a builder, a missing or senseless input shape.
    """

    builder: Callable[[], Any]
    input_shape: Optional[tuple] = None
    dtype: str = "float32"
    like: Optional[Callable[[], Any]] = None
    same_values: bool = True
    shapes: Union[Mapping[str, tuple], Sequence[tuple], None] = None
    wrong_widths: Optional[Sequence[int]] = None
    other_widths: Optional[Sequence[int]] = None
    stays_uninitialized: Sequence[str] = ()
    expected: Mapping[str, str] = field(default_factory=dict)
    clauses: Sequence[str] = ("*",)
    devices: Sequence[str] = ("cpu", "gpu", "tpu")
    seed: Optional[int] = None
    name: str = ""
    framework: Optional[str] = None
    shipped: bool = False
    twin_at: Optional[Callable[[int], Any]] = None
    reference: Optional[Callable[[Mapping[str, np.ndarray], np.ndarray], np.ndarray]] = None
    partial: Optional[Variant] = None
    conflict: Optional[Variant] = None
    late_conflict: Optional[Variant] = None
    other_units: Optional[Variant] = None
    tied: Optional[Variant] = None
    tied_conflict: Optional[Variant] = None
    many_widths: Optional[Variant] = None
    leading: Optional[Variant] = None
    resolutions: Optional[Variant] = None

    def __post_init__(self):
        if not callable(self.builder) or _is_model(self.builder):
            kind = type(self.builder).__name__
            raise SubjectError(f"a builder is needed, not an instance of {kind}: write contract(lambda: {kind}(...), input_shape=...)")
        if not self.input_shape or any(not isinstance(size, int) or isinstance(size, bool) or size < 1 for size in self.input_shape):
            raise SubjectError(f"input_shape={self.input_shape!r} is not a shape: give positive sizes, batch first, such as input_shape=(32, 20)")
        if _dtype(self.dtype) is None:
            raise SubjectError(f"dtype={self.dtype!r} is not a NumPy type: give a name such as 'float32' or 'int64'")
        unknown = [device for device in self.devices if device not in DEVICES]
        if unknown:
            raise SubjectError(f"there is no device {unknown[0]!r}; valid are {', '.join(DEVICES)}")
        if not self.name:
            object.__setattr__(self, "name", named(self.builder))


def named(builder: Any) -> str:
    """A builder's own name; ``model`` for a lambda."""
    name = getattr(builder, "__name__", "") or type(builder).__name__
    return "model" if name == "<lambda>" else name


def _dtype(name: str) -> Optional[np.dtype]:
    try:
        return np.dtype(name)
    except TypeError:
        return None


def _is_model(builder: Any) -> bool:
    """Whether a callable is a model already: frameworks' models are callable instances, builders are not."""
    if inspect.isclass(builder) or inspect.isroutine(builder):
        return False
    from . import frameworks
    return frameworks.of(builder) is not None
