"""From paths to a matrix: which files, one report at a time, and what is wrong with each in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence

from . import Matrix, suite
from .outcomes import Outcomes
from ..results import Report, ReportError, Result, read

TEXT = frozenset((str,))


def matrix(paths: Sequence[str], outcomes: Optional[Outcomes] = None) -> Matrix:
    """The matrix of the reports in files and folders; what cannot be used is named in its ``problems``, the rest is merged."""
    found = Matrix(outcomes)
    suites: Dict[str, List[str]] = {}
    for path in files(paths, found.problems):
        try:
            report = checked(path, read(path))
        except ReportError as error:
            found.problems.append(" ".join(str(error).split()))
            continue
        found.problems += [f"{path}: {text}" for text in shortcomings(report)]
        found.add(path, report)
        suites.setdefault(suite(report), []).append(path)
    if not found.tables:
        found.problems.append("there are no results: name reports that --lazyinit-report=….json wrote, or folders that hold such")
    found.problems += several(suites)
    return found


def files(paths: Sequence[str], problems: List[str]) -> Iterator[str]:
    """The files that are named, and the ``*.json`` below the folders that are named, each once; hidden folders are left out."""
    seen = set()
    for path in paths:
        inside = sorted(str(one) for one in Path(path).rglob("*.json") if not hidden(one.relative_to(path))) if Path(path).is_dir() else [path]
        if not inside:
            problems.append(f"{path}: the folder holds no *.json")
        for name in inside:
            if Path(name).resolve() not in seen:
                seen.add(Path(name).resolve())
                yield name


def hidden(path: Path) -> bool:
    """Whether a path leads through ``.tox``, ``.git`` or the like."""
    return any(part.startswith(".") for part in path.parts)


def checked(path: str, report: Report) -> Report:
    """The report, or a sentence on what in it is of a wrong kind: `read` takes what a JSON document holds."""
    wrong = unsound(report)
    if wrong:
        raise ReportError(f"{path}: a report with a part that is missing or wrong ({wrong})")
    return report


def unsound(report: Report) -> str:
    run, versions = report.run, report.run.get("versions", {})
    if not isinstance(versions, Mapping) or not all(isinstance(text, str) for text in versions.values()):
        return "the versions"
    if not all(isinstance(run.get(name, 0), int) for name in ("planned", "ran")) or not all(isinstance(run.get(name, []), list) for name in ("problems", "running")):
        return "what it says of the run"
    return next((f"result {number}" for number, result in enumerate(report.results) if not sound(result)), "")


def sound(result: Result) -> bool:
    """Whether a result's texts are texts; asked of millions, so without a loop over its fields."""
    texts = {type(result.clause), type(result.phase), type(result.subject), type(result.framework), type(result.version), type(result.device),
             type(result.message), type(result.statement)}
    mappings = (result.observations, *result.deviation)
    return texts == {str} and all([type(one) is dict and TEXT.issuperset(map(type, one.values())) for one in mappings])


def shortcomings(report: Report) -> List[str]:
    """What is wrong with a run as a whole."""
    found = [" ".join(str(text).split()) for text in report.run.get("problems", ())]
    if report.interrupted:
        running = ", ".join(map(str, report.run.get("running", ()))) or "nothing"
        found.append(f"the run did not come to its end; running was {running}")
    return found


def several(suites: Dict[str, List[str]]) -> List[str]:
    """That the reports come from different versions of the suite, whose clauses may differ."""
    if len(suites) < 2:
        return []
    named = "; ".join(f"{version or 'unknown'}: {paths[0]}{f' and {len(paths) - 1} more' if len(paths) > 1 else ''}" for version, paths in sorted(suites.items()))
    return [f"the reports are of different versions of pytest-lazyinit, whose clauses may differ ({named})"]
