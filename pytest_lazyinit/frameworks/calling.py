"""How an author's model is called: by which method, in which mode, with what initializing it.

Everything here has a default that says "as the framework's models are called", and then nothing changes.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import Any, Callable, ContextManager, Iterator, Mapping, Optional, Sequence, Tuple, Union

from ..inputs import children


@dataclass(frozen=True)
class Calls:
    """How to call a model.

    Parameters
    ----------
    call, first_pass : str or callable, optional
        A method's name or a callable ``(model, *args, **kwargs)``. ``first_pass`` initializes; an ordinary
        call follows it. Flax: ``call(module, variables, *args)`` and ``first_pass(module, rngs, *args)``,
        which returns the variables.
    train : str, int or callable, optional
        How the model is told whether it trains: the name of a keyword (``"train"``), the position of
        an argument (``1``), an attribute or module field (``".training"``), or a callable that gives a
        context manager (``lambda flag: mode(flag)``). A ``"!"`` before a name inverts it (``"!deterministic"``).
    output : callable, optional
        What of the output counts, such as ``lambda found: found.mean``.
    rngs : sequence of str
        Further random streams (Flax).
    mutable : sequence of str, optional
        Collections that a pass may change (Flax); all but the parameters by default.
    initialize : bool
        Whether the harness calls Gluon's ``initialize()``; ``False`` for a model that does it itself.
    uninitialized : callable, optional
        ``(name, parameter) -> bool``, the predicate of a lazy mechanism of one's own.
    """

    call: Union[str, Callable, None] = None
    first_pass: Union[str, Callable, None] = None
    train: Union[str, int, Callable, None] = None
    output: Optional[Callable] = None
    rngs: Sequence[str] = ()
    mutable: Optional[Sequence[str]] = None
    initialize: bool = True
    uninitialized: Optional[Callable[[str, Any], bool]] = None


def invoke(how: Union[str, Callable, None], model: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a model plainly, by a method of a name, or by a function of the author's."""
    if how is None:
        return model(*args, **kwargs)
    if isinstance(how, str):
        return getattr(model, how)(*args, **kwargs)
    return how(model, *args, **kwargs)


def flagged(train: Any, training: bool) -> Tuple[str, Any]:
    """``(kind, what)``: a keyword, a field, a position or an ambient context, with the flag's sense in place."""
    if callable(train):
        return "ambient", train(training)
    if isinstance(train, int):
        return "position", training
    inverted = train.startswith("!")
    name = train.lstrip("!.")
    kind = "field" if "." in train[:2] else "keyword"
    return kind, {name: training != inverted}


@dataclass(frozen=True)
class Moded:
    """One call in a mode: its arguments, the fields to set on the model, and the context around it."""

    args: tuple
    kwargs: Mapping[str, Any]
    fields: Mapping[str, bool]
    around: ContextManager


def moded(train: Any, training: bool, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Moded:
    """The arguments of a call, with the mode where the author says that it goes."""
    if train is None:
        return Moded(tuple(args), dict(kwargs), {}, contextlib.nullcontext())
    kind, what = flagged(train, training)
    fields = what if kind == "field" else {}
    keywords = {**kwargs, **(what if kind == "keyword" else {})}
    if kind == "position":
        args = (*args[:train], what, *args[train:])
    return Moded(tuple(args), keywords, fields, what if kind == "ambient" else contextlib.nullcontext())


def flattened(output: Any, is_array: Callable[[Any], bool]) -> Iterator[Any]:
    """The arrays of an output of any form; an object that is no container stands for the arrays among its attributes."""
    if is_array(output):
        yield output
        return
    inner = children(output)
    if inner is not None:
        for _, value in inner:
            yield from flattened(value, is_array)
    elif hasattr(output, "__dict__"):
        yield from (value for _, value in sorted(vars(output).items(), key=lambda item: str(item[0])) if is_array(value))


def judged(adapter: Any, predicate: Callable[[str, Any], bool], model: Any) -> Sequence[Any]:
    """The adapter's facts, with the author's own predicate on what is uninitialized."""
    handles = adapter.handles(model)
    return [replace(fact, initialized=False, shape=None) if (fact.initialized or fact.shape) and predicate(fact.name, handles.get(fact.name)) else fact
            for fact in adapter.parameters(model)]


def valued(bound: Any, adapter: Any, model: Any) -> Mapping[str, Any]:
    """The values of what is initialized by the author's own predicate."""
    known = {fact.name for fact in bound.parameters(model) if fact.initialized}
    return {name: value for name, value in adapter.values(model).items() if name in known}
