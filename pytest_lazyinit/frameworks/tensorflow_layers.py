"""What a Keras model says of its layers and variables, by names that do not depend on the process.

Keras numbers automatic names per process (``dense_7``) and spells a variable in three ways
(``dense_7/kernel:0``, ``sequential_3/dense_7/kernel``, ``kernel``). Here a variable is called by the
layers that lead to it, relative to the model, with automatic counters restarted in every parent:
a layer that is created late then renames nothing elsewhere. Works on Keras 2 and 3, imports neither.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

class Named(NamedTuple):
    """A variable with its name and the innermost layer that owns it."""

    name: str
    owner: Any
    variable: Any


# -- walking -----------------------------------------------------------------------------------------

def children(layer) -> List[Any]:
    """The layers that a layer holds directly; inputs and metrics (layers too in Keras 2) are none."""
    held = layer._flatten_layers(include_self=False, recursive=False)
    return [child for child in held if not kinds(child) & {"InputLayer", "Metric"}]


def kinds(layer) -> Set[str]:
    return {base.__name__ for base in type(layer).__mro__}


def tree(layer, path: str = "", seen: Optional[Set[int]] = None) -> Iterator[Tuple[str, Any]]:
    """``(path, layer)`` of a model (path ``""``) and of every layer inside it once, parents first."""
    seen = set() if seen is None else seen
    if id(layer) in seen:
        return
    seen.add(id(layer))
    yield path, layer
    taken: Set[str] = set()
    for child in children(layer):
        label = unique(layer_label(child), taken)
        yield from tree(child, join(path, label), seen)


def leaves(model) -> List[Tuple[str, Any]]:
    """``(path, layer)`` of the layers that hold no further layer."""
    return [(path, layer) for path, layer in tree(model) if not children(layer)]


def backend_of(built) -> Optional[str]:
    """What a layer or model of any Keras computes with, ``None`` for another object; before Keras 3 it is always TensorFlow."""
    homes = {base.__module__.split(".")[0] for base in type(built).__mro__ if base.__name__ == "Layer" and shipped(base)}
    if not homes:
        return None
    return sys.modules["keras"].backend.backend() if "keras" in homes and is_keras3() else "tensorflow"


def is_keras3() -> bool:
    """Whether standalone Keras has been imported and is Keras 3."""
    return int(getattr(sys.modules.get("keras"), "__version__", "2").split(".")[0]) >= 3


def shipped(kind: type) -> bool:
    """Whether a class is Keras' own."""
    return kind.__module__.split(".")[0] in ("keras", "tf_keras", "tensorflow")


def own_kinds(model, model_class: type) -> List[str]:
    """What a deviation can say of an author's class: a ``call()`` of one's own is a kind of its own in Keras.

    ``subclassed keras.Model`` or ``subclassed keras.Layer`` is the model itself, ``bare Layer`` one that is no ``keras.Model``.
    """
    is_model = isinstance(model, model_class)
    own = [] if shipped(type(model)) else ["subclassed keras.Model" if is_model else "subclassed keras.Layer"]
    return own + ([] if is_model else ["bare Layer"])


def join(path: str, label: str) -> str:
    return f"{path}/{label}" if path else label


# -- naming ------------------------------------------------------------------------------------------

def layer_label(layer) -> str:
    """A layer's name; without its counter where Keras made the name up from the class."""
    base = re.sub(r"_\d+$", "", layer.name)
    made_up = re.sub(r"^(forward|backward)_", "", base).replace("_", "")
    return base if made_up == type(layer).__name__.replace("_", "").lower() else layer.name


def variable_label(variable) -> str:
    """The last part of a variable's name; without the counter of unnamed variables of Keras 3."""
    return re.sub(r"^(variable)_\d+$", r"\1", variable.name.split(":")[0].split("/")[-1])


def unique(label: str, taken: Set[str]) -> str:
    """The label, or the label with the first counter that is not taken among its siblings."""
    candidate, count = label, 0
    while candidate in taken:
        count += 1
        candidate = f"{label}_{count}"
    taken.add(candidate)
    return candidate


# -- variables ---------------------------------------------------------------------------------------

def gather(layer, attribute: str) -> List[Any]:
    """A list of weights. Keras 2 refuses it for an unbuilt model: then the layers inside answer."""
    try:
        return list(getattr(layer, attribute))
    except ValueError:
        return [weight for child in children(layer) for weight in gather(child, attribute)]


def named(model) -> List[Named]:
    """The variables that exist, each once, in the order of ``model.weights``."""
    owners: Dict[int, Tuple[str, Any, Any]] = {}
    for path, layer in tree(model):  # parents first, so that the innermost owner stays
        for weight in gather(layer, "weights"):
            owners[id(weight)] = (path, layer, weight)
    taken: Dict[str, Set[str]] = {}
    return [Named(join(path, unique(variable_label(weight), taken.setdefault(path, set()))), layer, weight)
            for path, layer, weight in owners.values()]


def repeated(model, found: List[Named]) -> List[Named]:
    """The variables that the model lists again, which an optimizer would move again."""
    try:
        listed = Counter(id(weight) for weight in model.weights)
    except ValueError:  # an unbuilt model of Keras 2 lists nothing
        return []
    return [entry for entry in found for _ in range(listed[id(entry.variable)] - 1)]


def is_buffer(entry: Named) -> bool:
    """Whether the layer created the variable as not trainable; freezing makes no buffer of a weight."""
    lists = ("_non_trainable_variables", "_non_trainable_weights")  # Keras 3, Keras 2
    created = next((getattr(entry.owner, name) for name in lists if hasattr(entry.owner, name)), ())
    return any(weight is entry.variable for weight in created)


def spelled(device: Optional[str]) -> Optional[str]:
    """``/job:localhost/…/device:CPU:1`` as ``cpu:1``; the first CPU is plain ``cpu``."""
    if not device:
        return None
    short = ":".join(device.lower().split(":")[-2:])
    return "cpu" if short == "cpu:0" else short


def holds_value(variable) -> bool:
    """Whether a ``tf.Variable`` holds a value now; one that a graph kept to itself does not."""
    try:
        return variable is not None and bool(variable.is_initialized())
    except Exception:
        return False
