"""Items about a framework's layers as a whole: one clause, which builds what it looks at itself."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any, Callable, Optional

import pytest

from ..clauses.clause import Clause
from ..engine import Engine
from ..results import Result


def run(layers: Any, name: str, clause: Clause, device: str = "cpu", seed: int = 0, extra: Optional[str] = None) -> Result:
    """The result of a clause that looks at the layers of a framework, under a name of its own."""
    reference = importlib.import_module(f"{__package__}.{layers.FRAMEWORK}").subject()
    return Engine(replace(reference, name=name), seed, extra).run(clause, device)


def item(layers: Any, name: str, clause_id: str, checked: Callable[[Any, str], Result], doc: str) -> Callable:
    """The test function of such a clause; ``checked(settings, device)`` gives its result."""
    @pytest.mark.lazyinit(subject=name, framework=layers.FRAMEWORK, devices=("cpu",))
    @pytest.mark.parametrize("lazyinit_clause", [clause_id])
    def test(request, lazyinit_device, lazyinit_clause):
        from ..api import conclude
        from ..options import settings
        conclude(request, checked(settings(request.config), lazyinit_device))
    test.__doc__ = doc
    return test
