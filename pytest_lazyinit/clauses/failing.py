"""What failed, in words: whose exception it is, and the violation that it amounts to."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any, Callable, Sequence, Set, Union

from ..frameworks.base import NotOffered
from .clause import Lacking, Violation


def violation(check: Callable, name: str, item: Any) -> Union[Violation, NotOffered, None]:
    """What ``check`` finds wrong; an exception of the framework inside a probe is a violation too. What is not offered is none."""
    try:
        check(name, item)
    except Violation as found:
        return found
    except Lacking:
        raise
    except NotOffered as why:
        return why
    except Exception as error:
        if ours(error):
            raise
        found = failed("it to work", error)
        found.__cause__ = error
        return found
    return None


def failed(what: str, error: BaseException, cause: str = "") -> Violation:
    likely = f"; likely cause: {cause}" if cause else ""
    return Violation(f"expected {what}; it raised {describe(error)}{likely}", raised=[type(error).__name__])


def raised_by(found: Violation) -> Sequence[str]:
    """Exception types behind a violation, its own where the framework raised none."""
    return found.raised or (type(found.__cause__ or found).__name__,)


# Modules of this package that merely hand a call on: the recipes, the chapter, an adapter's lists of routes
# (``torch_routes`` beside ``torch``). A function of a framework that is written in C raises in their frames.
HANDING_ON = re.compile(r"pytest_lazyinit\.(catalogue|chapter|frameworks\.[a-z]+_[a-z]+)\b")


def ours(error: BaseException) -> bool:
    """Whether an exception was raised by a line of this package, not of the framework or the user."""
    if getattr(error, "lazyinit_raised", False):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = trace.tb_frame.f_globals.get("__name__", "") if trace else ""
    return module.startswith("pytest_lazyinit.") and not HANDING_ON.match(module)


def describe(error: BaseException) -> str:
    """``RuntimeError: first line of its text``; the last line where the text is itself a traceback, as in MXNet."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    line = lines[-1] if lines[0].startswith("Traceback") else lines[0]
    return f"{type(error).__name__}: {line[:300]}"


def matches(name: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def kinds_named(kinds: Sequence[type]) -> str:
    """The names of exceptions, as a message lists them."""
    return " or ".join(dict.fromkeys(kind.__name__ for kind in kinds))


def sizes_named(text: str) -> Set[str]:
    """The whole numbers of a message, also those of ``2x30``; not the counter of a layer's name, a dtype's bits or an address."""
    return set(re.findall(r"(?<!\w)\d+(?!\w)", re.sub(r"0x[0-9a-f]{6,}|(?<=\d)x(?=\d)", " ", text)))
