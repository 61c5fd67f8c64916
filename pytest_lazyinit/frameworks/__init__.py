"""The frameworks: their names, their adapters, and which one a built object belongs to.

Importing this package imports no framework; making an adapter does.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import warnings
from importlib.metadata import entry_points
from typing import Any, Dict, Optional, Sequence, Tuple

from .base import Adapter, Unusable

# Name → (class, packages that must be importable). Third parties add theirs by an entry point.
BUILT_IN: Dict[str, Tuple[str, Tuple[str, ...]]] = {
    "torch": ("Torch", ("torch",)),
    "tensorflow": ("TensorFlow", ("tensorflow",)),
    "flax": ("Flax", ("flax", "jax")),
    "mxnet": ("MXNet", ("mxnet",)),
}
# Checked where they are asked for by name: what they check is the same code as a framework above, set up in another way.
ON_DEMAND: Dict[str, Tuple[str, Tuple[str, ...]]] = {
    "keras": ("Keras", ("keras",)),
}
SHIPPED = {**BUILT_IN, **ON_DEMAND}
GROUP = "pytest_lazyinit.frameworks"


@functools.lru_cache(maxsize=None)
def third_party() -> Dict[str, Any]:
    """Entry points of other frameworks' adapters by name."""
    found = entry_points()
    chosen = found.select(group=GROUP) if hasattr(found, "select") else found.get(GROUP, ())
    return {point.name: point for point in chosen if point.name not in SHIPPED}


def names() -> Sequence[str]:
    """All frameworks that have an adapter."""
    return (*SHIPPED, *sorted(third_party()))


def usual() -> Sequence[str]:
    """Those that a run checks where nobody names any: all but the ones on demand."""
    return tuple(name for name in names() if name not in ON_DEMAND)


def installed(name: str) -> bool:
    """Whether the framework's packages can be found, without importing them."""
    if name in SHIPPED:
        return all(importlib.util.find_spec(package) is not None for package in SHIPPED[name][1])
    return name in third_party()


def adapter_class(name: str) -> type:
    """The adapter's class; imports no framework.

    Raises
    ------
    Unusable
        For a name that no adapter has.
    """
    if name in SHIPPED:
        return getattr(importlib.import_module(f".{name}", __name__), SHIPPED[name][0])
    if name in third_party():
        return third_party()[name].load()
    raise Unusable(f"there is no framework {name!r}; valid are {', '.join(names())}")


@functools.lru_cache(maxsize=None)
def _adapter(name: str, device: str):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a framework's own import warnings are nobody's failure, under -W error neither
            return adapter_class(name)(device)
    except Unusable as reason:
        return reason
    except Exception as error:  # a broken installation may raise anything while it is imported
        return Unusable(f"{name} cannot be used: {type(error).__name__}: {error}")


def adapter(name: str, device: str = "cpu") -> Adapter:
    """The adapter of a framework on a device, one instance each.

    Raises
    ------
    Unusable
        Where the framework is missing or broken; the text is the reason.
    """
    found = _adapter(name, device)
    if isinstance(found, Unusable):
        raise found
    return found


def of(built: Any, asked: Optional[str] = None) -> Optional[str]:
    """The framework that a built object belongs to, told from its classes; the one asked for where it claims the object too."""
    first = [asked] if asked in names() else []
    return next((name for name in (*first, *names()) if adapter_class(name).claims(built)), None)
