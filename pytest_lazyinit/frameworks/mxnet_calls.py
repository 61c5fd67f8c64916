"""Watching a pass of MXNet Gluon: ``Block.__call__``, and ``Parameter._finish_deferred_init``, which fills a parameter.

``initialize()`` fills at once what has a known shape, so some parameters are there before any layer is called.
"""

from __future__ import annotations

import contextlib
from typing import Callable, Iterable, Iterator, Optional

from . import mxnet_facts as facts
from .watching import Layers, Owner, following, replaced, timing


@contextlib.contextmanager
def watched(adapter, model, enter: Callable, leave: Callable, made: Callable) -> Iterator[Layers]:
    gluon = adapter.mx.gluon
    blocks = {}
    for path, block in facts.blocks(model):
        blocks.setdefault(id(block), (path, block))
    names = {id(parameter): name for name, parameter in facts.named(model).items()}
    owners = {names[id(parameter)]: (path, type(block).__name__) for path, block in blocks.values()
              for parameter in block._reg_params.values() if id(parameter) in names}
    inside = []  # the paths of the layers whose calls have begun

    def where(block) -> Optional[str]:
        path = blocks.get(id(block), (None,))[0]
        return None if inside[-1:] == [path] else path  # a class that calls its parent's __call__ makes one call, not two

    def entered(path: str, *rest) -> None:
        inside.append(path)
        enter(path, *rest)

    def left(path: str, *rest) -> None:
        inside.pop()
        leave(path, *rest)

    def pending(parameter) -> Optional[str]:
        return names.get(id(parameter)) if parameter._deferred_init else None

    def owner(name: str) -> Owner:
        return owners.get(name, ("", type(model).__name__))
    with replaced(called(gluon, blocks.values()), following(where, entered, left)), \
            replaced([(gluon.Parameter, "_finish_deferred_init")], timing(pending, made)):
        yield Layers(owner)


def called(gluon, blocks: Iterable[tuple]) -> list:
    """Where a layer's call begins: ``Block.__call__``; in Gluon 2, whose layers infer before they get there, in each class."""
    if "__call__" not in vars(gluon.HybridBlock):
        return [(gluon.Block, "__call__")]
    return [(kind, "__call__") for kind in dict.fromkeys(type(block) for _, block in blocks)]
