"""The words between adapters and clauses: a batch, a parameter's facts, a placement, a context, an initializer."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any, Callable, ContextManager, Mapping, Optional, Sequence, Tuple, Union

from ..inputs import Path, rebuilt


ONE_CPU = "the framework had been started with one logical CPU before it was checked"
"""Why a placement is absent that needs a second one."""


class NotOffered(Exception):
    """The framework does not offer a capability; the text is the reason, a full sentence."""


class Unusable(Exception):
    """A framework that is missing, broken or set up in a way that is not supported; one full sentence."""


class Costly:
    """A route that takes long for each model, so that it is run on the reference models alone; called as the route itself."""

    def __init__(self, route: Callable):
        self.route = route
        self.costly = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.route(*args, **kwargs)


@dataclass(frozen=True)
class Batch:
    """The input of one pass: positional and keyword arguments, framework tensors at the leaves."""

    args: tuple = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def changed(self, change: Callable[[Path, Any], Any]) -> "Batch":
        """The same input with ``change(path, leaf)`` at every leaf."""
        return Batch(*rebuilt((self.args, dict(self.kwargs)), change))


@dataclass(frozen=True)
class Parameter:
    """What a framework says of one parameter (or buffer) of a model, now.

    ``shape`` has ``None`` for a dimension that the framework says is unknown, and is ``None`` as a
    whole where the framework says nothing of the shape. ``dtype`` is NumPy's name of the type
    (``"float32"``; ``"bfloat16"`` for that), ``device`` the framework's spelling of the place
    (``"cpu"``, ``"cpu:1"``, ``"cuda:0"``, ``"meta"``); both ``None`` where unknown.
    """

    name: str
    shape: Optional[tuple]
    initialized: bool
    dtype: Optional[str] = None
    device: Optional[str] = None
    trainable: bool = True
    buffer: bool = False


@dataclass(frozen=True)
class Placement:
    """A route by which dtype, device, trainability or something else is set before the first pass.

    ``prepare(model)`` is applied to the untouched model and returns the model to go on with;
    ``around()`` is a context manager around building, preparing and the first pass. ``expected`` is
    what each parameter must then say after the pass: a subset of ``dtype``, ``device``,
    ``trainable``. ``input_dtype`` is the dtype of the data for that pass. ``late`` says that the route moves the
    parameters of an initialized model too; then what such a model does not follow is no fault of laziness. ``forgotten(model)``
    names what else was set and does not show after the pass.
    """

    name: str
    expected: Mapping[str, Any]
    prepare: Callable[[Any], Any] = lambda model: model
    around: Callable[[], ContextManager] = contextlib.nullcontext
    input_dtype: str = "float32"
    convert: Callable[[Batch], Batch] = lambda batch: batch
    """Applied to the input of that pass, e.g. to put it on the same device."""
    late: bool = True
    absent: str = ""
    """Why this process cannot take the route (its second CPU had to be asked for earlier); empty where it can."""
    exact: bool = False
    """That what waits for its first pass says so too, and that its values are those of a first pass elsewhere."""
    costly: bool = False
    """That loading into a model so placed is for the reference models alone."""
    forgotten: Callable[[Any], Sequence[str]] = lambda model: ()


@dataclass(frozen=True)
class Registration:
    """What a framework offers as "initialize now", tried on an untouched model.

    ``apply(model)`` either returns (remembered: after the first pass every parameter whose name
    matches a glob of ``remembered`` equals that constant) or raises one of ``refusal_errors``.
    """

    apply: Callable[[Any], Any]
    remembered: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """A mode around the first pass: ``around()`` a context manager, ``prepare(model)`` before it.

    ``restore(model)`` puts the model's own mode back to that of a fresh one, so that it trains. ``rounds`` says that
    a compiler may round an author's own arithmetic otherwise there; ``costly``, that it takes long for each model.
    """

    around: Callable[[], ContextManager] = contextlib.nullcontext
    prepare: Callable[[Any], Any] = lambda model: None
    restore: Callable[[Any], Any] = lambda model: None
    rounds: bool = False
    costly: bool = False


@dataclass(frozen=True)
class Initializer:
    """The documented distribution of a parameter's first values.

    ``kind`` is ``"uniform"`` (within ``±scale``), ``"normal"`` (deviation ``scale``),
    ``"truncated_normal"`` (deviation ``scale`` after the truncation at two of its own), ``"orthogonal"`` (the rows or columns
    of the matrix with the last axis as its second are orthogonal, of length ``scale``) or ``"constant"`` (equal to ``scale``; of
    several numbers, each in its equal part of the last axis). ``source`` says where the framework documents it.
    """

    kind: str
    scale: Union[float, Tuple[float, ...]]
    source: str
