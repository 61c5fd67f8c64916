"""Watching a pass of PyTorch: ``nn.Module.__call__``, and the ``initialize_parameters`` of lazy modules."""

from __future__ import annotations

import contextlib
from typing import Callable, Iterator

from .watching import Layers, following, replaced, timing


@contextlib.contextmanager
def watched(torch, model, enter: Callable, leave: Callable, made: Callable) -> Iterator[Layers]:
    """A lazy module becomes another class at its first call, so classes are those from before the pass."""
    modules = dict(model.named_modules())
    paths = {id(module): path for path, module in modules.items()}
    classes = {path: type(module).__name__ for path, module in modules.items()}
    lazy = {type(module): None for module in modules.values() if isinstance(module, torch.nn.modules.lazy.LazyModuleMixin)}

    def where(module):
        return paths.get(id(module))

    def owner(name: str):
        path = name.rpartition(".")[0]
        return path, classes.get(path, "")
    with replaced([(torch.nn.Module, "__call__")], following(where, enter, leave)), \
            replaced([(kind, "initialize_parameters") for kind in lazy], timing(where, made)):
        yield Layers(owner)
