"""What is derived from an author's example: axes that count, wrong inputs, batches, fresh copies; and the four ways in."""

from __future__ import annotations

import importlib
import json
import re
from collections import namedtuple
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from pytest_lazyinit import Subject, check, frameworks
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.clauses.clause import Lacking
from pytest_lazyinit.clauses.trial import Trial
from pytest_lazyinit.engine import Engine
from pytest_lazyinit.inputs import arguments, rebuilt, resized, spelled, walk

Pair = namedtuple("Pair", "left right")


def trial(builder: Any, **known: Any) -> Trial:
    return Trial(Subject(builder, **known), frameworks.adapter("torch"))


class Sum(nn.Module):
    """Two inputs whose widths hang together."""

    def __init__(self):
        super().__init__()
        self.head = nn.LazyLinear(3)

    def forward(self, x, y):
        return self.head(x + y)


class Image(nn.Module):
    """Channels first; the head depends on the image's size."""

    def __init__(self):
        super().__init__()
        self.filters, self.head = nn.LazyConv2d(4, 3, padding=1), nn.LazyLinear(3)

    def forward(self, x):
        return self.head(self.filters(x).flatten(1))


class Tokens(nn.Module):
    """Integer ids; no parameter depends on a size of the input."""

    def __init__(self):
        super().__init__()
        self.table, self.head = nn.Embedding(50, 6), nn.LazyLinear(3)

    def forward(self, ids):
        return self.head(self.table(ids))


class Memory(nn.Module):
    """A decoder with an optional memory."""

    def __init__(self):
        super().__init__()
        self.own, self.other = nn.LazyLinear(4), nn.LazyLinear(4)

    def forward(self, x, memory=None):
        return self.own(x) if memory is None else self.own(x) + self.other(memory)


class Greedy(nn.Module):
    """Writes into its input."""

    def __init__(self):
        super().__init__()
        self.head = nn.LazyLinear(4)

    def forward(self, x):
        out = self.head(x.clone())
        x.zero_()
        return out


def test_nests_are_walked_and_rebuilt():
    nest = {"args": (1, [Pair(2, {("a", 3): 4})]), "kwargs": {}}
    assert [(spelled(path), leaf) for path, leaf in walk(nest)] == [
        ("input 0", 1), ("input 1[0][0]", 2), ("input 1[0][1][('a', 3)]", 4)]
    doubled = rebuilt(nest, lambda path, leaf: leaf * 2)
    assert doubled["args"] == (2, [Pair(4, {("a", 3): 8})]) and isinstance(doubled["args"][1][0], Pair)


def test_what_a_maker_may_give():
    assert arguments(3) == ((3,), {}) and arguments((1, 2)) == ((1, 2), {})
    assert arguments(((1,), {"x": 2})) == ((1,), {"x": 2}) and arguments(Pair(1, 2)) == ((Pair(1, 2),), {})


def test_resizing_repeats_what_is_there():
    assert resized(np.array([[3, 1]]), 1, 5).tolist() == [[3, 1, 3, 1, 3]] and resized(np.array([[3, 1]]), 1, 0).shape == (1, 0)


@pytest.mark.parametrize("builder, known, expected", [
    (lambda: nn.Sequential(nn.LazyLinear(3)), dict(input_shape=(4, 6)), ["axis 1 of input 0"]),
    (Sum, dict(input_shape=[(4, 6), (4, 6)]), ["axis 1 of input 0 and axis 1 of input 1"]),
    (Image, dict(input_shape=(4, 3, 6, 5)), ["axis 3 of input 0", "axis 2 of input 0", "axis 1 of input 0"]),
    (Tokens, dict(input_shape=(4, 7), dtype="int64", high=50), []),
    (Memory, dict(input_shape=[(4, 6), (4, 5)]), ["axis 1 of input 0", "axis 1 of input 1"]),
    (Memory, dict(inputs=lambda: ((torch.ones(4, 6),), {"memory": torch.ones(4, 5)})), ["axis 1 of input 0", "axis 1 of memory="]),
])
def test_axes_that_count_are_found_by_two_builds(builder, known, expected):
    assert [str(axis) for axis in trial(builder, **known).feed.axes] == expected


def test_wrong_inputs_are_those_that_a_fresh_model_takes():
    found = trial(Memory, input_shape=[(4, 6), (4, 5)])
    assert [str(width) for width in found.wrong_widths] == ["7", "5", "1", "12"] + [f"{size} at axis 1 of input 1" for size in (6, 4, 1, 10)]
    # A kernel of 3 and no padding: an image of 2 rows is refused by a fresh model, so its rejection proves nothing.
    unpadded = trial(lambda: nn.Sequential(nn.LazyConv2d(2, 3), nn.Flatten(), nn.LazyLinear(2)), input_shape=(4, 3, 6, 5))
    assert "1" not in [str(width) for width in unpadded.wrong_widths]


def test_the_authors_own_wrong_inputs():
    known = dict(inputs=lambda: torch.ones(4, 6), wrong_inputs=lambda: torch.ones(4, 9), other_inputs=lambda: torch.ones(4, 8))
    found = trial(lambda: nn.LazyLinear(3), **known)
    assert [str(width) for width in found.wrong_widths] == ["wrong_inputs[0]"] and str(found.other_width) == "other_inputs[0]"
    assert found.shapes_at(found.other_width) == {"weight": (3, 8), "bias": (3,)}


def test_without_an_axis_that_counts_a_clause_says_what_to_give():
    with pytest.raises(Lacking, match="give other_inputs= and wrong_inputs="):
        trial(Tokens, input_shape=(4, 7), dtype="int64", high=50).width
    result = check(Tokens, input_shape=(4, 7), dtype="int64", high=50, clauses=["mismatch.rejected"])[0]
    assert result.verdict == "n/a" and "give other_inputs=" in result.message


def test_ids_stay_below_their_bound_and_every_pass_gets_fresh_inputs():
    ids = trial(Tokens, input_shape=(4, 7), dtype="int64", high=50)
    assert max(int(ids.feed.of_rows(size).args[0].max()) for size in (1, 4, 9)) < 50
    greedy = trial(Greedy, input_shape=(4, 6))
    first, second = greedy.batch(), greedy.batch()
    greedy.adapter.first_pass(greedy.build(), first)
    assert not first.args[0].any() and second.args[0].any()
    assert not [result.clause for result in check(Greedy, inputs=lambda: np.ones((4, 6), "float32")) if result.verdict in ("FAIL", "error")]


def test_batches_take_every_leaf_that_has_a_batch_axis():
    found = trial(Sum, inputs=lambda: (torch.ones(2, 4, 6), torch.ones(4, 6)))  # a state keeps its batch on the second axis
    assert found.feed.rows == 2
    states = trial(Sum, inputs=lambda: (torch.ones(4, 6), torch.ones(2, 4, 6)))
    assert [tuple(leaf.shape) for leaf in states.feed.of_rows(5).args] == [(5, 6), (2, 5, 6)]


def test_equal_axes_are_warned_of():
    with pytest.warns(UserWarning, match="equal sizes"):
        check(lambda: nn.LazyLinear(3), input_shape=(4, 4), clauses=["after.shapes"])


MODELS = """
    import torch
    from pytest_lazyinit import Subject, contract
    def Encoder():
        return torch.nn.Sequential(torch.nn.LazyLinear(16), torch.nn.Tanh())
    whole = Subject(Encoder, input_shape=(32, 20), name="Encoder")
    {test}
"""


def test_four_ways_in_give_the_same_results(pytester, monkeypatch):
    monkeypatch.syspath_prepend(str(pytester.path))
    pytester.makepyfile(models=MODELS.format(test=""), test_own=MODELS.format(test="test_encoder = contract(Encoder, input_shape=(32, 20))"))
    lines = [["test_own.py", "--lazyinit-report=file.json"],
             ["--lazyinit", "-k", "test_models", "--lazyinit-model=models:Encoder", "--lazyinit-input=32,20", "--lazyinit-report=option.json"],
             ["--lazyinit", "-k", "test_models", "--lazyinit-model=models.py:whole", "--lazyinit-input=-", "--lazyinit-report=subject.json"]]
    for line in lines:
        assert pytester.runpytest_subprocess("-p", "no:randomly", *line).ret == 0
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\nlazyinit_models = ["models:Encoder 32,20"]\n')
    assert pytester.runpytest_subprocess("-p", "no:randomly", "--lazyinit", "-k", "test_models", "--lazyinit-report=ini.json").ret == 0
    reports = {name: json.loads((pytester.path / f"{name}.json").read_text()) for name in ("file", "option", "subject", "ini")}
    told = {name: [facts(entry) for entry in report["results"] if entry["subject"] == "Encoder"] for name, report in reports.items()}
    direct = [facts(vars(result)) for result in check(importlib.import_module("models").Encoder, input_shape=(32, 20))]
    for found in told.values():
        assert sorted(found, key=str) == sorted(told["file"], key=str)
    # In this process other tests have run: the words of a message may differ, what it says may not.
    assert sorted(map(wordless, direct), key=str) == sorted(map(wordless, told["file"]), key=str)


def wordless(entry):
    return {key: value for key, value in entry.items() if key != "message"}


def facts(entry):
    """What must be the same by every way in; addresses in messages are those of the process."""
    shown = {**{key: entry[key] for key in ("clause", "subject", "framework", "device", "verdict")}, "deviation": list(entry["deviation"])}
    return {**shown, "message": re.sub(r"0x[0-9a-f]+", "0x", entry["message"])}


@pytest.mark.parametrize("builder, known, sentence", [
    (nn.LazyLinear, dict(input_shape=(4, 6)), "write a lambda that gives them, such as lambda: LazyLinear(...)"),
    (Sum, dict(inputs=lambda: ((torch.ones(4, 6),), {"y": torch.ones(4, 5)})), "refuses inputs input 0 float32 (4, 6), y= float32 (4, 5) at its first pass"),
    (Sum, dict(input_shape=(4, 6)), "refuses input_shape=(4, 6) at its first pass: TypeError"),
    (lambda: nn.LazyLinear(3, device="meta"), dict(input_shape=(4, 6)), "are on different devices"),
])
def test_what_cannot_be_checked_is_one_sentence(builder, known, sentence):
    results = check(builder, **known)
    assert [result.verdict for result in results[:2]] == ["FAIL", "not run"] and sentence in results[0].message, results[0].message
    assert "Traceback" not in results[0].message


def test_inputs_that_are_no_callable():
    with pytest.raises(ValueError, match="write inputs=lambda"):
        Subject(Sum, inputs=(1, 2))


class Renamed(nn.Module):
    """The twin of ``Memory`` under other names, in another order."""

    def __init__(self):
        super().__init__()
        self.b, self.a = nn.Linear(5, 4), nn.Linear(6, 4)

    def forward(self, x, memory):
        return self.a(x) + self.b(memory)


def test_a_twin_with_other_names():
    known = dict(input_shape=[(4, 6), (4, 5)], like=Renamed, same_values=False, clauses=["after.shapes"])
    astray = check(Memory, **known)[0]
    assert astray.verdict == "FAIL" and "names=" in astray.message
    names = {"own.weight": "a.weight", "own.bias": "a.bias", "other.weight": "b.weight", "other.bias": "b.bias"}
    assert check(Memory, names=names, **known)[0].verdict == "ok"


class InOrder(Renamed):
    """The same names in the order of ``Memory``."""

    def __init__(self):
        super().__init__()
        del self.b
        self.b = nn.Linear(5, 4)


def test_a_twin_with_other_names_in_the_same_order_needs_none():
    found = check(Memory, input_shape=[(4, 6), (4, 5)], like=InOrder, same_values=False, clauses=["after.shapes"])[0]
    assert found.verdict == "ok", found.message


@pytest.mark.parametrize("framework", ["torch", "tensorflow", "flax", "mxnet"])
def test_the_example_is_the_same_whatever_clause_comes_first(framework):
    subject = importlib.import_module(f"pytest_lazyinit.catalogue.{framework}").subject()
    found = []
    for first in ("state.load_before", "state.partial_load", "after.shapes"):
        engine = Engine(subject)
        engine.run(CONTRACT[first])
        (memo,) = engine._memos.values()
        found.append(next(iter(memo["inputs"][1].values())))
    assert all((example == found[-1]).all() for example in found)
