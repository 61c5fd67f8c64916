"""The start of a run: what was asked for is checked and prepared before anything is collected."""

from __future__ import annotations

from pathlib import Path
from typing import List, Optional, Sequence

import pytest

from . import deviations, devices, frameworks
from .options import ENDINGS, Settings
from .recorder import recorder


def prepare(config: pytest.Config, settings: Settings, writes: bool) -> None:
    """Check paths, deviations and devices, and point pytest at the shipped suites.

    Raises
    ------
    pytest.UsageError
        With all that is wrong in the deviations files, or the first other thing that is.
    """
    if config.getoption("lazyinit_model") and not settings.active:
        raise pytest.UsageError("--lazyinit-model is for the shipped suites; valid: together with --lazyinit")
    if writes:
        if settings.active or settings.deviations:
            _check_deviations(settings)
        devices.require(settings)
        if settings.report:
            check_report(settings.report)
        if settings.active or config.getoption("lazyinit_report"):
            recorder(config)
    if settings.active:
        _check_models(settings)
        _collect_suites(config)
    if settings.grade:
        from .grading import pytest_mode
        pytest_mode.prepare(config, settings)


def clause_ids(frameworks_: Sequence[str]) -> List[str]:
    """The ids that a deviation may name: the contract's, the exercises' and the chapter's statements."""
    from importlib import import_module
    from .chapter.exercises import EXERCISES
    from .clauses import ids
    found = [*ids(), *(clause.id for clause in EXERCISES), "present.usable"]
    for name in frameworks_:
        if name in frameworks.BUILT_IN:
            found += [clause.id for clause in import_module(f"pytest_lazyinit.chapter.{name}").STATEMENTS]
    return list(dict.fromkeys(found))


def _check_deviations(settings: Settings) -> None:
    try:
        deviations.validate(frameworks.names(), settings.deviations, clause_ids(frameworks.names()))
    except deviations.DeviationError as error:
        raise pytest.UsageError(f"deviations that cannot be used:\n{error}") from None


def _check_models(settings: Settings) -> None:
    """Load the models that are named, so that what cannot be loaded is said before anything is collected."""
    if not settings.models:
        return
    from . import models
    from .subjects import SubjectError
    try:
        models.subjects(settings)
    except SubjectError as error:
        raise pytest.UsageError(f"--lazyinit-model: {error}") from None


def check_report(path: Path) -> None:
    """Raise `pytest.UsageError` for a report that could not be written; an existing one is left as it is."""
    if path.suffix not in ENDINGS:
        raise pytest.UsageError(f"--lazyinit-report: {path} has an unknown ending; valid: {', '.join(ENDINGS)}")
    if not path.parent.is_dir():
        raise pytest.UsageError(f"--lazyinit-report: there is no folder {path.parent}")
    existed = path.exists()
    try:
        path.open("ab").close()
        if not existed:
            path.unlink()
    except OSError as error:
        raise pytest.UsageError(f"--lazyinit-report: {path} cannot be written ({error.strerror}); valid: a file that can be") from None


def suites() -> Path:
    """The folder of the shipped suites: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parent
    folder = package / "suites"
    return (folder if folder.is_dir() else package.parent / "suites").resolve()


def _collect_suites(config: pytest.Config) -> None:
    """Collect the shipped suites, and besides them the paths that were given; testpaths do not count."""
    folder = suites()
    given = [(name, Path(config.invocation_params.dir, name.split("::")[0]).resolve()) for name in config.getoption("file_or_dir")]
    apart = [name for name, path in given if folder not in (path, *path.parents)]
    above = any(path in folder.parents for _, path in given)
    config.args = apart if above else [str(folder), *apart]
    if not any(pattern in ("test", "test*", "test_", "test_*") for pattern in config.getini("python_functions")):
        config.addinivalue_line("python_functions", "test_*")


def is_idle(path: Path, settings: Settings) -> bool:
    """Whether a file is the suite of own models and there are none."""
    return path.name == "test_models.py" and not settings.models and path.parent.resolve() == suites()


def module(path: Path, parent: pytest.Collector) -> Optional[pytest.Module]:
    """A suite's module where python_files would pass it over."""
    if path.parent.resolve() != suites() or not path.match("test_*.py"):
        return None
    if any(path.match(pattern) for pattern in parent.config.getini("python_files")):
        return None
    return pytest.Module.from_parent(parent, path=path)


def header(settings: Settings, probe: bool) -> str:
    """One line: the frameworks with their devices, and what is not installed.

    ``probe`` is false where another process will import the frameworks; then only names are given.
    """
    if probe:
        found = [f"{name} {text}" for name, text in devices.summary(settings).items()]
    else:
        found = list(devices.selected(settings))
    absent = missing(settings)
    line = f"lazyinit: {', '.join(found) or 'no framework'}; seed {settings.seed}"
    return f"{line}; not installed: {', '.join(absent)}" if absent else line


def missing(settings: Settings) -> List[str]:
    """The frameworks that nobody asked for by name and that are not installed."""
    if settings.frameworks is not None:
        return []
    return [name for name in frameworks.usual() if not frameworks.installed(name)]
