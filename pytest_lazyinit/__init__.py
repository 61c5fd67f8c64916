"""pytest-lazyinit: checks the correctness of lazy (deferred, shape-inferred) parameter initialization.

The public names are loaded when they are first asked for, so that a pytest run that does not use the
plugin pays nothing for it.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_HOMES = {"contract": "api", "check": "api", "Subject": "subjects", "Variant": "subjects", "SubjectError": "subjects",
          "observe": "observing", "Result": "results"}

__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_HOMES])
