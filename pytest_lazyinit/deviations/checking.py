"""What a deviations file may say: every error of an entry as one sentence that says what is valid."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any, Iterator, Mapping, Optional, Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

KINDS = ("bug", "by-design", "unsupported")
DEVICES = ("cpu", "gpu", "tpu")
REQUIRED = ("clause", "versions", "kind", "reason", "url")
# What an entry may give as a list.
PLACES = ("layer", "clause", "probe")
UNREPORTED = "unreported"
OWN = "own"


def problems(table: Mapping[str, Any], valid: Sequence[str], framework: str, clauses: Optional[Sequence[str]]) -> Iterator[str]:
    """What is wrong with an entry of a file, one sentence each; ``valid`` are the keys that there are."""
    yield from (f"unknown key {key!r}; valid: {', '.join(valid)}" for key in table if key not in valid)
    texts = {key: value for key, value in table.items() if key in valid and isinstance(value, str)}
    lists = {key: value for key, value in table.items() if key in PLACES and _texts(value)}
    yield from (f"{key} = {value!r} is not a string{' nor a list of different strings' if key in PLACES else ''}"
                for key, value in table.items() if key in valid and key not in texts and key not in lists)
    yield from (f"no {key}" for key in REQUIRED if key not in table or not texts.get(key, key).strip())
    yield from _wrong_values(texts, framework, clauses)
    for clause in lists.get("clause", ()):
        yield from _wrong_clause(clause, clauses)


def _wrong_values(texts: Mapping[str, str], framework: str, clauses: Optional[Sequence[str]]) -> Iterator[str]:
    kind, device, url, clause = (texts.get(key, "") for key in ("kind", "device", "url", "clause"))
    if kind and kind not in KINDS:
        yield f"unknown kind {kind!r}; valid: {', '.join(KINDS)}"
    if device and device not in DEVICES:
        yield f"unknown device {device!r}; valid: {', '.join(DEVICES)}"
    if texts.get("models", OWN) != OWN:
        yield f"unknown models {texts['models']!r}; valid: own"
    if framework and texts.get("framework", framework) != framework:
        yield f"framework {texts['framework']!r} in the file of {framework}"
    if clause:
        yield from _wrong_clause(clause, clauses)
    if url == UNREPORTED and not texts.get("repro", "").strip():
        yield "url = 'unreported' without repro, the few lines that show it"
    if url and url != UNREPORTED and not url.startswith(("https://", "http://")):
        yield f"url {url!r} is no link; valid: https://…, or 'unreported' with a repro"
    if texts.get("versions"):
        yield from _wrong_range("versions", texts["versions"])
    if texts.get("requires"):
        yield from _wrong_requirement(texts["requires"])


def _texts(value: Any) -> bool:
    """Whether a value is a list of different texts, none of them empty."""
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) and text.strip() for text in value) and len(set(value)) == len(value)


def _wrong_clause(clause: str, clauses: Optional[Sequence[str]]) -> Iterator[str]:
    if clauses is not None and not any(fnmatchcase(known, clause) for known in clauses):
        yield f"unknown clause {clause!r}; valid: {', '.join(clauses)}"


def _wrong_requirement(text: str) -> Iterator[str]:
    try:
        needed = Requirement(text)
    except InvalidRequirement:
        needed = None
    if needed is None or not needed.specifier or needed.extras or needed.marker or needed.url:
        yield f"requires {text!r} is no package with a range such as 'keras<3.2'"
    else:
        yield from _wrong_range("requires", str(needed.specifier))


def _wrong_range(key: str, versions: str) -> Iterator[str]:
    try:
        specifiers = SpecifierSet(versions)
    except InvalidSpecifier:
        yield f"{key} {versions!r} is no PEP 440 range such as '>=2.1,<2.3'"
        return
    named = [str(item.version).split(".*")[0] for item in specifiers]
    # A range that holds any version holds one that it names, one right above such a one, or an extreme.
    candidates = ["0", "99999", *named, *(f"{version}.0.0.1" for version in named if re.fullmatch(r"[\d.]+", version))]
    if not any(specifiers.contains(version, prereleases=True) for version in candidates):
        yield f"no version satisfies {key} {versions!r}"
