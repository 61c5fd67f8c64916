"""The public functions: ``contract`` for a test file, ``check`` without pytest."""

from __future__ import annotations

import inspect
import json
from fnmatch import fnmatchcase
from typing import Any, Callable, List, Sequence

import pytest

from .clauses import CONTRACT
from .clauses.clause import Clause
from .engine import Engine
from .results import Result
from .subjects import Subject, SubjectError


def contract(builder: Any, **known: Any) -> Callable:
    """One pytest item a clause for the models that ``builder`` makes.

    Parameters
    ----------
    builder : callable or Subject
        Class, function or lambda without arguments; a fresh, untouched model at each call.
    **known
        The other fields of `Subject`, ``input_shape=`` above all.

    Returns
    -------
    function
        A plain test function that carries ``pytest.mark.parametrize`` over the clauses; bind it to a
        name that begins with ``test_``.

    Examples
    --------
    >>> test_encoder = contract(Encoder, input_shape=(32, 20))   # test_encoder[cpu-after.shapes]
    """
    try:
        subject = as_subject(builder, known)
        return bound(subject, chosen(subject.clauses))
    except SubjectError as error:
        raise pytest.Collector.CollectError(str(error)) from None


def check(builder: Any, *, device: str = "cpu", **known: Any) -> List[Result]:
    """Check the whole contract without pytest; one `Result` a clause, in the contract's order.

    Raises
    ------
    SubjectError
        For a subject that cannot be checked as given.
    """
    subject = as_subject(builder, known)
    engine = Engine(subject)
    return [engine.run(clause, device) for clause in chosen(subject.clauses)]


def as_subject(builder: Any, known: dict) -> Subject:
    """A `Subject` from what `contract` and `check` are given."""
    if isinstance(builder, Subject):
        return builder
    fields = list(inspect.signature(Subject).parameters)
    unknown = [name for name in known if name not in fields]
    if unknown:
        raise SubjectError(f"there is no {unknown[0]}=; valid are {', '.join(fields[1:])}")
    return Subject(builder, **known)


def chosen(globs: Sequence[str]) -> List[Clause]:
    """The clauses that the globs name.

    Raises
    ------
    SubjectError
        For a glob that matches no clause; lists the valid ids.
    """
    unknown = [glob for glob in globs if not any(fnmatchcase(found, glob) for found in CONTRACT)]
    if unknown:
        raise SubjectError(f"there is no clause {unknown[0]!r}; valid are {', '.join(CONTRACT)}")
    return [found for found in CONTRACT.values() if any(fnmatchcase(found.id, glob) for glob in globs)]


def bound(subject: Subject, clauses: Sequence[Clause]) -> Callable:
    """A test function over ``clauses`` on ``subject``."""
    by_id, engines = {found.id: found for found in clauses}, {}

    @pytest.mark.lazyinit(subject=subject.name, framework=subject.framework or "", devices=tuple(subject.devices))
    @pytest.mark.parametrize("lazyinit_clause", list(by_id))
    def test(request, lazyinit_device, lazyinit_clause):
        from .options import settings
        chosen_settings = settings(request.config)
        engine = engines.setdefault(chosen_settings.seed, Engine(subject, chosen_settings.seed, chosen_settings.deviations))
        conclude(request, engine.run(by_id[lazyinit_clause], lazyinit_device))

    test.__doc__ = f"The contract of lazy initialization on {subject.name}."
    return test


def conclude(request, result: Result) -> None:
    """Hand a result over to pytest: it travels with the item, whose outcome says the same as its verdict."""
    request.node.user_properties.append(("lazyinit", json.dumps(result.to_dict())))
    if result.verdict in ("n/a", "not run"):
        pytest.skip(f"{result.verdict}: {result.message}")
    if result.verdict == "deviation":
        reason = "; ".join(f"{entry['reason']} ({entry['url']})" for entry in result.deviation)
        request.node.add_marker(pytest.mark.xfail(strict=True, raises=pytest.fail.Exception, reason=reason))
    if result.verdict != "ok":
        pytest.fail(f"{result.clause} on {result.subject}: {result.message}", pytrace=False)
