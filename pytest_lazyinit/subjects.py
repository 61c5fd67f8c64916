"""Subject: what is checked, and what it derives (other widths, other batch sizes, its model).

A subject knows its builder, its inputs and what is known of the model. It imports no framework.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, fields
from typing import Any, Callable, Mapping, Optional, Sequence, Union

import numpy as np

from .frameworks.calling import Calls
from .frameworks.words import Initializer

PHASES = ("before", "after", "mismatch", "varying", "state", "transform")
DEVICES = ("cpu", "gpu", "tpu")


class SubjectError(ValueError):
    """A subject that cannot be checked as given; the text is one sentence that says what to write."""


@dataclass(frozen=True)
class Variant:
    """A second builder beside the subject's own, with the facts that go with it.

    ``initialized`` are globs of the parameters that exist at construction; ``shared`` are globs of
    the parameters that belong to the shared part; ``widths`` are the input widths it takes;
    ``input_shapes`` are whole shapes instead; ``count`` is the number of distinct parameters; ``ways`` are builders that say the same otherwise.
    """

    builder: Callable[[], Any]
    initialized: Sequence[str] = ()
    shared: Sequence[str] = ()
    widths: Sequence[int] = ()
    input_shapes: Sequence[tuple] = ()
    count: int = 0
    ways: Mapping[str, Callable[[], Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """What the contract is checked on.

    Parameters
    ----------
    builder : callable
        Class, function or lambda without arguments that makes a fresh, untouched model at each call.
    input_shape : tuple of int, or a list of such
        Shape of the one input, or of several positional ones, batch first.
    dtype : str, or a list of such
        NumPy dtype of the inputs. Integers are drawn below ``high``.
    inputs : callable, optional
        Instead of ``input_shape``: gives ``args``, ``(args, kwargs)`` or a single input, any nest of tuples, lists, dicts,
        named tuples and dataclasses with NumPy arrays or the framework's tensors at its leaves. What is neither is handed
        on as it is. Called once; every pass gets a fresh copy.
    later_inputs : callable, optional
        The inputs of passes after the first one, where they differ.
    wrong_inputs, other_inputs : callable or sequence of callables, optional
        Inputs that must be rejected after initialization although a fresh model takes them; inputs of another width
        that a fresh model takes. By default one axis of one leaf is changed, on which a parameter depends.
    batch_axis : int or None
        The axis of the inputs that counts examples; ``None`` where there is none (graphs, sets).
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
    frozen : sequence of str
        Names or globs of the parameters that are made as not trainable, statistics among them.
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
    names : mapping of str to str, optional
        The model's parameter name → the twin's, where they differ and the order does not tell.
    deterministic : bool, optional
        Whether equal inputs give equal outputs; found out by default, and in evaluation mode where training draws.
    initial : mapping of str to Initializer
        Documented first values by name or glob, where the layer does not tell them itself.
    versions : str
        The framework's versions that have what the builder needs (PEP 440); in others every clause is ``n/a``.
    small : bool
        Whether the model is so small that one thread computes it fastest; the shipped ones are.
    documented : bool
        Whether this is a layer of the framework's own, of which its documentation holds, in the eager twin too.
    call, first_pass, train, output, rngs, mutable, initialize, uninitialized
        How the model is called, see `pytest_lazyinit.frameworks.calling.Calls`.

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
    input_shape: Union[tuple, Sequence[tuple], None] = None
    dtype: Union[str, Sequence[str]] = "float32"
    like: Optional[Callable[[], Any]] = None
    same_values: bool = True
    shapes: Union[Mapping[str, tuple], Sequence[tuple], None] = None
    wrong_widths: Optional[Sequence[int]] = None
    other_widths: Optional[Sequence[int]] = None
    stays_uninitialized: Sequence[str] = ()
    frozen: Sequence[str] = ()
    expected: Mapping[str, str] = field(default_factory=dict)
    clauses: Sequence[str] = ("*",)
    devices: Sequence[str] = ("cpu", "gpu", "tpu")
    seed: Optional[int] = None
    name: str = ""
    framework: Optional[str] = None
    shipped: bool = False
    inputs: Optional[Callable[[], Any]] = None
    later_inputs: Optional[Callable[[], Any]] = None
    wrong_inputs: Any = None
    other_inputs: Any = None
    high: Union[int, Sequence[int]] = 2
    batch_axis: Optional[int] = 0
    names: Mapping[str, str] = field(default_factory=dict)
    deterministic: Optional[bool] = None
    initial: Mapping[str, Initializer] = field(default_factory=dict)
    versions: str = ""
    small: bool = False
    documented: bool = False
    call: Union[str, Callable, None] = None
    first_pass: Union[str, Callable, None] = None
    train: Union[str, int, Callable, None] = None
    output: Optional[Callable] = None
    rngs: Sequence[str] = ()
    mutable: Optional[Sequence[str]] = None
    initialize: bool = True
    uninitialized: Optional[Callable[[str, Any], bool]] = None
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
        self._check_inputs()
        unknown = [device for device in self.devices if device not in DEVICES]
        if unknown:
            raise SubjectError(f"there is no device {unknown[0]!r}; valid are {', '.join(DEVICES)}")
        if self.versions and not self.framework:
            raise SubjectError(f"versions={self.versions!r} are a framework's: say framework= too")
        if not self.name:
            object.__setattr__(self, "name", named(self.builder))

    def _check_inputs(self) -> None:
        """One way of giving inputs, and a senseful one."""
        if self.inputs is not None:
            if not callable(self.inputs):
                raise SubjectError(f"inputs={self.inputs!r:.60} is no callable: write inputs=lambda: ..., so that each pass gets fresh ones")
            return
        for shape in self.shapes_in or [self.input_shape]:
            if not shape or any(not isinstance(size, int) or isinstance(size, bool) or size < 1 for size in shape):
                raise SubjectError(f"input_shape={self.input_shape!r} is not a shape: give positive sizes, batch first, "
                                   "such as input_shape=(32, 20), or inputs=, a callable that gives the inputs")
        for dtype in self.dtypes_in:
            if _dtype(dtype) is None:
                raise SubjectError(f"dtype={dtype!r} is not a NumPy type: give a name such as 'float32' or 'int64'")

    @property
    def shapes_in(self) -> Sequence[tuple]:
        """The shapes of all positional inputs that ``input_shape`` says."""
        given = self.input_shape
        if not given or not isinstance(given, (tuple, list)):
            return []
        return list(map(tuple, given)) if all(isinstance(shape, (tuple, list)) for shape in given) else [tuple(given)]

    @property
    def dtypes_in(self) -> Sequence[str]:
        """The dtype of each of them."""
        count = max(len(self.shapes_in), 1)
        return [self.dtype] * count if isinstance(self.dtype, (str, type)) else list(self.dtype)

    @property
    def highs_in(self) -> Sequence[int]:
        """The bound of each of them, where it holds integers."""
        return [self.high] * len(self.dtypes_in) if isinstance(self.high, int) else list(self.high)

    @property
    def calls(self) -> Calls:
        return Calls(**{item.name: getattr(self, item.name) for item in fields(Calls)})


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
