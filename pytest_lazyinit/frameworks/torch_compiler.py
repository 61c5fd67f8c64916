"""Sparing an import: torch's optimizers and its meta kernels load the compiler (seconds) merely to switch it off."""

from __future__ import annotations

import contextlib
import importlib
import sys
from types import ModuleType
from typing import Any, Callable, Iterator, List

NAME = "torch._dynamo"


class StandIn(ModuleType):
    """What the compiler answers while nothing is compiled; for any other question it is really imported."""

    def __init__(self, torch):
        super().__init__(NAME)
        self._torch = torch
        self._switched: List[Callable] = []

    def disable(self, function: Callable, *args: Any, **kwargs: Any) -> Callable:
        self._switched.append(function)
        return function

    def graph_break(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is being compiled, so there is nothing to break."""

    def __getattr__(self, name: str) -> Any:
        self.withdraw()
        return getattr(importlib.import_module(NAME), name)

    def withdraw(self) -> None:
        """Leave torch as it was, so that who compiles later meets the real compiler."""
        if sys.modules.get(NAME) is self:
            del sys.modules[NAME]
            del self._torch._dynamo
        for function in self._switched:
            vars(function).pop("__dynamo_disable", None)
        self._switched.clear()


@contextlib.contextmanager
def uncompiled(torch) -> Iterator[None]:
    """While active, switching the compiler off costs no import of it."""
    if NAME in sys.modules or "_dynamo" in vars(torch) or not hasattr(torch, "compile"):
        yield
        return
    stand_in = StandIn(torch)
    sys.modules[NAME] = torch._dynamo = stand_in
    try:
        yield
    finally:
        stand_in.withdraw()
