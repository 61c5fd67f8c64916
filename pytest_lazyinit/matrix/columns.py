"""Columns as they are shown: versions from old to new, what is equal merged."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

from packaging.version import InvalidVersion, Version

from . import Environment, Table


@dataclass
class Column:
    """Environments whose results are all equal: several Pythons of a version, or neighbouring versions."""

    environments: List[Environment]
    cells: "array[int]"
    apart: Tuple[str, ...] = ()
    """Whether Python, system or both tell this column from another of the same version."""

    @property
    def versions(self) -> List[Tuple[str, str]]:
        """Version and companion, each once."""
        return list(dict.fromkeys((one.version, one.companion) for one in self.environments))

    @property
    def heading(self) -> str:
        """``2.1.2``, or ``1.13.1 – 2.6.0`` for several neighbours."""
        return ranged([version or "?" for version, _ in self.versions])

    @property
    def companion(self) -> str:
        """``Keras 3.0.5``, or the range of it."""
        beside = [companion for _, companion in self.versions if companion]
        name = beside[0].rpartition(" ")[0] if beside else ""
        if name and all(text.rpartition(" ")[0] == name for text in beside):
            return f"{name} {ranged([text.rpartition(' ')[2] for text in beside])}"
        return ranged(beside)

    @property
    def place(self) -> str:
        """Python and system, as far as they tell this column from its neighbour."""
        told = {name: ", ".join(dict.fromkeys(getattr(one, name) for one in self.environments)) for name in self.apart}
        return ", ".join(f"Python {text}" if name == "python" else text for name, text in told.items())

    @property
    def title(self) -> str:
        """The whole heading on one line."""
        return ", ".join(part for part in (self.heading, self.companion, self.place) if part)


class Span(NamedTuple):
    """Neighbouring columns with one outcome."""

    first: int
    width: int
    number: int

    @property
    def last(self) -> int:
        return self.first + self.width - 1


def ranged(texts: Sequence[str]) -> str:
    """First and last of what is in order."""
    different = list(dict.fromkeys(texts))
    return different[0] if len(different) == 1 else f"{different[0]} – {different[-1]}" if different else ""


def natural(text: str) -> Tuple[int, Version, Tuple[Tuple[int, str], ...]]:
    """Sorts versions as packaging does; what is no version comes last, its numbers by size."""
    try:
        return 0, Version(text), ()
    except InvalidVersion:
        return 1, Version("0"), tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", text))


def order(one: Environment) -> Tuple[object, ...]:
    beside = re.sub(r"^\D*", "", one.companion)
    return natural(one.version), natural(beside), one.companion, natural(one.python), one.system


def columns(table: Table, collapsed: bool = True) -> List[Column]:
    """The columns of a table from old to new.

    Environments of one version that agree in every row are one column, others stand side by side. Neighbouring
    versions that agree in every row are one column too, where ``collapsed``.
    """
    groups: Dict[Tuple[str, str], Dict[bytes, Column]] = {}
    for one in sorted(table.columns, key=order):
        cells = table.cells(one)
        same = groups.setdefault((one.version, one.companion), {})
        same.setdefault(cells.tobytes(), Column([], cells)).environments.append(one)
    found: List[Column] = []
    for same in groups.values():
        for column in same.values():
            column.apart = apart(list(same.values()))
            if collapsed and found and not column.apart and not found[-1].apart and found[-1].cells == column.cells:
                found[-1].environments += column.environments
            else:
                found.append(column)
    return found


def apart(same: Sequence[Column]) -> Tuple[str, ...]:
    """What differs between the environments of a version that has several columns."""
    if len(same) < 2:
        return ()
    environments = [one for column in same for one in column.environments]
    return tuple(name for name in ("python", "system") if len({getattr(one, name) for one in environments}) > 1)


def spans(shown: Sequence[Column], row: int) -> Iterator[Span]:
    """A row's cells, equal neighbours as one."""
    first, number = 0, shown[0].cells[row]
    for index in range(1, len(shown)):
        other = shown[index].cells[row]
        if other != number:
            yield Span(first, index - first, number)
            first, number = index, other
    yield Span(first, len(shown) - first, number)


def titled(shown: Sequence[Column], span: Span) -> str:
    """The versions that a span covers: ``1.8.1 – 2.6.0``."""
    first, last = shown[span.first], shown[span.last]
    if first is last:
        return first.title
    return f"{first.heading.split(' – ')[0]} – {last.heading.split(' – ')[-1]}"
