"""Watching a pass of MXNet Gluon: ``Block.__call__``, and ``Parameter._finish_deferred_init``, which fills a parameter.

``initialize()`` fills at once what has a known shape, so some parameters are there before any layer is called.
"""

from __future__ import annotations

import contextlib
from typing import Callable, Iterator, Optional

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

    def where(block) -> Optional[str]:
        return blocks.get(id(block), (None,))[0]

    def pending(parameter) -> Optional[str]:
        return names.get(id(parameter)) if parameter._deferred_init else None

    def owner(name: str) -> Owner:
        return owners.get(name, ("", type(model).__name__))
    with replaced([(gluon.Block, "__call__")], following(where, enter, leave)), \
            replaced([(gluon.Parameter, "_finish_deferred_init")], timing(pending, made)):
        yield Layers(owner)
