"""Which items there are: devices and frameworks of a test, and what of it is not wanted."""

from __future__ import annotations

from typing import Any, List, Sequence, Tuple

import pytest

from . import frameworks
from .devices import KINDS, chosen, selected
from .options import Settings, settings
from .starting import suites


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give a bound test its devices, and a test with our fixtures its frameworks and devices."""
    taken = _parametrized(metafunc.definition)
    wanted = settings(metafunc.config)
    mark = metafunc.definition.get_closest_marker("lazyinit")
    if mark is not None and "lazyinit_clause" in metafunc.fixturenames:
        if "lazyinit_device" not in taken:
            # Where nothing is left a name must stand for the device: the item is deselected by it.
            unasked = _is_unasked(metafunc.definition, framework_of(mark), wanted)
            found = () if unasked else chosen(wanted, framework_of(mark), allowed_by(mark))
            found = found or (wanted.device,)
            metafunc.parametrize("lazyinit_device", [_marked(kind) for kind in found])
    elif "lazyinit_framework" in metafunc.fixturenames and not taken & {"lazyinit_framework", "lazyinit_device"}:
        pairs = [_marked(kind, name) for name in selected(wanted) for kind in chosen(wanted, name)]
        metafunc.parametrize(("lazyinit_framework", "lazyinit_device"), pairs or [_marked("cpu", "none")], indirect=True)


def split(config: pytest.Config, items: Sequence[pytest.Item]) -> Tuple[List[pytest.Item], List[pytest.Item]]:
    """The items to run, and those of frameworks and devices that are not wanted."""
    wanted = settings(config)
    kept: List[pytest.Item] = []
    others: List[pytest.Item] = []
    for item in items:
        (kept if _is_wanted(item, wanted) else others).append(item)
    return kept, others


def framework_of(mark: pytest.Mark) -> str:
    """The framework that a mark names, ``""`` where it is not known before the model is built."""
    return mark.kwargs.get("framework") or (mark.args[1] if len(mark.args) > 1 else "")


def subject_of(mark: pytest.Mark) -> str:
    return mark.kwargs.get("subject") or (mark.args[0] if mark.args else "")


def allowed_by(mark: pytest.Mark) -> Sequence[str]:
    return mark.kwargs.get("devices", KINDS)


def _is_wanted(item: pytest.Item, wanted: Settings) -> bool:
    mark, callspec = item.get_closest_marker("lazyinit"), getattr(item, "callspec", None)
    if mark is None or callspec is None or "lazyinit_clause" not in callspec.params:
        return True
    framework = framework_of(mark)
    if framework and wanted.frameworks is not None and framework not in wanted.frameworks:
        return False
    if framework and wanted.frameworks is None and not frameworks.installed(framework) or _is_unasked(item, framework, wanted):
        return False
    return callspec.params.get("lazyinit_device", "cpu") in chosen(wanted, framework, allowed_by(mark))


def _is_unasked(node: pytest.Item, framework: str, wanted: Settings) -> bool:
    """Whether an item is of a shipped suite for a framework that has to be asked for by name; a test of the author's own asks by itself."""
    return framework in frameworks.ON_DEMAND and wanted.frameworks is None and node.path.parent.resolve() == suites()


def _parametrized(node: Any) -> set:
    """The argument names that the test parametrizes itself."""
    names = [mark.args[0] if mark.args else mark.kwargs.get("argnames", "") for mark in node.iter_markers("parametrize")]
    return {name.strip() for given in names for name in (given.split(",") if isinstance(given, str) else given)}


def _marked(kind: str, framework: str = "") -> Any:
    marks = getattr(pytest.mark, kind) if kind in KINDS else ()
    return pytest.param(framework, kind, marks=marks) if framework else pytest.param(kind, marks=marks)
