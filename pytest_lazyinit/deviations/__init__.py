"""Deviations: declared, linked, version-bounded departures from the contract, one TOML a framework.

.. code-block:: toml

    [[deviation]]
    layer    = "LazyBatchNorm*"      # fnmatch on the subject, or on the class of any layer in it; absent = any
    clause   = "after.every_call_form"
    probe    = "positional"          # which part of the clause; absent = all
    versions = ">=1.8,<2.1"          # PEP 440, of the framework
    requires = "keras<3.2"           # optional: a further package in the versions that are meant
    device   = "cpu"                 # optional
    kind     = "bug"                 # bug | by-design | unsupported
    reason   = "the first pass takes positional input only"
    url      = "https://github.com/pytorch/pytorch/issues/105292"
    raises   = "TypeError"
    models   = "own"                 # for users' models only: no shipped suite meets it

Where one departure shows in several places, ``layer``, ``clause`` and ``probe`` may be lists: it is declared for every combination,
and each combination must be met.

A file of one's own (``--lazyinit-deviations``) may say ``framework = "torch"`` in an entry; without
it the entry is for every framework.
"""

from __future__ import annotations

import functools
import itertools
import re
import sys
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from ..results import NOT_PROBED
from .checking import OWN, PLACES, REQUIRED, problems as problems_of  # noqa: F401 (others take them from here)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXPECTED = "expected="
SHIPPED = Path(__file__).parent
PACKAGE = "pytest_lazyinit/deviations"


class DeviationError(ValueError):
    """Deviations that cannot be used; the text lists every error of every file."""

    def __init__(self, problems: Sequence[str]):
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Deviation:
    """One entry of a deviations file, or of a subject's ``expected=``."""

    clause: str
    versions: str
    kind: str
    reason: str
    url: str
    layer: str = ""
    probe: str = ""
    device: str = ""
    raises: str = ""
    repro: str = ""
    framework: str = ""
    models: str = ""
    requires: str = ""
    source: str = ""
    entry: str = ""

    @classmethod
    def expected(cls, clause: str, reason: str) -> "Deviation":
        """The author's own deviation of one subject."""
        return cls(clause, "", "by-design", reason, "declared with the subject", source=EXPECTED, entry=f"expected:{clause}")

    @property
    def label(self) -> str:
        """How a message names the entry."""
        return self.entry

    @property
    def shipped(self) -> bool:
        return self.source.startswith(f"{PACKAGE}/")

    def in_range(self, version: str) -> bool:
        """Whether the framework's version is meant; a development build counts as its release."""
        return contains(self.versions, version)

    def meets(self, versions: Mapping[str, str]) -> bool:
        """Whether the package that the entry ``requires`` is among an adapter's, in a version that is meant."""
        return not self.requires or required(self.requires, versions)

    def applies(self, version: str, clause: str, device: str, layers: Sequence[str], versions: Optional[Mapping[str, str]] = None) -> bool:
        """Whether the entry is meant for a clause on a device, given the names of the subject and its layers.

        ``versions`` are the adapter's, of all packages that decide the behaviour.
        """
        return (fnmatchcase(clause, self.clause)
                and self.device in ("", device)
                and (not self.layer or any(fnmatchcase(layer, self.layer) for layer in layers))
                and self.in_range(version) and self.meets(versions or {}))

    def strict_for(self, subject: str, shipped: bool) -> bool:
        """Whether it is a failure when the subject does not deviate.

        It is where the entry speaks of this subject. It is not where an entry on a layer meets a
        user's model that has such a layer inside: the model need not do what brings the fault out.
        """
        if shipped or self.source == EXPECTED:
            return True
        return fnmatchcase(subject, self.layer) if self.layer else not self.shipped

    def could_show(self, observations: Mapping[str, str]) -> bool:
        """Whether a run could meet the entry: not where the probe that it names was not made."""
        unmade = [probe for probe, fact in observations.items() if fact.startswith(NOT_PROBED)]
        return not (self.probe and any(fnmatchcase(probe, self.probe) for probe in unmade))

    def to_dict(self) -> Dict[str, str]:
        """What a result says of it."""
        return {name: getattr(self, name) for name in ("kind", "reason", "url", "entry", "source")}


KEYS = tuple(item.name for item in fields(Deviation) if item.name not in ("source", "entry"))


def contains(versions: str, version: str) -> bool:
    """Whether a version is in a PEP 440 range; a development build counts as its release."""
    return _contains(SpecifierSet(versions), version)


def required(requirement: str, versions: Mapping[str, str]) -> bool:
    """Whether a package of ``keras>=3.9`` is among an adapter's, in a version that is meant."""
    needed = Requirement(requirement)
    found = {canonicalize_name(name): version for name, version in versions.items()}
    return _contains(needed.specifier, found.get(canonicalize_name(needed.name), ""))


def offered(said: str, version: str, versions: Mapping[str, str]) -> bool:
    """Whether a range is met: of the framework's versions (``>=2.8``), or of a package that it comes with (``keras>=3.9``)."""
    return required(said, versions) if said[0].isalpha() else contains(said, version)


def _contains(specifiers: SpecifierSet, version: str) -> bool:
    release = re.match(r"\d+(\.\d+)*", version)
    return release is not None and specifiers.contains(release.group(), prereleases=True)


def load(framework: str, extra: Union[str, Path, None] = None, clauses: Optional[Sequence[str]] = None) -> List[Deviation]:
    """The shipped deviations of a framework, then those of a file of one's own.

    Parameters
    ----------
    framework : str
    extra : path, optional
    clauses : sequence of str, optional
        The ids that an entry's ``clause`` may name; not looked at when absent.

    Raises
    ------
    DeviationError
        For a file that is not there, or anything wrong in it; all errors at once.
    """
    found, problems = _gather([framework], extra, clauses)
    if problems:
        raise DeviationError(problems)
    return [entry for entry in found if entry.framework in ("", framework)]


def validate(frameworks: Sequence[str], extra: Union[str, Path, None], clauses: Sequence[str]) -> None:
    """Raise `DeviationError` with every error of every framework's file and of one's own."""
    problems = _gather(frameworks, extra, clauses)[1]
    if problems:
        raise DeviationError(problems)


def _gather(frameworks: Sequence[str], extra: Union[str, Path, None], clauses: Optional[Sequence[str]]) -> Tuple[List[Deviation], List[str]]:
    files = [(SHIPPED / f"{name}.toml", name) for name in frameworks]
    files = [(path, name) for path, name in files if path.exists()]
    files += [(Path(extra), "")] if extra else []
    entries: List[Deviation] = []
    problems: List[str] = []
    for path, framework in files:
        found, wrong = _read(path, framework, None if clauses is None else tuple(clauses))
        entries += found
        problems += wrong
    return entries, problems


@functools.lru_cache(maxsize=None)
def _read(path: Path, framework: str, clauses: Optional[Tuple[str, ...]]) -> Tuple[List[Deviation], List[str]]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return [], [f"{path}: cannot be read as TOML ({error})"]
    tables = document.pop("deviation", [])
    problems = [f"{path}: unknown table or key {key!r}; valid: [[deviation]]" for key in document]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return [], problems + [f"{path}: 'deviation' is not a list of tables; write [[deviation]]"]
    entries, source = [], f"{PACKAGE}/{path.name}" if path.parent == SHIPPED else str(path)
    for number, table in enumerate(tables, 1):
        wrong = [f"{path}: deviation {number}: {text}" for text in problems_of(table, KEYS, framework, clauses)]
        problems += wrong
        if not wrong:
            entries += _every_place({"framework": framework, "source": source, **table}, f"{path.stem}:{number}")
    return entries, problems


def _every_place(table: Mapping[str, Any], entry: str) -> List[Deviation]:
    """A departure at each place where it is said to show; the second place of ``torch:3`` is ``torch:3.2``."""
    said = {key: table[key] if isinstance(table[key], list) else [table[key]] for key in PLACES if key in table}
    places = [dict(zip(said, place)) for place in itertools.product(*said.values())]
    return [Deviation(**{**table, **place}, entry=f"{entry}.{number}" if len(places) > 1 else entry) for number, place in enumerate(places, 1)]
