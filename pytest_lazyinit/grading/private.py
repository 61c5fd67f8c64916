"""The grader's modules in a zygote get builtins of their own, so that a submission that replaces ``len`` replaces it for itself."""

from __future__ import annotations

import builtins
import sys
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Dict, Optional, Sequence

PACKAGE = __name__.rpartition(".")[0] + "."


class PrivateBuiltins(Loader):
    """Executes a module with a copy of the builtins; a function keeps those that its module had when it was made."""

    def __init__(self, loader: Any, copy: Dict[str, Any]):
        self.loader, self.copy = loader, copy

    def create_module(self, spec: ModuleSpec) -> Optional[ModuleType]:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = self.copy
        self.loader.exec_module(module)


class Finder:
    """Finds the modules of this package, and no others."""

    def __init__(self) -> None:
        self.copy = dict(vars(builtins))

    def find_spec(self, name: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        if not name.startswith(PACKAGE):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None and spec.has_location:
            spec.loader = PrivateBuiltins(spec.loader, self.copy)
        return spec


def install() -> None:
    """From now on; what is imported already stays as it is."""
    sys.meta_path.insert(0, Finder())  # type: ignore[arg-type]


def hide() -> None:
    """Take the grader's modules out of ``sys.modules``: a submission finds neither them nor a way to them by name."""
    top = PACKAGE.partition(".")[0]
    for name in [name for name in sys.modules if name == top or name.startswith(f"{top}.")]:
        KEPT.append(sys.modules.pop(name))
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, Finder)]


KEPT: list = []
