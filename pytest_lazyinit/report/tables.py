"""What every report shows, as plain data: counts by phase and framework, reasons, failures, deviations."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Tuple

from ..results import PHASES, VERDICTS, Report, Result

SHORT = {"deviation": "dev"}
FRAMEWORKS = ("torch", "tensorflow", "flax", "mxnet")  # the order of the columns; others follow
DEVICES = ("cpu", "gpu", "tpu")


@dataclass(frozen=True)
class Link:
    """A cell that leads somewhere, where ``url`` is a web address; otherwise it is said beside the text."""

    text: str
    url: str

    @property
    def leads(self) -> bool:
        return self.url.startswith(("https://", "http://"))


@dataclass(frozen=True)
class Table:
    """A titled table of texts and links."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]


def phases(results: Iterable[Result]) -> List[str]:
    """The phases that occur, in the contract's order."""
    seen = list(dict.fromkeys(result.phase for result in results))
    return sorted(seen, key=lambda phase: PHASES.index(phase) if phase in PHASES else len(PHASES))


def column(result: Result) -> Tuple[str, str]:
    """Framework and device: what stands side by side."""
    return result.framework or "unknown", result.device


def columns(results: Sequence[Result]) -> Dict[Tuple[str, str], str]:
    """Framework and device → heading; the device is named where there are several."""
    seen = sorted(dict.fromkeys(map(column, results)), key=_rank)
    several = len({device for _, device in seen}) > 1
    return {(framework, device): f"{framework} {device}" if several else framework for framework, device in seen}


def _rank(place: Tuple[str, str]) -> Tuple[int, str, int]:
    framework, device = place
    return FRAMEWORKS.index(framework) if framework in FRAMEWORKS else len(FRAMEWORKS), framework, DEVICES.index(device)


def counts(results: Iterable[Result]) -> Dict[Tuple[str, Tuple[str, str]], Counter]:
    """Verdicts counted by phase and column."""
    found: Dict[Tuple[str, Tuple[str, str]], Counter] = {}
    for result in results:
        found.setdefault((result.phase, column(result)), Counter())[result.verdict] += 1
    return found


def parts(counter: Mapping[str, int]) -> List[Tuple[str, str]]:
    """A cell as ``[("12 ok", "ok"), ("1 dev", "deviation")]``, in the order of the verdicts."""
    return [(f"{counter[verdict]} {SHORT.get(verdict, verdict)}", verdict) for verdict in VERDICTS if counter.get(verdict)]


def cell(counter: Mapping[str, int]) -> str:
    return ", ".join(text for text, _ in parts(counter)) or "–"


def failures(results: Iterable[Result]) -> List[Result]:
    return [result for result in results if result.verdict in ("FAIL", "error")]


def reasons(results: Iterable[Result], verdict: str) -> List[Tuple[int, str, str]]:
    """``(count, framework, reason)`` of a verdict, the most frequent first."""
    found = Counter((result.framework or "unknown", result.message) for result in results if result.verdict == verdict)
    return [(count, framework, reason) for (framework, reason), count in found.most_common()]


def declared(results: Iterable[Result]) -> List[Tuple[Mapping[str, str], List[Result]]]:
    """The declared deviations that the results rest on, each with its results."""
    found: Dict[Tuple[str, str], Tuple[Mapping[str, str], List[Result]]] = {}
    for result in results:
        for entry in result.deviation:
            found.setdefault((entry["source"], entry["entry"]), (entry, []))[1].append(result)
    return [found[entry] for entry in sorted(found, key=_natural)]


def _natural(entry: Tuple[str, str]) -> List[Any]:
    """Numbers in a name by their size: ``torch:9`` before ``torch:10``."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"(\d+)", "\0".join(entry))]


def totals(report: Report) -> str:
    """``planned 180, ran 180: 170 ok, 6 dev, 4 n/a``."""
    run = report.run
    counted = cell(Counter(result.verdict for result in report.results))
    return f"planned {run.get('planned', '?')}, ran {run.get('ran', '?')}: {counted}"


def tables(report: Report) -> List[Table]:
    """The tables of a page, those that have rows."""
    results = report.results
    every = [_overview(results), _failures(results), _deviations(results), _reasons("Not offered (n/a)", results, "n/a"),
             _reasons("Not run", results, "not run"), _observations(results), _all(results), _run(report)]
    return [table for table in every if table.rows]


def _overview(results: Sequence[Result]) -> Table:
    heads, found = columns(results), counts(results)
    rows = [[phase, *(cell(found.get((phase, place), {})) for place in heads)] for phase in phases(results)]
    return Table("Phases against frameworks", ["phase", *heads.values()], rows)


def _failures(results: Sequence[Result]) -> Table:
    rows = [[result.verdict, *_place(result), result.clause, result.message] for result in failures(results)]
    return Table("Failures", ["verdict", "framework", "device", "subject", "clause", "message"], rows)


def _deviations(results: Sequence[Result]) -> Table:
    rows = [[entry["entry"], entry["kind"], ", ".join(dict.fromkeys(f"{result.framework} {result.clause}" for result in met)),
             str(len(met)), Link(entry["reason"], entry["url"])] for entry, met in declared(results)]
    return Table("Declared deviations", ["entry", "kind", "clauses", "items", "reason"], rows)


def _reasons(title: str, results: Sequence[Result], verdict: str) -> Table:
    return Table(title, ["items", "framework", "reason"], [[str(count), *rest] for count, *rest in reasons(results, verdict)])


def _observations(results: Sequence[Result]) -> Table:
    rows = [[*_place(result), result.clause, name, fact] for result in results for name, fact in result.observations.items()]
    return Table("Observations", ["framework", "device", "subject", "clause", "of", "fact"], rows)


def _all(results: Sequence[Result]) -> Table:
    order = phases(results)
    rows = [[result.verdict, *_place(result), result.clause, result.statement, f"{result.seconds:.3f}"]
            for result in sorted(results, key=lambda result: (*_place(result), order.index(result.phase)))]
    return Table("All results", ["verdict", "framework", "device", "subject", "clause", "statement", "seconds"], rows)


def _run(report: Report) -> Table:
    return Table("The run", ["of", "is"], [[name, _text(value)] for name, value in report.run.items() if value not in (None, [], {})])


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _place(result: Result) -> List[str]:
    version = f" {result.version}" if result.version else ""
    return [(result.framework or "unknown") + version, result.device, result.subject]
