"""HTML: marks and feedback on one page that needs nothing else and is readable without JavaScript."""

from __future__ import annotations

import string
from html import escape
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence

from .results import NUMBERS

TEMPLATE = Path(__file__).with_name("page.html")


def page(results: Sequence[Mapping[str, Any]]) -> str:
    """The whole page: counts, the layers of isolation, a row for each submission."""
    template = string.Template(TEMPLATE.read_text(encoding="utf-8"))
    layers = list(dict.fromkeys(layer for result in results for layer in result["isolation"]))
    return template.substitute(
        totals=escape(totals(results)), head="".join(f'<th scope="col">{number}</th>' for number in NUMBERS),
        rows="\n".join(map(row, results)), isolation="\n".join(f"<li>{escape(layer)}</li>" for layer in layers) or "<li>none</li>")


def totals(results: Sequence[Mapping[str, Any]]) -> str:
    """``3 submissions: 2 graded, 1 timed-out; mean 2.17 of 3``."""
    counts: Dict[str, int] = {}
    for result in results:
        counts[result["status"]] = counts.get(result["status"], 0) + 1
    found = ", ".join(f"{count} {status}" for status, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    mean = f"; mean {sum(result['score'] for result in results) / len(results):.2f} of {results[0]['max']:g}" if results else ""
    return f"{len(results)} {'submission' if len(results) == 1 else 'submissions'}: {found or 'none'}{mean}"


def row(result: Mapping[str, Any]) -> str:
    cells = "".join(cell(result["exercises"].get(number)) for number in NUMBERS)
    return (f'<tr><th scope="row">{escape(result["submission"])}</th><td class="{escape(result["status"])}">{escape(result["status"])}</td>'
            f'<td>{score(result)}</td>{cells}<td>{result["seconds"]:.2f}</td></tr>')


def cell(exercise: Any) -> str:
    """An exercise's marks, with the feedback below."""
    if not exercise:
        return "<td></td>"
    lines: List[str] = [f"<li>{escape(line)}</li>" for line in exercise["feedback"]]
    status = "" if exercise["status"] == "graded" else f" {escape(exercise['status'])}"
    told = f"<ul>{''.join(lines)}</ul>" if lines else ""
    kind = "full" if exercise["score"] == exercise["max"] else "none" if not exercise["score"] else "part"
    return f'<td class="{kind}">{score(exercise)}{status}{told}</td>'


def score(entry: Mapping[str, Any]) -> str:
    return f"{round(entry['score'], 3):g} / {entry['max']:g}"
