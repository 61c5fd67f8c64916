"""The engine: one clause on one subject becomes one result. All four ways in use it."""

from __future__ import annotations

import contextlib
import time
import traceback
import warnings
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, Dict, List, Optional, Sequence

from . import deviations, frameworks
from .clauses.clause import Clause, Lacking, Violation
from .clauses.trial import Trial, describe, ours
from .deviations import Deviation
from .frameworks.base import Adapter, NotOffered, Unusable
from .observing import observing
from .preflight import Refused, preflight
from .results import Result
from .subjects import Subject

TOLD = 4  # probes of which a failure tells in full


class Engine:
    """Runs clauses on one subject.

    Parameters
    ----------
    subject : Subject
    seed : int
    extra : path, optional
        A further deviations file (``--lazyinit-deviations``).
    """

    def __init__(self, subject: Subject, seed: int = 0, extra: Optional[str] = None):
        self.subject = subject
        self.seed = subject.seed if subject.seed is not None else seed
        self.extra = extra
        self._memos: Dict[tuple, dict] = {}
        self._preflight: Dict[str, Any] = {}

    def run(self, clause: Clause, device: str = "cpu") -> Result:
        """Check one clause on one device."""
        started = time.perf_counter()
        draft = dict(clause=clause.id, phase=clause.phase, statement=clause.statement, subject=self.subject.name, device=device,
                     framework=self.subject.framework or "", version="", verdict="error", message="", deviation=[], observations={})
        try:
            absent = self._absent(device)
            if absent is not None:
                return Result(seconds=round(time.perf_counter() - started, 6), **{**draft, **absent})
            adapter = self.adapter(device)
            draft.update(framework=adapter.name, version=adapter.version)
            draft.update(self._judge(clause, adapter, device))
        except Unusable as reason:
            # A framework that was asked for and cannot be used is one red item, and only one.
            draft.update(verdict="FAIL" if clause.id == "present.usable" else "not run", message=str(reason))
        except Refused as reason:
            first = clause.id == "before.constructs"
            draft.update(verdict="FAIL" if first else "not run", message=str(reason) + ("" if first else " (see before.constructs)"))
        return Result(seconds=round(time.perf_counter() - started, 6), **draft)

    def _absent(self, device: str) -> Optional[dict]:
        """Why a subject does not exist in the version at hand, where it says in which it does."""
        if not (self.subject.versions and self.subject.framework):
            return None
        adapter = frameworks.adapter(self.subject.framework, device)
        if deviations.offered(self.subject.versions, adapter.version, adapter.versions()):
            return None
        return dict(framework=adapter.name, version=adapter.version, verdict="n/a",
                    message=f"{'' if self.subject.versions[0].isalpha() else adapter.name + ' '}{self.subject.versions} has it.")

    def adapter(self, device: str) -> Adapter:
        """The adapter for this subject; the framework is told from the built object where it is not given.

        Raises
        ------
        Refused
            Where the subject cannot be built or takes no pass.
        """
        if self.subject.shipped:
            return frameworks.adapter(self.subject.framework, device)
        if self.subject.small and self.subject.framework:
            frameworks.adapter(self.subject.framework, device)  # of a framework that is broken, one item tells, and no model
        if device not in self._preflight:
            try:
                self._preflight[device] = preflight(self.subject, device, self.seed)
            except Refused as reason:
                self._preflight[device] = reason
        found = self._preflight[device]
        if isinstance(found, Refused):
            raise found
        return found

    def _judge(self, clause: Clause, adapter: Adapter, device: str) -> dict:
        reason = self._not_applicable(clause, adapter)
        if reason:
            return dict(verdict="n/a", message=reason)
        trial = Trial(self.subject, adapter, self.seed, self._memos.setdefault((adapter.name, device), {}))
        declared = deviations.load(adapter.name, self.extra)
        unsupported = self._unsupported(declared, clause, adapter, device)
        if unsupported:
            return dict(verdict="n/a", message=unsupported[0].reason, deviation=[d.to_dict() for d in unsupported])
        with adapter.one_thread() if self.subject.shipped or self.subject.small else contextlib.nullcontext():
            failure = attempt(clause, trial)
        facts = dict(observations=trial.observations)
        if isinstance(failure, (Lacking, NotOffered)):
            return dict(facts, verdict="n/a", message=str(failure))
        if failure is not None and not isinstance(failure, Violation):
            return dict(facts, verdict="error", message=f"the harness failed: {describe(failure)}\n{trace(failure)}")
        layers = self._inside(adapter, trial) if failure is not None or self.subject.shipped else (self.subject.name,)
        shown = [d for d in self._candidates(declared, clause, adapter, device, layers) if d.could_show(trial.observations)]
        return dict(facts, **self._verdict(failure, shown, layers))

    def _unsupported(self, declared: Sequence[Deviation], clause: Clause, adapter: Adapter, device: str) -> List[Deviation]:
        """Entries by which a clause is not to be run at all, since it would end the process or leave it unusable."""
        meant = [d for d in declared if d.kind == "unsupported" and not d.probe]
        anywhere = [d for d in meant if replace(d, layer="").applies(adapter.version, clause.id, device, (), adapter.versions())]
        if not anywhere:
            return []
        # Which layers are inside must be known before the clause runs; its own trial is left as it is.
        looking = Trial(self.subject, adapter, self.seed, {})
        with contextlib.suppress(Exception):
            looking.build()
        fitting = self._candidates(anywhere, clause, adapter, device, self._inside(adapter, looking))
        return [d for d in fitting if d.kind == "unsupported"]

    def _not_applicable(self, clause: Clause, adapter: Adapter) -> str:
        """Why a clause does not apply, from the adapter's declarations and the subject's lacks alone."""
        for capability in clause.capabilities:
            if capability in adapter.missing:
                return adapter.missing[capability]
        lacks = [name for name in clause.knowledge if not getattr(self.subject, name)]
        if lacks:
            unsaid = adapter.missing.get(lacks[0]) if self.subject.shipped else None
            return unsaid or f"the subject does not say {lacks[0]}=; give it to have this clause checked"
        return ""

    def _candidates(self, declared: Sequence[Deviation], clause: Clause, adapter: Adapter, device: str, layers: Sequence[str]) -> List[Deviation]:
        """Deviations declared for this clause: the framework's in range, and the author's own."""
        own = [Deviation.expected(glob, reason) for glob, reason in self.subject.expected.items() if fnmatchcase(clause.id, glob)]
        versions = adapter.versions()
        meant = [d for d in declared if not (self.subject.shipped and d.models == deviations.OWN)]
        return own + [d for d in meant if d.applies(adapter.version, clause.id, device, layers, versions)]

    def _inside(self, adapter: Adapter, trial: Trial) -> Sequence[str]:
        """The subject's name and the classes of the layers inside its model."""
        return (self.subject.name, *(trial.adapter.layers(trial.model) if trial.model is not None else ()))

    def _verdict(self, failure: Optional[Violation], candidates: Sequence[Deviation], layers: Sequence[str]) -> dict:
        due = [d for d in candidates if d.strict_for(self.subject.name, self.subject.shipped)]
        used, unexplained = explained(failure, candidates)
        stale = [d for d in due if d not in used]
        named = [{**d.to_dict(), **({"layer": next((layer for layer in layers if fnmatchcase(layer, d.layer)), d.layer)} if d.layer else {})}
                 for d in used]
        if failure is not None and (unexplained or not used):
            return dict(verdict="FAIL", message=told(failure, unexplained), deviation=named)
        if stale:
            texts = "; ".join(f"{d.label}: {d.reason}" for d in stale)
            return dict(verdict="FAIL", message=f"a declared deviation no longer deviates; remove it or close its version range ({texts})",
                        deviation=[d.to_dict() for d in stale] + named)
        if failure is not None:
            return dict(verdict="deviation", message=str(failure), deviation=named)
        return dict(verdict="ok", message="")


def explained(failure: Optional[Violation], candidates: Sequence[Deviation]) -> tuple:
    """The deviations that a failure meets, and the probes of it that none explains."""
    if failure is None:
        return [], []
    fitting = [d for d in candidates if d.kind != "unsupported" or d.probe]
    if not failure.probes:
        return [d for d in fitting if d.probe in ("", "*") and raises(d, failure.raised)], []
    pairs = [(probe, d) for probe, types in failure.probes.items() for d in fitting
             if fnmatchcase(probe, d.probe or "*") and raises(d, types)]
    met = {probe for probe, _ in pairs}
    return list(dict.fromkeys(d for _, d in pairs)), [probe for probe in failure.probes if probe not in met]


def told(failure: Violation, unexplained: Sequence[str]) -> str:
    """What a failure says of the probes that no declared deviation explains; of many, the first ones."""
    texts = [failure.texts[probe] for probe in unexplained if probe in failure.texts]
    more = f"\nand likewise {', '.join(unexplained[TOLD:])}" if len(unexplained) > TOLD else ""
    return "\n".join(texts[:TOLD]) + more if texts else str(failure)


def raises(deviation: Deviation, types: Sequence[str]) -> bool:
    """Whether a deviation that names an exception has it behind the failure."""
    return not deviation.raises or deviation.raises in types


def attempt(clause: Clause, trial: Trial) -> Optional[Exception]:
    """Run a clause; its violation, its n/a, or the harness' own error. The framework's exceptions are violations."""
    try:
        with warnings.catch_warnings(), observing(trial.observe):
            warnings.simplefilter("ignore")
            clause.run(trial)
    except (Violation, Lacking, NotOffered) as found:
        return found
    except Exception as error:
        return error if ours(error) else violation_of(error)
    return None


def violation_of(error: Exception) -> Violation:
    if isinstance(error, AssertionError):
        return Violation(str(error) or "an assertion failed")
    found = Violation(f"expected no exception; found {describe(error)}", raised=[type(error).__name__])
    found.__cause__ = error
    return found


def trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__)[-6:])
