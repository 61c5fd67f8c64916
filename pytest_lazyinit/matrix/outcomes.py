"""What clauses established, each distinct outcome kept once: a cell of the matrix is then one small number."""

from __future__ import annotations

import re
from typing import Any, Dict, Hashable, List, Mapping, NamedTuple, Tuple

from ..results import Result

# What makes two equal facts differ from run to run: addresses, the time of the day, the counters in generated names, where packages lie.
NOISE = re.compile(r"(?P<address>0x[0-9A-Fa-f]+)|(?<=\[)\d\d:\d\d:\d\d(?=\])|(?<=[A-Za-z]_)\d+\b|(?<=[a-z])\d+(?=_)|(?P<folder>(?:/[\w.+-]+)+/site-packages/)")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # of a terminal
LONGEST = 4000  # characters of a message or an observation that are kept
REMEMBERED = 100_000  # texts whose number is looked up without reading them again
TOLD = "present"  # the phase that observes the versions, which the columns' heads tell already
SEVERITY = ("not run", "ok", "n/a", "deviation", "error", "FAIL")
FAILED = ("FAIL", "error")


class Note(NamedTuple):
    """A declared deviation, as a footnote tells it."""

    kind: str
    reason: str
    url: str


class Outcome(NamedTuple):
    """What a clause established. Equal outcomes have one number."""

    verdict: str
    message: str
    notes: Tuple[Note, ...]
    observations: Mapping[str, str]

    @property
    def failed(self) -> bool:
        return self.verdict in FAILED

    @property
    def says(self) -> bool:
        """Whether there is more to tell than the verdict."""
        return bool(self.message or self.notes or self.observations)


class Shared:
    """Values by number, equal ones kept once."""

    def __init__(self, *first: Any):
        self.values: List[Any] = list(first)
        self.numbers: Dict[Hashable, int] = {}

    def add(self, key: Hashable, value: Any) -> int:
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = len(self.values)
            self.values.append(value)
        return found


class Outcomes:
    """The outcomes by number; 0 stands for no result.

    Texts that differ in addresses and counters only are taken for one, and the first that came is shown.
    """

    def __init__(self) -> None:
        self._texts, self._notes, self._outcomes = Shared(), Shared(), Shared(None)
        self._remembered: Dict[str, int] = {}

    def __getitem__(self, number: int) -> Outcome:
        found: Outcome = self._outcomes.values[number]
        return found

    def __len__(self) -> int:
        return len(self._outcomes.values)

    def number(self, result: Result) -> int:
        """The number of a result's outcome."""
        message = self._text(result.message)
        notes = tuple([self._note(entry) for entry in result.deviation])
        told = result.observations.items() if result.phase != TOLD else ()
        facts = tuple([(self._text(name), self._text(fact)) for name, fact in told])
        key = (result.verdict, message, notes, facts)
        known = self._outcomes.numbers.get(key)
        return known if known is not None else self._outcomes.add(key, self._outcome(*key))

    def _outcome(self, verdict: str, message: int, notes: Tuple[int, ...], facts: Tuple[Tuple[int, int], ...]) -> Outcome:
        texts = self._texts.values
        return Outcome(verdict, texts[message], tuple(self._notes.values[note] for note in notes), {texts[name]: texts[fact] for name, fact in facts})

    def _note(self, entry: Mapping[str, str]) -> int:
        note = Note(entry.get("kind", ""), entry.get("reason", ""), entry.get("url", ""))
        return self._notes.add(note, note)

    def _text(self, text: str) -> int:
        found = self._remembered.get(text)
        if found is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()  # texts that never come again must not fill the memory
            plain = COLOURS.sub("", text) if "\x1b" in text else text
            kept = plain if len(plain) <= LONGEST else f"{plain[:LONGEST]} … ({len(plain) - LONGEST} more characters)"
            found = self._remembered[text] = self._texts.add(quiet(kept), kept)
        return found


def quiet(text: str) -> str:
    """A text without what differs from run to run; only for comparing."""
    return NOISE.sub(lambda found: "0x…" if found["address"] else "…/site-packages/" if found["folder"] else "…", text)


def contrasted(one: str, other: str, length: int) -> Tuple[str, str]:
    """Two texts on a line each; of long ones the part where they begin to differ, with a few words before it."""
    lines = [text.split() or ["(empty)"] for text in (one, other)]
    compared = [quiet(" ".join(words)).split() for words in lines]
    alike = next((place for place, (left, right) in enumerate(zip(*compared)) if left != right), min(map(len, compared)))
    begin = max(alike - 8, 0) if any(len(" ".join(words)) > length for words in lines) and len(" ".join(lines[0][:alike])) > length // 2 else 0
    first, second = (_cut(" ".join(["…"] * bool(begin) + words[begin:]), length) for words in lines)
    return first, second


def _cut(line: str, length: int) -> str:
    return line if len(line) <= length else line[:length - 1] + "…"


def worse(one: Outcome, other: Outcome) -> bool:
    """Whether the other is the worse of two results for the same thing."""
    return SEVERITY.index(other.verdict) > SEVERITY.index(one.verdict)


def contradict(one: Outcome, other: Outcome) -> bool:
    """Whether two results cannot both be true; what was not run contradicts nothing."""
    return one.verdict != other.verdict and "not run" not in (one.verdict, other.verdict)
