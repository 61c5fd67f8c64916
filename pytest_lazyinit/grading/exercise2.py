"""Exercise 2: a network and an input whose dimensions do not fit. The error must be the framework's own, and about dimensions."""

from __future__ import annotations

import re
from typing import Any, Dict, Mapping, Optional, Tuple

from .facts import Fault, claim, whole
from .feedback import raised, shown
from .marking import Draw, Marking

WHEN = ("construction", "first_pass", "second_pass")
ERROR = "the framework to raise its own error about dimensions that do not fit"

DIMENSIONS = re.compile(r"shape|size|dimension|\bdims?\b|channel|features|expected axis|elements|depth|normalized_shape|broadcast|units", re.IGNORECASE)
"""Words of errors about sizes; with it a size must be named."""

SIZE = re.compile(r"\d")

OTHERS = re.compile(
    r"ndim|\brank\b|number of dimensions|dimension out of range|out of bounds|permutation|(expected|got|given|only) \d+D|\d+D( or \d+D)? (\(|tensor|input)"
    r"|same dtype|scalar type|expected to be a \w+ tensor|uninitialized parameter|not been initialized|deferred|has no attribute"
    r"|keyword argument|positional argument|more than 1 value per channel|must be a \w+ of|invalid literal", re.IGNORECASE)
"""Errors about something else: ranks, types, arguments, parameters that do not exist yet."""

CODE = re.compile(r'^\s*File ".*, in .*\n?.*\n?', re.MULTILINE)

BY_REQUEST = {
    "torch": ("torch/__init__.py", "torch/testing/", "torch/_check", "torch/fx/", "torch/autograd/gradcheck"),
    "tensorflow": tuple(f"tensorflow/python/{part}" for part in (
        "ops/check_ops", "ops/control_flow_assert", "ops/control_flow_ops", "ops/logging_ops", "framework/test_util", "platform")),
    "flax": ("jax/_src/checkify", "jax/_src/test_util", "jax/_src/public_test_util", "jax/_src/debugging", "flax/testing"),
    "mxnet": ("mxnet/test_utils", "mxnet/operator.py", "mxnet/error.py"),
}
"""Files of the frameworks that raise what a caller asks them to raise, in the caller's words."""

TOO_GENERAL = ("Exception", "BaseException", "object")


def mark(session: Any, draw: Draw, marking: Marking) -> None:
    """Run once; what was raised, where and when is compared with the claim."""
    reply = session.ask("run2")
    if "missing" in reply or "unfit" in reply:
        marking.failed(reply, "ex2() to return a network and an input", "ex2")
        return
    early = "error" in reply
    fault = marking.checked(reply["error"] if early else reply.get("raised"))
    if fault is None:
        marking.say(f"expected {ERROR}; nothing was raised when the network ran on the input", name="ex2")
        return
    trouble = origin(marking.framework, fault)
    if trouble:
        marking.say(f"expected {ERROR}; {trouble}", fault.own_line, "ex2")
        return
    marking.earn("error")
    judged(marking, claim(reply.get("claim"), ("raises", "when")), fault, moments(early, reply))


def moments(early: bool, reply: Mapping[str, Any]) -> Tuple[str, ...]:
    """When it was; either pass where the framework does not see the calls of such a network."""
    if early:
        return ("construction",)
    passes = reply.get("passes")
    if passes is None:
        return ("first_pass", "second_pass")
    return ("second_pass",) if whole(passes) > 0 else ("first_pass",)


# -- the error ----------------------------------------------------------------------------------------

def origin(framework: str, fault: Fault) -> str:
    """What is wrong with an exception; empty for the framework's own about dimensions."""
    what = f"{raised(fault)} was raised"
    if fault.raised_by_hand or fault.innermost in ("student", "") and not fault.native:
        return f"{what} by the answer itself and not inside the framework"
    if not fault.native and fault.innermost != "framework" or fault.origin.startswith(BY_REQUEST[framework]):
        return f"{what}, and not by the framework's own check"
    if not about_dimensions(fault):
        return f"{what}, which is about something else: {shown(message(fault.text))}"
    return ""


def about_dimensions(fault: Fault) -> bool:
    """Whether an error names sizes that do not fit, and not a rank, a type or a parameter that is missing."""
    text = message(fault.text)
    if "ShapeError" in fault.type:
        return True
    return bool(DIMENSIONS.search(text) and SIZE.search(text)) and not OTHERS.search(text)


def message(text: str) -> str:
    """A text without the lines of code that some frameworks repeat in it."""
    return CODE.sub("", text).replace("in user code:", "")


# -- the claim ----------------------------------------------------------------------------------------

def judged(marking: Marking, claimed: Optional[Dict[str, Any]], fault: Fault, moments: Tuple[str, ...]) -> None:
    if claimed is None or not isinstance(claimed["raises"], str) or claimed["when"] not in WHEN:
        marking.say(f'expected EX2_CLAIM = {{"raises": …, "when": …}} with the name of an exception and one of {", ".join(WHEN)}', name="EX2_CLAIM")
        return
    fits = named(claimed["raises"], fault)
    if not fits:
        marking.say(f"EX2_CLAIM names {shown(claimed['raises'], 60)}; what was raised is {raised(fault)}", name="EX2_CLAIM")
    if claimed["when"] not in moments:
        marking.say(f"EX2_CLAIM says {claimed['when']}; it was raised at another moment", name="EX2_CLAIM")
    elif fits:
        marking.earn("claim")


def named(name: str, fault: Fault) -> bool:
    """Whether a name is that of the exception's class, or of a base that says more than that it is one."""
    short = name.strip().rpartition(".")[2]
    return short in (fault.type, *fault.bases) and short not in TOO_GENERAL
