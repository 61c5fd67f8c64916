"""Transforms: what an adapter answers of models that are passed abstractly, compiled, called with other values or wrapped.

A third party's adapter need not answer: what it leaves out reads ``n/a``, and so does a capability in ``missing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from . import states
from .states import unasked_by
from .words import Batch

CAPABILITIES = ("abstractions", "compilations", "functionals", "wrappers")


@dataclass(frozen=True)
class Inferred:
    """What shape-only inference found: shapes by name, the bytes that it allocated for values, and the model that it was asked of.

    Where it tells the shapes of the output alone, ``shapes`` is ``None`` and ``output`` holds those of the output's arrays. ``dtypes`` are those of
    the parameters, where it tells them.

    ``model`` is ``None`` where the inference is made on a model of its own kind (one built on the meta device), so that no
    other is left behind.
    """

    shapes: Optional[Mapping[str, Optional[tuple]]]
    held: int = 0
    model: Any = None
    output: Optional[Sequence[tuple]] = None
    dtypes: Optional[Mapping[str, str]] = None


@dataclass(frozen=True)
class Compiled:
    """A way to compile, trace or map a model's first pass.

    ``compile(model, batch)`` gives what is called in the model's place, with ``batch`` as the example where one is needed.
    ``sizes`` says that it takes other batch sizes too; ``costly`` that it takes long for each model, so that it is run on
    the reference models alone; ``poisonable`` that it keeps no table of the framework's functions, so that it can be run while those
    that take memory are replaced.
    """

    compile: Callable[[Any, Batch], Any]
    sizes: bool = True
    costly: bool = False
    poisonable: bool = False


class Transforms:
    """The part of an `Adapter` that transforms models."""

    name: str

    def abstractions(self) -> Mapping[str, Callable[[Callable[[], Any], Batch], Inferred]]:
        """Shape-only inference: name → ``(build, batch) -> Inferred``, where ``build()`` makes an untouched model. Capability ``abstractions``."""
        raise unasked_by(self.name)

    def compilations(self) -> Mapping[str, Compiled]:
        """Compilers, tracers and mappings around the first pass. Capability ``compilations``."""
        raise unasked_by(self.name)

    def run_compiled(self, compiled: Any, batch: Batch) -> Any:
        """Call what a compilation gave, as the model is called."""
        return self.run(compiled, batch)  # type: ignore[attr-defined]

    def crashed(self, error: Exception) -> bool:
        """Whether an exception says of itself that a transformation broke down, though it is of a type that refuses."""
        return False

    def functionals(self) -> Mapping[str, Callable[[Any, Any, Batch], Any]]:
        """Calls with values given from outside: name → ``(model, state, batch) -> output``; ``state`` is that of an initialized model.

        Capability ``functionals``.
        """
        raise unasked_by(self.name)

    def wrappers(self) -> Mapping[str, Callable[[Any], Any]]:
        """Whole-model wrappers and conversions: name → ``model -> model to go on with``. Capability ``wrappers``."""
        raise unasked_by(self.name)

    def wrapped(self, name: str, model: Any) -> bool:
        """Whether the wrapper's effect is there after the first pass, where that can be seen."""
        return True


def unasked(framework: str, *capabilities: str) -> Dict[str, str]:
    """Entries of ``missing`` for what an adapter does not answer yet; by default all of the phases ``state`` and ``transform``."""
    return {name: str(unasked_by(framework)) for name in capabilities or states.CAPABILITIES + CAPABILITIES}
