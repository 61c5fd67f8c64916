"""The state of marking one exercise: which marks are earned, what is said of the others, what is drawn."""

from __future__ import annotations

import base64
import random
from fractions import Fraction
from typing import Any, Dict, List, Mapping, Optional

import numpy as np

from .facts import Fault, fault
from .feedback import Where, raised, shown
from .results import ExerciseResult
from .session import NO_MEMORY, OUT_OF_MEMORY, Gone


class Ended(Exception):
    """The answer ended its process' work by an exit; one sentence."""


class Marking:
    """Marks of one exercise as they are earned."""

    def __init__(self, number: str, settings: Any, where: Where):
        self.number, self.where, self.framework = number, where, settings.framework
        self.marks: Mapping[str, Fraction] = settings.marks[number]
        self.weight: Fraction = settings.weights[number]
        self.limits = settings.limits
        self.earned: Dict[str, bool] = {}
        self.feedback: List[str] = []

    def earn(self, part: str) -> None:
        self.earned[part] = True

    def say(self, text: str, line: int = 0, name: str = "") -> None:
        """Feedback on a lost mark, at a line of the answer or where a name is defined."""
        self.feedback.append(self.where.at(line or self.where.defines(name), text))

    def result(self) -> ExerciseResult:
        share = sum((self.marks[part] for part in self.earned), Fraction(0))
        return ExerciseResult(self.number, share * self.weight, self.weight, "graded", tuple(self.feedback))

    def lost(self, status: str, text: str) -> ExerciseResult:
        """No marks, for an exercise that did not come to its end."""
        return ExerciseResult(self.number, Fraction(0), self.weight, status, (*self.feedback, text))

    # -- replies --------------------------------------------------------------------------------------

    def failed(self, reply: Mapping[str, Any], expected: str, name: str) -> bool:
        """Whether a reply tells of a failure; then feedback says which, beside what was expected."""
        if "missing" in reply:
            self.say(f"expected {expected}; there is no function {name}()")
            for one in list(reply.get("failed") or ())[:3]:
                told = fault(one)
                self.say(f"this cell did not run to its end: {raised(told)}", told.own_line)
        elif "unfit" in reply:
            self.say(f"expected {expected}; {shown(str(reply['unfit']))}", name=name)
        elif "error" in reply:
            error = self.checked(reply["error"])
            self.say(f"expected {expected}; {raised(error)} was raised", error.own_line, name)
        else:
            return False
        return True

    def checked(self, data: Any) -> Optional[Fault]:
        """An exception in a reply; one that stands for the end of an answer's process ends its marking."""
        found = fault(data)
        if found is not None and found.left:
            raise Ended(self.where.at(found.own_line, f"The answer ended its own process ({found.type})."))
        if found is not None and (found.type == "MemoryError" or any(words in found.text for words in NO_MEMORY)):
            raise Gone(OUT_OF_MEMORY, f"It needs more than {self.limits.memory} MB of memory.")
        return found


class Draw:
    """Widths, batch sizes, inputs and the loss of a step; drawn after the answer has loaded."""

    RANGES = ((24, 96), (5, 16), (130, 400))
    EDGES = (512, 1)

    def __init__(self, random: random.Random):
        self.random = random

    def widths(self) -> List[int]:
        """Three that are drawn, then both ends. The least comes last, so that what a model cuts off is missed afterwards."""
        return [*(self.random.randint(*span) for span in self.RANGES), *self.EDGES]

    def batch(self, width: int) -> np.ndarray:
        return self.normal((self.random.randint(3, 6), width))

    def normal(self, shape: Any) -> np.ndarray:
        return np.random.RandomState(self.random.getrandbits(32)).standard_normal(shape).astype("float32")


def sent(array: np.ndarray) -> Dict[str, Any]:
    """An array as a child reads it."""
    data = np.ascontiguousarray(array, dtype="<f4")
    return {"shape": list(data.shape), "float32": base64.b64encode(data.tobytes()).decode("ascii")}
