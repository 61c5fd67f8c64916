"""Own models of every kind, in each framework, through the public API: sound ones pass, wrong ones fail where expected."""

from __future__ import annotations

import importlib
from typing import List

import pytest

from pytest_lazyinit import check, frameworks
from pytest_lazyinit.api import chosen

from .portion import portion, whole

RED = ("FAIL", "error", "not run")


def kinds(table: str) -> List:
    """One parameter a model: the framework, the model's name, and its entry."""
    usable = [framework for framework in frameworks.BUILT_IN if frameworks.installed(framework)]
    for framework in usable:
        frameworks.adapter(framework)  # before a module of the zoo runs an operation: the adapter asks for two logical CPUs
    found = [(framework, importlib.import_module(f"tests.zoo.{framework}")) for framework in usable]
    return [pytest.param(turn, entry, id=f"{framework}-{name}")
            for framework, module in found for turn, (name, entry) in enumerate(getattr(module, table).items())]


def asked(subject: dict, turn: int, always=()) -> dict:
    """The subject with the clauses whose turn it is, of those that are asked of it."""
    own = [clause.id for clause in chosen(subject.get("clauses", ("*",)))]
    return {**subject, "clauses": [name for name in portion(turn, always) if name in own]}


@pytest.mark.parametrize("turn, subject", kinds("SOUND"))
def test_a_sound_model_meets_the_contract(turn, subject):
    results = check(**asked(subject(), turn))
    assert not {result.clause: result.message for result in results if result.verdict in RED}
    assert sum(result.verdict == "ok" for result in results) >= (12 if whole() else 1)


@pytest.mark.parametrize("turn, entry", kinds("WRONG"))
def test_a_wrong_model_fails_where_a_reader_expects(turn, entry):
    subject, expected = entry
    results = check(**asked(subject(), turn, expected))
    assert not {result.clause: result.message for result in results if result.verdict in ("error", "not run")}
    assert {result.clause for result in results if result.verdict == "FAIL"} == set(expected)
