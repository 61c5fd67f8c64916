"""Answers to the phases ``state`` and ``transform`` that are functions of the adapter, in two modules of its framework."""

from __future__ import annotations

from types import ModuleType
from typing import ClassVar

from .states import States
from .transforms import Transforms


class Lent(States, Transforms):
    """Hands the questions on to the framework's modules, each of whose functions takes the adapter."""

    state_routes: ClassVar[ModuleType]
    transform_routes: ClassVar[ModuleType]

    def savings(self):
        return self.state_routes.savings(self)

    def receivers(self):
        return self.state_routes.receivers(self)

    def copies_after(self):
        return self.state_routes.copies_after(self)

    def reinitializations(self):
        return self.state_routes.reinitializations(self)

    def abstractions(self):
        return self.transform_routes.abstractions(self)

    def compilations(self):
        return self.transform_routes.compilations(self)

    def functionals(self):
        return self.transform_routes.functionals(self)

    def wrappers(self):
        return self.transform_routes.wrappers(self)
