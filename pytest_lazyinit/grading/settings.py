"""What a teacher can set: marks, weights and limits, from a TOML file and the command line; one sentence for each mistake."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

FRAMEWORKS = ("torch", "tensorflow", "flax", "mxnet")

MARKS = {
    "1": {"structure": Fraction(1, 2), "claim": Fraction(1, 2)},
    "2": {"error": Fraction(1, 2), "claim": Fraction(1, 2)},
    "3": {"widths": Fraction(1, 3), "tied": Fraction(1, 3), "persistent": Fraction(1, 3)},
}

# name in the file: (least, largest)
RANGES = {"time": (0.1, 3600), "memory": (64, 1 << 20), "threads": (8, 4096), "output": (1, 1 << 16), "files": (1, 1 << 14)}


class SettingsError(ValueError):
    """One sentence that says what is wrong and what is valid."""


@dataclass(frozen=True)
class Limits:
    """What one exercise may use."""

    time: float = 20.0  # seconds, loading included
    memory: int = 2048  # MB beside what the framework itself holds
    threads: int = 256
    output: int = 64  # KB that are kept of what it prints
    files: int = 32  # MB in its working directory


@dataclass(frozen=True)
class Settings:
    """How submissions in one framework are graded."""

    framework: str = "torch"
    seed: int = 0
    limits: Limits = Limits()
    weights: Mapping[str, Fraction] = field(default_factory=lambda: {number: Fraction(1) for number in MARKS})
    marks: Mapping[str, Mapping[str, Fraction]] = field(default_factory=lambda: {number: dict(parts) for number, parts in MARKS.items()})


def read(path: Optional[str], settings: Settings) -> Settings:
    """The settings with what a file says; every mistake of it in one SettingsError, a line each."""
    if path is None:
        return settings
    found = _parsed(path)
    problems: List[str] = []
    for name in sorted(set(found) - {"limits", "weights", "marks"}):
        problems.append(f"{name!r} is no table of the settings; there are [limits], [weights], [marks.1], [marks.2] and [marks.3]")
    limits = _limits(_table(found, "limits", problems), settings.limits, problems)
    weights = {**settings.weights, **_numbers(_table(found, "weights", problems), "weights", settings.weights, problems)}
    marks = _marks(_table(found, "marks", problems), settings.marks, problems)
    if problems:
        raise SettingsError("\n".join(f"{path}: {problem}" for problem in problems))
    return replace(settings, limits=limits, weights=weights, marks=marks)


def limited(limits: Limits, **given: Optional[float]) -> Limits:
    """The limits with those that the command line gives."""
    problems: List[str] = []
    found = _limits({name: value for name, value in given.items() if value is not None}, limits, problems)
    if problems:
        raise SettingsError("\n".join(problems))
    return found


def _parsed(path: str) -> Dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(Path(path).expanduser().read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from None


def _table(found: Mapping[str, Any], name: str, problems: List[str]) -> Mapping[str, Any]:
    value = found.get(name, {})
    if isinstance(value, dict):
        return value
    problems.append(f"{name} is a table: write [{name}] and its values below")
    return {}


def _limits(table: Mapping[str, Any], limits: Limits, problems: List[str]) -> Limits:
    found: Dict[str, Any] = {}
    for name, value in table.items():
        if name not in RANGES:
            problems.append(f"limits.{name} is unknown; there are {', '.join(RANGES)}")
            continue
        least, largest = RANGES[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= largest:
            problems.append(f"limits.{name} is a number from {least:g} to {largest:g}, not {value!r}")
            continue
        found[name] = value if name == "time" else int(value)
    return replace(limits, **found)


def _marks(table: Mapping[str, Any], marks: Mapping[str, Mapping[str, Fraction]], problems: List[str]) -> Dict[str, Mapping[str, Fraction]]:
    found: Dict[str, Any] = {number: dict(parts) for number, parts in marks.items()}
    for number, parts in table.items():
        if number not in found or not isinstance(parts, dict):
            problems.append(f"marks.{number} is unknown; there are the tables [marks.1], [marks.2] and [marks.3]")
            continue
        found[number].update(_numbers(parts, f"marks.{number}", found[number], problems))
        if sum(found[number].values()) != 1:
            total = ", ".join(f"{name} {value}" for name, value in found[number].items())
            problems.append(f'the marks of an exercise add up to 1, those of {number} do not: {total}; thirds are written "1/3"')
    return found


def _numbers(table: Mapping[str, Any], where: str, known: Mapping[str, Any], problems: List[str]) -> Dict[str, Fraction]:
    found: Dict[str, Fraction] = {}
    for name, value in table.items():
        if name not in known:
            problems.append(f"{where}.{name} is unknown; there are {', '.join(known)}")
            continue
        number = _fraction(value)
        if number is None or not 0 <= number <= 1000:
            problems.append(f'{where}.{name} is a number from 0 to 1000, or a fraction in quotes such as "1/3", not {value!r}')
            continue
        found[name] = number
    return found


def _fraction(value: Any) -> Optional[Fraction]:
    """Exactly what is written: 0.1 is a tenth, not the float next to it."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None
