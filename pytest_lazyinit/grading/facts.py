"""What a child said, checked: it is the word of a process that executes a stranger's code, so every value is looked at before it is used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .protocol import Malformed

WORD, TEXT = 80, 1500


@dataclass(frozen=True)
class Parameter:
    """A parameter of a model at one moment; ``owner`` is who holds it, ``by`` how it came to be where a framework tells."""

    name: str
    owner: str
    shape: Optional[Tuple[int, ...]]
    exists: bool
    by: str

    @property
    def matrix(self) -> bool:
        return self.shape is None or len(self.shape) > 1


@dataclass(frozen=True)
class Fault:
    """An exception in a child: its class with its bases, its text, and whose frames it came through, outermost first."""

    type: str
    module: str
    bases: Tuple[str, ...]
    text: str
    frames: Tuple[Tuple[str, int], ...]
    origin: str
    raised_by_hand: bool
    native: bool
    line: int

    @property
    def own_line(self) -> int:
        """The innermost line of the student's, 0 where there is none."""
        return self.line or next((line for kind, line in reversed(self.frames) if kind == "student"), 0)

    @property
    def innermost(self) -> str:
        return self.frames[-1][0] if self.frames else ""

    @property
    def left(self) -> bool:
        """Whether it was the program's own end."""
        return self.type in ("SystemExit", "KeyboardInterrupt", "GeneratorExit") and self.module == "builtins"


def fault(data: Any) -> Optional[Fault]:
    """The exception in a reply; ``None`` where there is none."""
    if data is None:
        return None
    told = mapping(data)
    frames = tuple((word(entry[0]), whole(entry[1])) for entry in items(told.get("frames", []), 400) if isinstance(entry, list) and len(entry) == 2)
    return Fault(word(told.get("type")), word(told.get("module")), tuple(word(base) for base in items(told.get("bases", []), 100)),
                 text(told.get("text", "")), frames, text(told.get("origin", "")), told.get("raised_by_hand") is not False,
                 told.get("native") is True, whole(told.get("line") or 0))


def parameters(data: Any) -> List[Parameter]:
    return [parameter(mapping(entry)) for entry in items(data, 5000)]


def parameter(told: Mapping[str, Any]) -> Parameter:
    shape = told.get("shape")
    if shape is not None:
        shape = tuple(whole(size) for size in items(shape, 16))
    if type(told.get("exists")) is not bool:
        raise Malformed("no parameter")
    return Parameter(text(told.get("name")), text(told.get("owner")), shape, told["exists"], word(told.get("by", "")))


def claim(data: Any, names: Sequence[str]) -> Optional[Dict[str, Any]]:
    """A claim's values by name; ``None`` for what is no dict with these names."""
    entries = data.get("items") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return None
    found = {entry[0]: entry[1] for entry in entries if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)}
    return found if all(name in found for name in names) else None


def mapping(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise Malformed("no object")
    return data


def items(data: Any, most: int) -> List[Any]:
    if not isinstance(data, list) or len(data) > most:
        raise Malformed("no list")
    return data


def whole(data: Any) -> int:
    if type(data) is not int or not -1 << 40 < data < 1 << 40:
        raise Malformed("no whole number")
    return data


def text(data: Any) -> str:
    if not isinstance(data, str):
        raise Malformed("no text")
    return data[:TEXT]


def word(data: Any) -> str:
    """A name that can be shown: of letters, digits and what stands between them."""
    return re.sub(r"[^\w.<>-]", "?", text(data))[:WORD]
