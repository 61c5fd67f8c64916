"""A session that answers from a script, so that judging is tested on replies that no framework would give."""

from __future__ import annotations

import random
from typing import Any, Callable, Dict, Mapping, Optional

import numpy as np

from pytest_lazyinit.grading import judge
from pytest_lazyinit.grading.marking import sent
from pytest_lazyinit.grading.protocol import array
from pytest_lazyinit.grading.settings import Settings

OWN = "EX1_IN = 20\n\n\ndef ex1():\n    pass\n\n\nEX1_CLAIM = 1\n\n\ndef ex2():\n    pass\n\n\nEX2_CLAIM = 2\n\n\ndef ex3():\n    pass\n"


class Scripted:
    """Replies by the name of the question: a reply, or a function of the question's arguments."""

    def __init__(self, source: str = OWN, **replies: Any):
        self.source, self.replies = source, replies

    def ask(self, op: str, **arguments: Any) -> Mapping[str, Any]:
        found = self.replies[op]
        return found(**arguments) if callable(found) else found


def graded(number: str, session: Scripted, framework: str = "torch", seed: int = 0, settings: Optional[Settings] = None) -> Any:
    return judge.grade_exercise(number, session, random.Random(seed), settings or Settings(framework=framework))


def claimed(**values: Any) -> Dict[str, Any]:
    return {"items": [[name, value] for name, value in values.items()]}


def parameter(name: str, shape: Any, exists: bool = True, by: str = "") -> Dict[str, Any]:
    return {"name": name, "owner": name.rpartition(".")[0], "shape": shape if exists else None, "exists": exists, "by": by}


def error(type: str = "RuntimeError", text: str = "mat1 and mat2 shapes cannot be multiplied (2x20 and 30x10)", **other: Any) -> Dict[str, Any]:
    ordinary = {"module": "builtins", "bases": [type, "Exception", "BaseException", "object"], "frames": [["grader", 1], ["student", 12], ["framework", 134]],
                "origin": "torch/nn/modules/linear.py", "raised_by_hand": False, "native": False, "line": 0}
    return {"type": type, "text": text, **ordinary, **other}


def model(function: Callable[[np.ndarray], Any], step: Any = None) -> Scripted:
    """A session whose third exercise is a function of arrays here; ``step`` is called for a step."""
    def outputs3(x: Any) -> Dict[str, Any]:
        return {"output": sent(np.asarray(function(array(x)), dtype="float32"))}

    def step3(x: Any, weights: Any, rate: float) -> Dict[str, Any]:
        return {"moved": [{"shape": [1], "by": 0.1}] if step is not None and step(array(x), array(weights), rate) is not False else []}
    return Scripted(build3={"form": "", "passes": 0, "parameters": []}, outputs3=outputs3, step3=step3)
