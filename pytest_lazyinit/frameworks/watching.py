"""Watching a pass: what an adapter's ``watched`` is written with. Imports no framework.

The three callbacks of ``watched`` are ``enter(path, class_name, arguments)`` when a layer's call begins,
``leave(path, class_name, outcome)`` when it ends (``outcome`` is the output or the exception), and
``made(name, milliseconds, found)`` when something was initialized: ``name`` is a layer's path or a parameter's
name, ``found`` maps names to ``(Parameter, value or None)`` where the model does not show them by itself yet.
"""

from __future__ import annotations

import contextlib
import functools
import time
from dataclasses import dataclass
from typing import Any, Callable, ContextManager, Iterable, Iterator, Optional, Sequence, Tuple

Owner = Tuple[str, str]
"""Path and class name of a layer; the model itself has the path ``""``."""


@dataclass(frozen=True)
class Layers:
    """What a framework says of a model's layers while its pass is watched.

    ``owner(name)`` is the layer that a parameter belongs to; ``waiting()`` are the layers that will have
    parameters and have none yet, where the framework creates them at the first pass only.
    """

    owner: Callable[[str], Owner]
    waiting: Callable[[], Sequence[Owner]] = tuple


@contextlib.contextmanager
def replaced(points: Iterable[tuple], wrap: Callable[[Callable], Callable]) -> Iterator[None]:
    """Each method ``owner.attribute`` replaced by ``wrap(original)``, and restored."""
    with contextlib.ExitStack() as stack:
        for owner, attribute in points:
            original = getattr(owner, attribute)
            inherited = attribute not in vars(owner)
            setattr(owner, attribute, wrap(original))
            stack.callback(delattr, owner, attribute) if inherited else stack.callback(setattr, owner, attribute, original)
        yield


def following(where: Callable[[Any], Optional[str]], enter: Callable, leave: Callable,
              around: Callable[[], ContextManager] = contextlib.nullcontext) -> Callable[[Callable], Callable]:
    """A wrapper of ``Layer.__call__``; ``where`` gives a layer's path, ``None`` for one that is not the model's."""
    def wrap(original: Callable) -> Callable:
        @functools.wraps(original)
        def call(layer, *args, **kwargs):
            path = where(layer)
            if path is None:
                return original(layer, *args, **kwargs)
            return followed(functools.partial(original, layer), args, kwargs, (path, type(layer).__name__), enter, leave, around)
        return call
    return wrap


def followed(run: Callable, args: tuple, kwargs: dict, who: Owner, enter: Callable, leave: Callable,
             around: Callable[[], ContextManager] = contextlib.nullcontext) -> Any:
    """One call between its two callbacks, which run ``around`` a context of the framework's."""
    with around():
        enter(*who, (args, kwargs))
    try:
        output = run(*args, **kwargs)
    except BaseException as error:
        with around():
            leave(*who, error)
        raise
    with around():
        leave(*who, output)
    return output


def timing(named: Callable[[Any], Optional[str]], made: Callable,
           around: Callable[[], ContextManager] = contextlib.nullcontext) -> Callable[[Callable], Callable]:
    """A wrapper of a method that initializes; ``named`` says what it is about to initialize, ``None`` for nothing."""
    def wrap(original: Callable) -> Callable:
        @functools.wraps(original)
        def initialize(target, *args, **kwargs):
            name, began = named(target), time.perf_counter()
            output = original(target, *args, **kwargs)
            if name is not None:
                with around():
                    made(name, 1000 * (time.perf_counter() - began), {})
            return output
        return initialize
    return wrap
