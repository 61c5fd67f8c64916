"""Where the parameters of a model are that may be anything callable: a module, a plain object, a closure, a function of globals."""

from __future__ import annotations

import functools
import types
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

MOST = 20_000
"""Objects that are visited; a model that holds more, such as a data set, is not searched further."""

_dict = object.__getattribute__
_partial = functools.partial
_functions, _methods, _cells = types.FunctionType, types.MethodType, types.CellType
_skipped = (str, bytes, int, float, complex, bool, type(None), types.ModuleType, types.BuiltinFunctionType, types.CodeType)


class Found(NamedTuple):
    """An object on the way from the model: where it is, who holds it under which key, and how it is put there anew."""

    path: Tuple[str, ...]
    value: Any
    owner: Tuple[str, ...]
    put: Optional[Callable[[Any], None]]
    holder: Any = None


class Walk:
    """Everything reachable from a model that a leaf test accepts, in the order of definition, each object once."""

    def __init__(self, is_leaf: Callable[[Any], bool], children: Callable[[Any], Optional[List[Tuple[str, Any]]]] = lambda value: None,
                 hidden: Tuple[str, ...] = ()):
        self.is_leaf, self.children, self.hidden = is_leaf, children, hidden
        self.namespace: Dict[str, Any] = {}
        """The globals of the answer; functions of others are not followed."""

    def __call__(self, model: Any) -> Iterator[Found]:
        seen: Dict[int, Any] = {}
        queue: List[Found] = [Found((), model, (), None)]
        while queue and len(seen) < MOST:
            at = queue.pop()
            if isinstance_of(at.value, _skipped) or id(at.value) in seen:
                continue
            seen[id(at.value)] = at.value
            if self.is_leaf(at.value):
                yield at
            else:
                queue += reversed(list(self._inside(at)))

    def _inside(self, at: Found) -> Iterator[Found]:
        """What an object holds; names that only say how a framework stores things are left out of the path."""
        for key, value, put in self._items(at.value):
            path = at.path if key in self.hidden else (*at.path, str(key))
            yield Found(path, value, at.path, put, at.value)

    def _items(self, value: Any) -> Iterator[Tuple[Any, Any, Optional[Callable[[Any], None]]]]:
        own = self.children(value)
        if own is not None:
            yield from ((key, item, None) for key, item in own)
        elif isinstance_of(value, (dict,)):
            yield from ((key, item, item_put(value, key)) for key, item in list(dict.items(value)))
        elif isinstance_of(value, (list, tuple, set, frozenset)):
            yield from ((key, item, item_put(value, key) if isinstance_of(value, (list,)) else None) for key, item in enumerate(list(value)))
        elif isinstance_of(value, (_functions, _methods, _partial)):
            yield from self._called(value)
        elif not isinstance_of(value, (type,)):
            yield from self._attributes(value)

    def _called(self, value: Any) -> Iterator[Tuple[Any, Any, Optional[Callable[[Any], None]]]]:
        """What a function closes over, has as defaults, or names among the answer's globals."""
        if isinstance_of(value, (_methods,)):
            yield from (("self", value.__self__, None), ("function", value.__func__, None))
            return
        if isinstance_of(value, (_partial,)):
            yield from (("function", value.func, None), ("arguments", value.args, None), ("keywords", value.keywords, None))
            return
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or ()):
            if not is_empty(cell):
                yield name, cell.cell_contents, cell_put(cell)
        yield from ((f"default{index}", item, None) for index, item in enumerate(value.__defaults__ or ()))
        yield from ((key, item, None) for key, item in (value.__kwdefaults__ or {}).items())
        if value.__globals__ is self.namespace:
            for name in names_in(value.__code__):
                if name in self.namespace:
                    yield name, self.namespace[name], item_put(self.namespace, name)

    def _attributes(self, value: Any) -> Iterator[Tuple[Any, Any, Optional[Callable[[Any], None]]]]:
        """Attributes of an object, and of a class that the answer defines: those of the class and the globals of its methods."""
        try:
            held = _dict(value, "__dict__")
        except AttributeError:
            held = {}
        if isinstance_of(held, (dict,)):
            yield from ((key, item, item_put(held, key)) for key, item in list(held.items()))
        for kind in type(value).__mro__:
            if kind.__module__ != self.namespace.get("__name__"):
                continue
            for key, item in list(vars(kind).items()):
                if isinstance_of(item, (_functions,)) or not key.startswith("__") and not hasattr(type(item), "__get__"):
                    yield key, item, None
                elif isinstance_of(item, (types.MemberDescriptorType,)) and hasattr(value, key):
                    yield key, getattr(value, key), None


def isinstance_of(value: Any, kinds: tuple) -> bool:
    """By the real class; ``__class__`` may lie."""
    return any(base in kinds for base in type(value).__mro__)


def names_in(code: types.CodeType) -> List[str]:
    """Global names that a function uses, those of the functions inside it included."""
    found = list(code.co_names)
    for constant in code.co_consts:
        if type(constant) is types.CodeType:
            found += names_in(constant)
    return found


def is_empty(cell: Any) -> bool:
    try:
        cell.cell_contents
    except ValueError:
        return True
    return False


def item_put(holder: Any, key: Any) -> Callable[[Any], None]:
    def put(value: Any) -> None:
        holder[key] = value
    return put


def cell_put(cell: Any) -> Callable[[Any], None]:
    def put(value: Any) -> None:
        cell.cell_contents = value
    return put
