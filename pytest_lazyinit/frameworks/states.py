"""States: what an adapter answers of values that leave one model and enter another.

A third party's adapter need not answer: what it leaves out reads ``n/a``, and so does a capability in ``missing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Collection, Mapping, Optional

import numpy as np

from .words import Batch, NotOffered, Placement

CAPABILITIES = ("savings", "lazy_values", "partial_load", "copies_after", "reinitializations")
"""``lazy_values`` is that a whole state gives an untouched model its values at once, before any pass."""


@dataclass(frozen=True)
class Saving:
    """A route by which a model's values are kept and given to another model.

    ``save(model)`` gives what is kept, detached from the model; ``load(model, kept)`` takes it up and returns the model
    to go on with. ``whole`` says that the model itself is kept, so that ``load`` makes one and leaves the given one alone;
    ``same_objects`` that the receiver's parameter objects stay what they are, so that its optimizer still trains them;
    ``costly`` that it takes long for each model, so that it is run on the reference models alone. ``read(kept)`` reads what is kept
    in memory, with which a receiver could share it.
    """

    save: Callable[[Any], Any]
    load: Callable[[Any, Any], Any]
    whole: bool = False
    same_objects: bool = True
    costly: bool = False
    trained: bool = False
    """That it says which parameters are trained, so that a model frozen in part takes it amiss."""
    read: Optional[Callable[[Any], Mapping[str, np.ndarray]]] = None


class States:
    """The part of an `Adapter` that saves, loads and initializes again."""

    name: str

    def savings(self) -> Mapping[str, Saving]:
        """State dictionaries, files, whole models, prefixed and renamed states … Capability ``savings``."""
        raise unasked_by(self.name)

    def kept(self, model) -> Collection[str]:
        """The names of the parameters and buffers of an initialized model that its state holds; all of them by default."""
        return [fact.name for fact in self.parameters(model)]  # type: ignore[attr-defined]

    def part(self, state: Any, names: Collection[str]) -> Any:
        """Of what ``state(model)`` gave, the entries of some parameters. Capability ``partial_load``."""
        raise unasked_by(self.name)

    def extended(self, state: Any) -> Any:
        """The state with one entry more, which no model has."""
        raise unasked_by(self.name)

    def load_loosely(self, model, state: Any) -> None:
        """Load what fits of a state, as the framework documents it; nothing is demanded of the rest."""
        raise unasked_by(self.name)

    def receivers(self) -> Mapping[str, Placement]:
        """Placements of an untouched model that a state saved in another dtype or trainability leaves as they are."""
        return {}

    def travelling(self) -> Mapping[str, Placement]:
        """Placements in another dtype, in which saved values come back to a model placed so; the receivers' by default."""
        return {name: placement for name, placement in self.receivers().items() if "dtype" in placement.expected}

    def copies_after(self) -> Mapping[str, Callable[[Any], Any]]:
        """Copies of an initialized model: name → ``model -> copy``. Capability ``copies_after``."""
        raise unasked_by(self.name)

    def apart(self, model, copy, batch: Batch) -> Optional[bool]:
        """Whether an untouched model and its copy are two where both stand in one model; ``None`` where parameters are objects, whose identity tells."""
        return None

    def reinitializations(self) -> Mapping[str, Callable[[Any, Batch], Any]]:
        """What initializes, called on a model that has its values; no explicit reset. Capability ``reinitializations``."""
        raise unasked_by(self.name)


def unasked_by(framework: str) -> NotOffered:
    return NotOffered(f"pytest-lazyinit does not ask {framework} this yet.")
