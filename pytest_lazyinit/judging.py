"""The judgement on a run as a whole: what was planned ran, and what was declared was met."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Iterator, List, Sequence

import pytest

from . import deviations, frameworks
from .deviations import Deviation
from .devices import selected
from .options import Settings
from .results import Result

if TYPE_CHECKING:
    from .recorder import Recorder

# Options by which somebody takes a part of the shipped suites only.
PARTS = ("keyword", "markexpr", "file_or_dir", "deselect", "lf", "stepwise", "ignore", "ignore_glob")


def problems(recorder: "Recorder", session: pytest.Session) -> List[str]:
    """What makes a run red though no item of it failed; one sentence each."""
    results, planned = list(recorder.results.values()), len(recorder.planned)
    ran = sum(result.ran for result in results)
    if ran == 0 and (planned or recorder.settings.active or recorder.config.getoption("lazyinit_report")):
        return [nothing_ran(recorder.settings, planned)]
    if session.shouldstop or session.shouldfail:
        return []
    found = []
    if ran != planned:
        found.append(f"planned {planned}, ran {ran}: {planned - ran} did not run")
    if _is_full(recorder) and ran == planned and not any(result.verdict == "error" for result in results):
        found += [f"the declared deviation {entry.entry} ({entry.clause}, {entry.source}) met no item; remove or correct it"
                  for entry in stale(results, recorder.settings)]
    return found


def nothing_ran(wanted: Settings, planned: int) -> str:
    """Why nothing ran, as far as it is known."""
    if planned:
        return f"nothing ran: planned {planned}, ran 0"
    if wanted.frameworks is None and not selected(wanted):
        extras = ", ".join(f"pytest-lazyinit[{name}]" for name in frameworks.BUILT_IN)
        return f"nothing ran: no framework is installed; install one of {extras}"
    return "nothing ran: no item was selected"


def stale(results: Sequence[Result], wanted: Settings) -> Iterator[Deviation]:
    """The declared deviations in range of something that ran, which no item met; not those for users' models alone."""
    met = {(entry["source"], entry["entry"]) for result in results for entry in result.deviation}
    ran = [result for result in results if result.ran and result.version]
    for framework in dict.fromkeys(result.framework for result in ran):
        mine = [result for result in ran if result.framework == framework]
        for entry in deviations.load(framework, wanted.deviations):
            if entry.models != deviations.OWN and (entry.source, entry.entry) not in met and _was_due(entry, mine):
                met.add((entry.source, entry.entry))
                yield entry


def _was_due(entry: Deviation, results: Sequence[Result]) -> bool:
    """Whether an entry is in range of a result. Where its clause failed anyway that is said already, and a probe not made shows nothing."""
    near = [result for result in results if _is_meant(entry, result)]
    own = [result for result in near if fnmatchcase(result.clause, entry.clause)]
    return bool(near) and all(result.verdict != "FAIL" and entry.could_show(result.observations) for result in own)


def _is_meant(entry: Deviation, result: Result) -> bool:
    if not entry.in_range(result.version) or entry.device not in ("", result.device):
        return False
    return not entry.requires or entry.meets(frameworks.adapter(result.framework, result.device).versions())


def _is_full(recorder: "Recorder") -> bool:
    return recorder.settings.active and not any(recorder.config.getoption(name, None) for name in PARTS)
