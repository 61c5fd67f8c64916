"""What runs in a child beside an answer: questions of the parent, answered with raw facts and numbers.

Nothing here judges. `serve` is called before the answer's code is loaded, so every function that a reply
needs is looked up by then, in variables of our own modules.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def serve(framework: str) -> Any:
    """The object with the ``ops`` of a framework. Imports it and runs no operation of it.

    Raises
    ------
    ValueError
        For a name that is no framework of the exercises.
    """
    names = ("torch", "tensorflow", "flax", "mxnet")
    if framework not in names:
        raise ValueError(f"there is no framework {framework!r}; valid: {', '.join(names)}")
    from .served import Served
    return Served(import_module(f"{__name__}.{framework}").toolkit())
