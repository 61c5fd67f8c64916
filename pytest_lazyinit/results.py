"""The result of a run: what one clause established, the JSON that holds it, reading and writing.

A report's file is a complete JSON document at every moment: a crash of a framework costs the item
that crashed, not the file. The schema stands beside this module in ``schema/result-1.json``.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple, Union

SCHEMA = 1
"""Version of the JSON document; a change that an old reader would misread raises it."""

PROPERTY = "lazyinit"
"""Key under which a result travels in pytest's ``user_properties``."""

NOT_PROBED = "not probed: "
"""With what the observation of a probe begins that this process could not make, and why."""

VERDICTS = ("ok", "deviation", "FAIL", "n/a", "not run", "error")
PHASES = ("present", "before", "after", "mismatch", "varying", "state", "transform", "catalogue", "book", "exercise")


class ReportError(ValueError):
    """A report that cannot be read; the text is one sentence."""


@dataclass(frozen=True)
class Result:
    """What one clause established on one subject, framework, version and device.

    ``deviation`` holds ``kind, reason, url, entry, source`` of each declared deviation that the verdict
    rests on. ``observations`` are facts that no one is right or wrong about. ``statement`` is the
    clause in one line.
    """

    clause: str
    phase: str
    subject: str
    framework: str
    version: str
    device: str
    verdict: str
    message: str = ""
    deviation: Sequence[Mapping[str, str]] = ()
    observations: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    statement: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict {self.verdict!r}; valid: {', '.join(VERDICTS)}")
        object.__setattr__(self, "deviation", tuple(self.deviation))  # a list where it was read or drafted

    @property
    def ran(self) -> bool:
        """Whether something was established: ``n/a`` is a fact, ``not run`` is none."""
        return self.verdict != "not run"

    def to_dict(self) -> Dict[str, Any]:
        return {**asdict(self), "deviation": [dict(entry) for entry in self.deviation]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Result":
        """The result that `to_dict` wrote; keys of later minor versions are passed over."""
        names = {item.name for item in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in names})

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Result":
        return cls.from_dict(json.loads(text))


@dataclass(frozen=True)
class Report:
    """A run's results, and of the run itself versions, platform, seed, planned and ran."""

    results: Sequence[Result] = ()
    run: Mapping[str, Any] = field(default_factory=dict)

    @property
    def interrupted(self) -> bool:
        """Whether the run ended before it could say so: a crash, or it still goes on."""
        return not self.run.get("complete", False)


def ran(results: Sequence[Result]) -> int:
    """How many of the results established something."""
    return sum(result.ran for result in results)


def from_properties(properties: Sequence[Tuple[str, Any]]) -> Optional[Result]:
    """The result among an item's ``user_properties``, if there is one."""
    for name, value in reversed(list(properties)):
        if name == PROPERTY:
            return Result.from_json(value)
    return None


def read(path: Union[str, Path]) -> Report:
    """Read a report.

    Raises
    ------
    ReportError
        If the file is missing, is not JSON or not whole, or is no report of this schema.
    """
    document = _document(Path(path))
    if not isinstance(document, dict) or "schema" not in document:
        raise ReportError(f"{path}: not a report of pytest-lazyinit (no key 'schema')")
    if document["schema"] != SCHEMA:
        raise ReportError(f"{path}: schema {document['schema']!r}, this version of pytest-lazyinit reads schema {SCHEMA}")
    try:
        return Report(tuple(Result.from_dict(item) for item in document["results"]), dict(document["run"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportError(f"{path}: a report with a part that is missing or wrong ({error})") from error


def _document(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(f"{path}: cannot be read ({error})") from error
    try:
        return json.loads(text)
    except ValueError as error:
        what = "ends in the middle of the document" if _cut_off(text, error) else "is not JSON"
        raise ReportError(f"{path}: {what} ({error})") from error


def _cut_off(text: str, error: ValueError) -> bool:
    """Whether a text began as a report and is wrong at its end only: in a string without an end, or where nothing follows."""
    unterminated = getattr(error, "msg", "").startswith("Unterminated")
    return not text.strip() or text.lstrip().startswith("{") and (unterminated or not set(text[getattr(error, "pos", 0) + 1:]) & set('[]{},:"'))


class Journal:
    """A report's file, complete after every call.

    Each call overwrites the file's tail with one write, which holds the new result and the new
    ``run``. A tail that became shorter is padded with blanks instead of cut, so that there is no
    moment at which the document is not whole.
    """

    def __init__(self, path: Path, run: Mapping[str, Any]):
        self.path = path
        self._end = 0  # where the tail begins
        self._length = 0
        self._empty = True
        self._file = _replaced(path)
        self._write(f'{{"schema": {SCHEMA}, "results": [', run)

    def append(self, result: Result, run: Mapping[str, Any]) -> None:
        """Add a result and replace what is said of the run."""
        separator = "\n" if self._empty else ",\n"
        self._empty = False
        self._write(separator + result.to_json(), run)

    def update(self, run: Mapping[str, Any]) -> None:
        """Replace what is said of the run."""
        self._write("", run)

    def close(self) -> None:
        os.close(self._file)

    def _write(self, text: str, run: Mapping[str, Any]) -> None:
        body = text.encode("utf-8", "backslashreplace")
        tail = ('\n], "run": ' + json.dumps(run, ensure_ascii=False) + "}\n").encode("utf-8", "backslashreplace")
        block = body + tail
        block += b" " * (self._length - self._end - len(block))
        os.lseek(self._file, self._end, os.SEEK_SET)
        os.write(self._file, block)
        self._length = self._end + len(block)
        self._end += len(body)


def _replaced(path: Path) -> int:
    """Put an empty report in the place of an old one, at once, and open it for writing."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps({"schema": SCHEMA, "results": [], "run": {}}), encoding="utf-8")
    os.replace(fresh, path)
    return os.open(str(path), os.O_WRONLY | getattr(os, "O_BINARY", 0))
