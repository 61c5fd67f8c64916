"""A function compiled anew from its own source, with pieces of it changed: a fault as a refactoring would bring it in."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any, Callable, Tuple


def rewritten(function: Callable, owner: Any, *changes: Tuple[str, str], count: int = -1) -> Any:
    """The function with ``new`` for ``old`` in its source for each of the ``changes``, everywhere or ``count`` times; ``super()`` asks for the owner."""
    name, source = function.__name__, textwrap.dedent(inspect.getsource(function))
    for old, new in changes:
        assert old in source, f"{name} of {owner} has no {old!r}"
        source = source.replace(old, new, count)
    closed = "__class__" in function.__code__.co_freevars  # else its name would hide a global one of the same name
    made = f"def made(__class__):\n{textwrap.indent(source, '    ')}\n    return {name}\n" if closed else source
    namespace: dict = {}
    exec(compile(made, f"<{name} with a fault>", "exec"), function.__globals__, namespace)
    return namespace["made"](owner) if closed else namespace[name]
