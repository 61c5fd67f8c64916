"""pytest hooks and nothing else, in the order in which pytest calls them.

Only pytest and the standard library are imported here; everything else inside the hooks, when
``--lazyinit`` or an item of ours asks for it. An unrelated project pays for the options alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, List, Optional, Sequence

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from .recorder import Recorder

MARKERS = (
    "lazyinit(subject, framework, devices): an item of the contract of lazy initialization, on a subject in a framework.",
    "cpu: runs on the cpu.",
    "gpu: runs on a gpu (torch: cuda, mps, xpu).",
    "tpu: runs on a tpu (torch: xla).",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    from .commandline import add_options
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    from . import commandline, fixtures
    config.pluginmanager.register(fixtures, "lazyinit-fixtures")
    if commandline.given(config):
        from . import options, starting
        starting.prepare(config, options.settings(config), writes=_writes(config))


def pytest_report_header(config: pytest.Config) -> Optional[str]:
    if not config.getoption("lazyinit"):
        return None
    from .options import settings
    from .starting import header
    return header(settings(config), probe=config.getoption("dist", "no") == "no")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Optional[pytest.Module]:
    if not parent.config.getoption("lazyinit"):
        return None
    from .starting import module
    return module(file_path, parent)


@pytest.hookimpl(tryfirst=True)  # before the clauses, so that ids read test_encoder[cpu-after.shapes]
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "lazyinit_device" in metafunc.fixturenames:
        from .selection import parametrize
        parametrize(metafunc)


def pytest_collection_modifyitems(config: pytest.Config, items: List[pytest.Item]) -> None:
    if any(item.get_closest_marker("lazyinit") for item in items):
        from .selection import split
        items[:], others = split(config, items)
        if others:
            config.hook.pytest_deselected(items=others)


def pytest_collection_finish(session: pytest.Session) -> None:
    ids = [item.nodeid for item in session.items if _is_ours(item)]
    if ids and _writes(session.config):
        _recorder(session.config).plan(ids)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: Sequence[str]) -> None:
    # The controller collects nothing itself; ids are all that it has of the items.
    if any("-" in name and "." in name for name in ids):
        from .recorder import identified
        ours = [name for name in ids if identified(name)]
        if ours:
            _recorder(node.config).plan(ours)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    outcome = yield
    if _is_ours(item):
        from .recorder import account
        account(item, outcome.get_result())


def _is_ours(item: pytest.Item) -> bool:
    """Whether an item is a clause on a subject; with no clause chosen pytest makes one that has none."""
    callspec = getattr(item, "callspec", None)
    return callspec is not None and isinstance(callspec.params.get("lazyinit_clause"), str) and item.get_closest_marker("lazyinit") is not None


def _writes(config: pytest.Config) -> bool:
    """Whether this process writes files and the summary: not a worker of xdist."""
    return not hasattr(config, "workerinput")


def _recorder(config: pytest.Config) -> "Recorder":
    """The run's recorder; made when the first item of ours appears."""
    from .recorder import recorder
    return recorder(config)
