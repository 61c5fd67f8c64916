"""Answers that an adapter does not give yet read ``n/a`` with a sentence; nothing of them is an error."""

from __future__ import annotations

import pytest

from pytest_lazyinit import frameworks
from pytest_lazyinit.catalogue import torch as catalogue
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.clauses.trial import Trial
from pytest_lazyinit.engine import Engine, attempt
from pytest_lazyinit.frameworks.base import NotOffered
from pytest_lazyinit.frameworks.states import States
from pytest_lazyinit.frameworks.transforms import Transforms, unasked

NEW = [clause for clause in CONTRACT.values() if clause.phase in ("state", "transform")]
GENERAL = ("state.load_into_lazy",)  # asks for nothing but what every adapter answers


def third_party():
    """The PyTorch adapter as somebody would have written it before there were these answers."""
    kind = type(frameworks.adapter("torch"))
    later = {name: vars(owner)[name] for owner in (States, Transforms) for name in vars(owner) if not name.startswith("_") and callable(vars(owner)[name])}
    return type("ThirdParty", (kind,), {**later, "name": "third"})()


@pytest.mark.parametrize("clause", [clause for clause in NEW if clause.id not in GENERAL], ids=lambda clause: clause.id)
def test_an_adapter_of_a_third_party_need_not_answer(clause):
    found = attempt(clause, Trial(catalogue.subject(), third_party()))
    assert isinstance(found, NotOffered) and str(found) == "pytest-lazyinit does not ask third this yet."


@pytest.mark.parametrize("framework, spelled", [("keras", "Keras")])
def test_what_a_shipped_adapter_does_not_answer_is_declared(framework, spelled):
    missing = frameworks.adapter_class(framework).missing
    assert {clause.capabilities[0] for clause in NEW} <= set(missing)
    assert set(unasked(spelled).values()) == {f"pytest-lazyinit does not ask {spelled} this yet."}


def test_a_clause_that_is_not_asked_says_so_in_its_result(monkeypatch):
    adapter = frameworks.adapter("torch")
    monkeypatch.setattr(adapter, "missing", {**adapter.missing, **unasked("PyTorch")})
    results = [Engine(catalogue.subject()).run(clause) for clause in NEW]
    assert {(result.verdict, result.message) for result in results} == {("n/a", "pytest-lazyinit does not ask PyTorch this yet.")}
