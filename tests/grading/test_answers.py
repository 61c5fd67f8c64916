"""What runs beside an answer, without a framework: whose an exception is, how cells are executed, where parameters are found."""

from __future__ import annotations

import functools
import json
import json.decoder

import pytest

from pytest_lazyinit.grading.answers.faults import Faults, guarded
from pytest_lazyinit.grading.answers.loading import CELL, fresh, load
from pytest_lazyinit.grading.answers.own import Unfit, packed, plain, unpacked
from pytest_lazyinit.grading.answers.walking import Walk

# The json package stands for a framework: it raises from Python of its own.
FOLDER = json.__path__[0]


@pytest.fixture(scope="module")
def faults():
    return Faults([FOLDER])


def told(faults, source, call="net()"):
    """The facts of what an answer's call raises."""
    faults.label = "answers.py"
    space = {"json": json, "__name__": "answers"}
    exec(compile(source, "answers.py", "exec"), space)
    return guarded(faults, lambda: eval(compile(call, "answers.py", "eval"), space))[1]


def is_own(facts):
    return not facts["raised_by_hand"] and facts["frames"][-1][0] == "framework"


@pytest.mark.parametrize("source", [
    "def net():\n    json.loads('{')",
    "def net():\n    try:\n        json.loads('{')\n    except ValueError:\n        raise",
    "def net():\n    try:\n        json.loads('{')\n    finally:\n        print()",
])
def test_an_error_that_comes_from_a_framework_is_its_own(faults, source):
    facts = told(faults, source)
    assert is_own(facts) and facts["type"] == "JSONDecodeError" and facts["origin"] == "json/decoder.py"
    assert any(kind == "student" for kind, _ in facts["frames"])


@pytest.mark.parametrize("source", [
    "def net():\n    raise ValueError('shapes 2 and 3')",
    "def net():\n    assert False, 'shapes 2 and 3'",
    "def net():\n    try:\n        json.loads('{')\n    except ValueError as error:\n        raise RuntimeError(str(error))",
    "try:\n    json.loads('{')\nexcept ValueError as error:\n    kept = error\ndef net():\n    raise kept",
    "def throw():\n    yield\ndef net():\n    it = throw()\n    next(it)\n    it.throw(ValueError('shapes 2 and 3'))",
    "from concurrent.futures import Future\ndef net():\n    it = Future()\n    it.set_exception(ValueError('shapes 2 and 3'))\n    it.result()",
    f"code = compile('raise ValueError(\"shapes 2 and 3\")', {FOLDER + '/decoder.py'!r}, 'exec')\ndef net():\n    exec(code)",
    f"code = compile('def f(): raise ValueError(2)', {FOLDER + '/decoder.py'!r}, 'exec')\nexec(code, vars(json.decoder))\ndef net():\n    json.decoder.f()",
    f"code = compile('def f(*_): raise ValueError(2)', {__file__!r}, 'exec')\nexec(code)\ndef net():\n    json.loads('{{}}', object_hook=f)",
    "def net():\n    json.loads('{}', object_hook=lambda found: 1 / 0)",
    "def net():\n    int('shapes 2 and 3')",
], ids=["raise", "assert", "again", "kept", "thrown", "future", "disguised", "planted", "disguised-as-ours", "callback", "builtin"])
def test_an_error_by_hand_is_not(faults, source):
    facts = told(faults, source)
    assert not is_own(facts), facts


def test_a_text_that_an_answer_makes_is_no_trouble(faults):
    facts = told(faults, "class Loud(Exception):\n    def __str__(self):\n        raise SystemExit\ndef net():\n    raise Loud")
    assert facts["text"] == "" and facts["type"] == "Loud"
    long = told(faults, "def net():\n    raise ValueError('begin' + 'x' * 10**6 + 'end')")["text"]
    assert len(long) < 2000 and long.startswith("begin") and long.endswith("end")


def test_the_end_of_a_process_is_an_exception_too(faults):
    assert told(faults, "def net():\n    raise SystemExit(0)")["type"] == "SystemExit"


def test_running_out_of_memory_is_not_described_but_passed_on(faults):
    with pytest.raises(MemoryError):
        guarded(faults, lambda: (_ for _ in ()).throw(MemoryError()))


# -- loading ------------------------------------------------------------------------------------------

def loaded(faults, *cells):
    module = fresh("answers_of_a_test")
    source = "\n".join(f"{CELL}{number}\n{cell}" for number, cell in enumerate(cells, start=1)) if len(cells) > 1 else cells[0]
    return load(source, "answers.py", module, faults), vars(module)


def test_a_file_that_raises_does_not_load(faults):
    assert loaded(faults, "x = 1\ny = z")[0]["error"]["type"] == "NameError"
    assert loaded(faults, "def f(:")[0]["error"]["line"] >= 0


def test_a_notebook_goes_on_after_a_cell_that_fails_and_tries_those_again_that_missed_a_name(faults):
    reply, space = loaded(faults, "ex1 = later", "1 / 0", "later = 3", "def f(:")
    assert space["ex1"] == 3 and sorted(error["type"] for error in reply["failed"]) == ["SyntaxError", "ZeroDivisionError"]


def test_a_notebook_that_defines_nothing_does_not_load(faults):
    assert loaded(faults, "1 / 0", "x = 1")[0]["error"]["type"] == "ZeroDivisionError"


def test_magics_do_nothing_but_time_what_they_time(faults):
    _, space = loaded(faults, "get_ipython().run_line_magic('time', 'x = 1')", "get_ipython().system('touch y')\nfiles = get_ipython().getoutput('ls')\nex1 = 1")
    assert (space["x"], space["files"]) == (1, [])


# -- walking ------------------------------------------------------------------------------------------

class Leaf:
    pass


class Slotted:
    __slots__ = ("leaf",)


def holders():
    leaf, slotted = Leaf(), Slotted()
    slotted.leaf = leaf
    plain_one = type("Plain", (), {})()
    plain_one.layers = {"a": [leaf]}
    yield "attribute", plain_one, leaf
    yield "slot", slotted, leaf
    yield "closure", (lambda: leaf), leaf
    yield "default", (lambda x=leaf: x), leaf
    yield "partial", functools.partial(print, leaf), leaf
    yield "method", type("Methods", (), {"__init__": lambda self: setattr(self, "leaf", leaf), "call": lambda self: None})().call, leaf


HOLDERS = list(holders())


@pytest.mark.parametrize("model, leaf", [holder[1:] for holder in HOLDERS], ids=[holder[0] for holder in HOLDERS])
def test_parameters_are_found_wherever_a_model_keeps_them(model, leaf):
    walk = Walk(lambda value: type(value) is Leaf)
    walk.namespace = {"__name__": __name__}
    assert [found.value for found in walk(model)] == [leaf]


def test_globals_of_the_answer_are_followed_and_no_others():
    space = {"__name__": "answers", "leaf": Leaf()}
    exec("def model():\n    return [leaf for _ in range(3)]", space)
    walk = Walk(lambda value: type(value) is Leaf)
    assert list(walk(space["model"])) == []
    walk.namespace = space
    assert [found.value for found in walk(space["model"])] == [space["leaf"]]


def test_an_array_is_put_in_its_place_anew():
    first, second = Leaf(), Leaf()

    def model():
        return first
    walk = Walk(lambda value: type(value) is Leaf)
    next(iter(walk(model))).put(second)
    assert model() is second


def test_circles_and_large_structures_end():
    model = []
    model += [model, [list(range(30_000)) for _ in range(3)]]
    assert list(Walk(lambda value: False)(model)) == []


# -- plain data ---------------------------------------------------------------------------------------

class Liar(dict):
    def __class__(self):
        return bool


@pytest.mark.parametrize("value, expected", [
    (True, True), (3, 3), (1 << 60, {"type": "int"}), ("x" * 300, "x" * 200), ({"first": True}, {"items": [["first", True]]}), (Liar(first=True), {"type": "Liar"}),
    ([1], {"type": "list"}), (type("bool", (int,), {})(1), {"type": "bool"})])
def test_claims_are_plain_data_of_exact_types(value, expected):
    assert plain(value) == expected


def test_arrays_go_and_come_back():
    array = unpacked(packed([[1.5, 2], [3, 4]]))
    assert array.tolist() == [[1.5, 2], [3, 4]]
    for wrong in ([1j], ["a"], [[0] * 600] * 600):
        with pytest.raises(Unfit):
            packed(wrong)
