"""The recorder: takes up results as they come, in the one process that writes, and judges the run."""

from __future__ import annotations

import platform
import re
import time
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import pytest

from .options import Settings, settings
from .results import PHASES, PROPERTY, Journal, Report, Result, from_properties

RECORDER = pytest.StashKey["Recorder"]()
PACKAGES = ("torch", "tensorflow", "tensorflow-cpu", "keras", "keras-nightly", "flax", "jax", "jaxlib", "mxnet", "numpy")
PARTIAL = "{}.partial.json"
ITEM = re.compile(rf"(?P<test>\w+)\[(?:.*-)?(?P<device>cpu|gpu|tpu)-(?:.*-)?(?P<clause>(?P<phase>{'|'.join(PHASES)})\.\w+)(?:-.*)?\](?:@.*)?$")


def recorder(config: pytest.Config) -> "Recorder":
    """The recorder of a run; made and registered at the first call."""
    if RECORDER not in config.stash:
        config.stash[RECORDER] = Recorder(config, settings(config))
        config.pluginmanager.register(config.stash[RECORDER], "lazyinit-recorder")
    return config.stash[RECORDER]


def identified(nodeid: str) -> Optional["re.Match[str]"]:
    """The parts of an item's id if it is one of ours."""
    return ITEM.search(nodeid)


def account(item: pytest.Item, report: pytest.TestReport) -> None:
    """Give an item that ended without a result one that says so: an error of a fixture, a skip from outside."""
    ended = not report.passed or report.when == "call"
    if report.when == "teardown" or not ended or from_properties(item.user_properties) is not None:
        return
    if report.skipped and not settings(item.config).active:
        return  # the author skips a test of theirs
    from .selection import framework_of, subject_of
    mark = item.get_closest_marker("lazyinit")
    params = item.callspec.params  # type: ignore[attr-defined]
    clause = params["lazyinit_clause"]
    result = Result(clause, clause.split(".")[0], subject_of(mark) or item.name.split("[")[0], framework_of(mark), "", params.get("lazyinit_device", "cpu"),
                    "not run" if report.skipped else "error", _reason(report), seconds=round(report.duration, 6))
    item.user_properties.append((PROPERTY, result.to_json()))
    report.user_properties = list(item.user_properties)


def _reason(report: pytest.TestReport) -> str:
    if report.passed:
        return "the item ended without a result"
    if isinstance(report.longrepr, tuple):
        return f"{report.longrepr[2]}"
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(report.longrepr or "no reason was given")
    return f"{report.when} failed: {text}" if report.when in ("setup", "call") else text


class Recorder:
    """Results by item, the report's file, and what is wrong with the run as a whole."""

    def __init__(self, config: pytest.Config, wanted: Settings):
        self.config = config
        self.settings = wanted
        self.planned: Dict[str, None] = {}
        self.results: Dict[str, Result] = {}
        self.problems: List[str] = []
        self._running: List[str] = []
        self._ran = 0
        self._begun = False
        self._journal: Optional[Journal] = None
        self._clock = time.time()
        self._facts = facts(wanted)

    def plan(self, ids: Sequence[str]) -> None:
        """Take up the ids of the items that are going to run."""
        self.planned.update(dict.fromkeys(ids))

    # -- hooks ------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        self._begun = not any(self.config.getoption(name, False) for name in ("collectonly", "setuponly", "setupplan"))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._begun = True
        if nodeid in self.planned:
            self._running.append(nodeid)
            self._write()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid not in self.planned or report.nodeid in self.results or report.outcome == "rerun":  # type: ignore[comparison-overlap]
            return
        result = from_properties(report.user_properties)
        if result is None and report.failed:
            result = self._crashed(report)
        if result is not None:
            self._add(report.nodeid, result)
            if report.passed and result.verdict in ("FAIL", "error"):
                self.problems.append(f"{result.clause} on {result.subject}: {result.message}")
        elif report.skipped:
            del self.planned[report.nodeid]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._begun and exitstatus in (0, 1, 5):
            from .judging import problems
            self.problems += problems(self, session)
        self._finish(complete=exitstatus in (0, 1, 5))
        if self.problems and exitstatus in (0, 5):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self.problems and self.config.getoption("no_summary", False):
            terminal = self.config.pluginmanager.get_plugin("terminalreporter")
            terminal.write("\n" + "".join(f"lazyinit: {problem}\n" for problem in self.problems))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if (self.results or self.problems) and not self.config.getoption("no_summary", False):
            from .report import terminal
            terminal.write(terminalreporter, self.report(), self.problems, self.config.getoption("verbose"))

    # -- what is known of the run -----------------------------------------------------------------

    def report(self, complete: bool = True) -> Report:
        return Report(tuple(self.results.values()), self.run(complete))

    def run(self, complete: bool = False) -> Dict[str, Any]:
        """What a report says of the run."""
        return {**self._facts, "planned": len(self.planned), "ran": self._ran, "running": list(self._running),
                "seconds": round(time.time() - self._clock, 3), "complete": complete}

    # -- steps ------------------------------------------------------------------------------------

    def _add(self, nodeid: str, result: Result) -> None:
        self.results[nodeid] = result
        self._ran += result.ran
        self._running = [name for name in self._running if name != nodeid]
        if result.version:
            self._facts["versions"][result.framework] = result.version
        self._write(result)

    def _crashed(self, report: pytest.TestReport) -> Result:
        """The result of an item whose process died; what the id does not say is told from its neighbours."""
        match = identified(report.nodeid)
        if match is None:
            return Result("unknown.unknown", "unknown", report.nodeid, "", "", "cpu", "error", _reason(report))
        before = report.nodeid[:match.start("clause")]
        like = next((found for name, found in self.results.items() if name.startswith(before)), None)
        known = (like.subject, like.framework, like.version) if like else (match["test"], "", "")
        return Result(match["clause"], match["phase"], *known, match["device"], "error", _reason(report), seconds=round(report.duration, 6))

    def _write(self, result: Optional[Result] = None) -> None:
        """Bring the report's file up to date; it is opened, and an old one replaced, when the first item starts."""
        if self.settings.report is None:
            return
        if self._journal is None:
            self._journal = Journal(_journal_path(self.settings.report), self.run())
        if result is None:
            self._journal.update(self.run())
        else:
            self._journal.append(result, self.run())

    def _finish(self, complete: bool) -> None:
        if self._journal is None or self.settings.report is None:
            return
        self._journal.update({**self.run(complete), "problems": self.problems})
        self._journal.close()
        path = self.settings.report
        if path != self._journal.path:
            from .report import render
            try:
                path.write_text(render(path.suffix, self.report(complete)), encoding="utf-8")
                self._journal.path.unlink()
            except OSError as error:
                self.problems.append(f"the report could not be written ({error}); the results are in {self._journal.path}")


def _journal_path(report: Path) -> Path:
    """A JSON report is its own journal; others are rendered at the end from one beside them."""
    return report if report.suffix == ".json" else report.with_name(PARTIAL.format(report.name))


def facts(wanted: Settings) -> Dict[str, Any]:
    """What does not change during a run."""
    from . import __version__
    from .starting import missing
    return {
        "versions": {"pytest-lazyinit": __version__, "pytest": pytest.__version__, **dict(_versions())},
        "python": platform.python_version(), "platform": platform.platform(), "seed": wanted.seed, "device": wanted.device,
        "frameworks": list(wanted.frameworks) if wanted.frameworks is not None else None, "not_installed": missing(wanted),
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def _versions() -> List[Tuple[str, str]]:
    found = []
    for package in PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            pass
    return found
