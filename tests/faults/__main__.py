"""``python -m tests.faults [torch …]``: plants every fault, runs the whole contract under each, prints the table; 1 where it is otherwise than written down."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Dict, List, Sequence, Tuple

from . import Planted, WANTED, expected, faults, judged, noticed


def run(framework: str) -> List[Tuple[Planted, Dict[str, str]]]:
    found = []
    for fault in faults(framework):
        found.append((fault, noticed(judged(framework, fault))))
        print(line(framework, *found[-1]), flush=True)
    return found


def line(framework: str, fault: Planted, found: Dict[str, str]) -> str:
    by = expected(found, fault)
    others = len(found) - len(by)
    told = ", ".join(by) + (f" and {others} more" if others else "") if by else f"MISSED (expected {', '.join(fault.expected)})"
    return f"{framework:10} {fault.phase:9} {fault.title}\n{'':21}{told}"


def table(results: Dict[str, list]) -> str:
    """Faults noticed of those planted, by framework and phase."""
    phases = list(dict.fromkeys(fault.phase for found in results.values() for fault, _ in found))
    lines = [f"{'':10}" + "".join(f"{phase:>11}" for phase in (*phases, "all"))]
    for framework, found in results.items():
        planted, seen = Counter(fault.phase for fault, _ in found), Counter(fault.phase for fault, by in found if expected(by, fault))
        cells = [f"{seen[phase]} of {planted[phase]}" for phase in phases] + [f"{sum(seen.values())} of {sum(planted.values())}"]
        lines.append(f"{framework:10}" + "".join(f"{cell:>11}" for cell in cells))
    return "\n".join(lines)


def main(names: Sequence[str]) -> int:
    unknown = [name for name in names if name not in WANTED]
    if unknown:
        print(f"there is no framework {unknown[0]!r} with planted faults; valid: {', '.join(WANTED)}", file=sys.stderr)
        return 2
    results = {name: run(name) for name in names or WANTED}
    print("\n" + table(results))
    return int(any(bool(expected(by, fault)) is fault.missed for found in results.values() for fault, by in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
