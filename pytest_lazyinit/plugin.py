"""pytest hooks and nothing else, in the order in which pytest calls them.

Only pytest and the standard library are imported here; everything else inside the hooks, when
``--lazyinit`` or an item of ours asks for it. An unrelated project pays for the options and fixtures
alone. What the options mean is in ``options``.
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

# option, default in the ini file, metavar, help
VALUES = (
    ("framework", "", "NAMES", "frameworks to check, by comma: torch, tensorflow, flax, mxnet (default: those installed), keras (by name only)"),
    ("device", "auto", "DEVICE", "auto (what is present), cpu, gpu or tpu"),
    ("report", "", "FILE", "write the results to FILE: .json, .md or .html"),
    ("deviations", "", "FILE", "a TOML file with further declared deviations"),
    ("seed", "0", "N", "seed of parameters and data"),
    ("strict", "no", "yes|no", "whether a lazily shaped layer that no recipe covers fails the run (yes) or is a warning (no)"),
    ("examples", "10", "N", "number of random architectures"),
    ("grade", "", "FOLDER", "grade the answers to the exercises in FOLDER, an item an exercise; with --lazyinit-framework for theirs"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lazyinit", "lazy parameter initialization")
    group.addoption("--lazyinit", action="store_true", dest="lazyinit", default=None,
                    help="run the shipped suites of pytest-lazyinit and the configured models, and nothing else unless paths are given")
    group.addoption("--lazyinit-model", action="append", dest="lazyinit_model", default=None, metavar="MODULE:NAME",
                    help="a model of your own, pkg.module:Name or file.py:Name; may be repeated, each with its --lazyinit-input")
    group.addoption("--lazyinit-input", action="append", dest="lazyinit_input", default=None, metavar="SHAPE",
                    help="the input of the --lazyinit-model at the same place, batch first: 32,20; several by semicolon, with dtype and bound: "
                         "float32:4,6;int64:4,7<50; - where the name is a Subject")
    group.addoption("--lazyinit-unsafe", action="store_true", dest="lazyinit_unsafe", default=None,
                    help="grade where layers of isolation are missing; for answers that you trust as your own code")
    parser.addini("lazyinit_models", "models of your own with their input shapes, one a line: pkg.module:Name 32,20", type="linelist", default=[])
    for name, default, metavar, text in VALUES:
        group.addoption(f"--lazyinit-{name}", dest=f"lazyinit_{name}", default=None, metavar=metavar, help=text)
        parser.addini(f"lazyinit_{name}", text, type="string", default=default)


@pytest.hookimpl(tryfirst=True)  # before any conftest.py is executed
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    if early_config.known_args_namespace.lazyinit_grade or early_config.getini("lazyinit_grade"):
        # A student may hand in a conftest.py; where answers are graded none is executed.
        early_config.known_args_namespace.noconftest = True


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    from . import fixtures
    config.pluginmanager.register(fixtures, "lazyinit-fixtures")
    if _is_asked(config):
        from . import options, starting
        starting.prepare(config, options.settings(config), writes=_writes(config))


def pytest_report_header(config: pytest.Config) -> Optional[str]:
    if not config.getoption("lazyinit"):
        return None
    from .options import settings
    from .starting import header
    return header(settings(config), probe=config.getoption("dist", "no") == "no")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> Optional[bool]:
    if not config.getoption("lazyinit"):
        return None
    from .options import settings
    from .starting import is_idle
    return is_idle(collection_path, settings(config)) or None


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


def _is_asked(config: pytest.Config) -> bool:
    """Whether any option or ini key is used."""
    names = ["model", "input", *(name for name, *_ in VALUES)]
    return (config.getoption("lazyinit") is not None or bool(config.getini("lazyinit_models"))
            or any(config.getoption(f"lazyinit_{name}") is not None for name in names)
            or any(config.getini(f"lazyinit_{name}") != default for name, default, *_ in VALUES))


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
