"""What is done already, line by line beside the results, so that an interruption or a crash loses nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

from .settings import Settings


class NotResumable(ValueError):
    """Why a run cannot go on; one sentence."""


class Journal:
    """``results.json.part``: the run's settings in its first line, then one result a line."""

    def __init__(self, path: Path, settings: Settings):
        self.path, self.settings = path.with_name(f"{path.name}.part"), settings
        self.file: Any = None

    def seed(self) -> Optional[int]:
        """The seed of the run that was interrupted."""
        head = self._head()
        return head["seed"] if head else None

    def done(self, submissions: Sequence[Any]) -> List[Dict[str, Any]]:
        """The results that a former run left, of submissions that have not changed since.

        Raises
        ------
        NotResumable
            Where the former run had other settings: its marks would not be comparable.
        """
        head = self._head()
        if head is None:
            return []
        if head["settings"] != _digest(self.settings):
            raise NotResumable(f"{self.path} was begun with another framework, seed, marks or limits; grade anew without --resume, or with those")
        digests = {submission.name: content(submission) for submission in submissions}
        kept = {entry["result"]["submission"]: entry["result"] for entry in self._entries()
                if digests.get(entry["result"]["submission"]) == entry["content"]}
        return list(kept.values())

    def begin(self, done: Sequence[Mapping[str, Any]], submissions: Sequence[Any]) -> None:
        """Start the file anew, with what is done."""
        self.file = open(self.path, "w", encoding="utf-8")
        self._write({"seed": self.settings.seed, "settings": _digest(self.settings)})
        named = {submission.name: submission for submission in submissions}
        for result in done:
            self.add(result, named[result["submission"]])

    def add(self, result: Mapping[str, Any], submission: Any) -> None:
        self._write({"content": content(submission), "result": result})

    def end(self) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None

    def remove(self) -> None:
        """After a complete run it has served its purpose."""
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()

    def _write(self, entry: Mapping[str, Any]) -> None:
        self.file.write(json.dumps(entry) + "\n")
        self.file.flush()

    def _head(self) -> Optional[Dict[str, Any]]:
        entries = self._lines()
        return entries[0] if entries and "settings" in entries[0] else None

    def _entries(self) -> List[Dict[str, Any]]:
        return [entry for entry in self._lines()[1:] if "result" in entry]

    def _lines(self) -> List[Dict[str, Any]]:
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return []
        found = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                break  # the line that was being written
        return found


def content(submission: Any) -> str:
    """A digest of a submission's file, empty where it cannot be read."""
    try:
        if os.path.islink(submission.path):
            return "link"
        with open(submission.path, "rb") as file:
            return hashlib.sha256(file.read(64 << 20)).hexdigest()
    except OSError:
        return ""


def _digest(settings: Settings) -> str:
    """What makes results comparable."""
    text = repr((settings.framework, settings.seed, settings.limits, sorted(settings.weights.items()),
                 sorted((number, sorted(parts.items())) for number, parts in settings.marks.items())))
    return hashlib.sha256(text.encode()).hexdigest()
