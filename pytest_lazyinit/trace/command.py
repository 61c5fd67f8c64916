"""``lazyinit trace``: from the words of a command line to a trace, and to what is written of it."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import importlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Optional

from .. import frameworks
from ..clauses.clause import Violation
from ..frameworks.base import Adapter, NotOffered, Unusable
from ..subjects import DEVICES, Subject, SubjectError
from . import Trace, trace


class WrongCall(Exception):
    """A call that cannot be carried out; one sentence that says what to write."""


def add(verbs: Any) -> None:
    """Add the verb to the command's parser."""
    verb = verbs.add_parser("trace", help="what the first pass of a model did, in the order in which it happened")
    verb.add_argument("model", nargs="?", metavar="MODEL", help="pkg.module:Name or file.py:Name, a builder or a Subject")
    verb.add_argument("--input", metavar="SHAPE", help="the input's shape, batch first, such as 32,20; int64:4,7<50 for "
                      "integers below 50; several by semicolon; not needed for a Subject")
    verb.add_argument("--framework", metavar="NAME", help="without a model: trace the reference MLP in torch, tensorflow, flax or mxnet")
    verb.add_argument("--json", metavar="FILE", help="write the trace as JSON; - for standard output, instead of the table")
    verb.add_argument("--html", metavar="FILE", help="write a page with the network, to step through the pass")
    verb.add_argument("--seed", metavar="N", default="0", help="seed of parameters and data (default: 0)")
    verb.add_argument("--device", metavar="DEVICE", default="cpu", help="cpu, gpu or tpu (default: cpu)")


def run(chosen: argparse.Namespace, screen: Any) -> int:
    """Trace and write; the exit status is 0, 1 where the pass failed, 2 for a wrong call."""
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="replace")  # an encoding without × or → must not end in a traceback
    try:
        found = traced(chosen)
        write(chosen, found, screen)
    except (WrongCall, SubjectError, Unusable, NotOffered) as reason:
        print(f"lazyinit trace: {' '.join(str(reason).split())}", file=sys.stderr)
        return 2
    return 1 if found.failure else 0


def traced(chosen: argparse.Namespace) -> Trace:
    """What a model prints while it is built and passed goes to standard error, so that ``--json -`` stays JSON."""
    seed, given = whole(chosen.seed), inputs(chosen.input)
    if chosen.device not in DEVICES:
        raise WrongCall(f"--device: there is no {chosen.device!r}; valid: {', '.join(DEVICES)}")
    for path in (chosen.json, chosen.html):
        writable(path)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with contextlib.redirect_stdout(sys.stderr):
        subject = found(chosen.model, chosen.framework, given)
        adapter = adapted(subject, chosen.framework, chosen.device)
        try:
            return trace(subject, adapter, seed)
        except Violation as error:
            raise WrongCall(f"{subject.name}: {error}") from error


# -- what is traced -----------------------------------------------------------------------------------

def found(model: Optional[str], framework: Optional[str], inputs: tuple) -> Subject:
    """The subject that is named, or the reference MLP of a framework, with the inputs that are given."""
    if framework is not None and framework not in frameworks.names():
        raise WrongCall(f"--framework: there is no {framework!r}; valid: {', '.join(frameworks.names())}")
    subject = reference(framework) if model is None else named(model, inputs)
    if not inputs or model is not None and subject.inputs is None and subject.shapes_in == list(map(shaped, inputs)):
        return subject
    shapes, dtypes = list(map(shaped, inputs)), [one[0] if isinstance(one[0], str) else "float32" for one in inputs]
    return dataclasses.replace(subject, input_shape=shapes, dtype=dtypes, inputs=None)


def shaped(given: tuple) -> tuple:
    """The shape of ``(dtype, shape, bound)``, or of a shape itself."""
    return given[1] if isinstance(given[0], str) else given


def named(model: str, inputs: tuple) -> Subject:
    """A Subject brings its own inputs; a builder needs some."""
    from .. import models
    home, _, name = model.rpartition(":")
    if not home or not name:
        raise WrongCall(f"{model!r} names no model; valid: pkg.module:Name or file.py:Name")
    if home.endswith(".py") and not Path(home).is_file():
        raise WrongCall(f"there is no file {home}")
    try:
        return models.subject(model, inputs)
    except SubjectError as reason:
        text = str(reason).replace("--lazyinit-input=", "--input ")
        raise WrongCall(re.sub(r": write contract\((lambda: .*), input_shape=\.\.\.\)", r": name one, such as \1", text)) from reason


def reference(framework: Optional[str]) -> Subject:
    if framework is None:
        raise WrongCall("name a model, such as pkg.module:Name --input 32,20, or give --framework for its reference MLP")
    if framework not in frameworks.SHIPPED:
        raise WrongCall(f"there is no reference MLP for {framework}; name a model")
    return importlib.import_module(f"..catalogue.{framework}", __package__).subject()


def adapted(subject: Subject, framework: Optional[str], device: str) -> Adapter:
    """The adapter of the framework that the built model belongs to."""
    if subject.shipped:
        return frameworks.adapter(subject.framework, device)
    try:
        built = subject.builder()
    except Exception as error:
        raise WrongCall(f"the builder of {subject.name} raised {type(error).__name__}: {error}; give a builder that works without arguments") from error
    due = framework or subject.framework
    told = frameworks.of(built, due)
    if told is None:
        raise WrongCall(f"the builder of {subject.name} returned {type(built).__name__}; expected a model of one of {', '.join(frameworks.names())}")
    if due and told != due:
        raise WrongCall(f"the builder of {subject.name} returned a model of {told}; expected one of {due}")
    return frameworks.adapter(told, device)


# -- words and files ----------------------------------------------------------------------------------

def inputs(text: Optional[str]) -> tuple:
    """Inputs as ``--lazyinit-input`` takes them: ``32,20``, or ``int64:4,7<50``, several by semicolon."""
    from pytest import UsageError

    from ..options import inputs_of
    try:
        return () if text is None else inputs_of(text)
    except UsageError as reason:
        raise WrongCall(str(reason).replace("--lazyinit-input", "--input")) from reason


def whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text):
        raise WrongCall(f"--seed: {text!r} is not valid; valid: a whole number from 0 to 999999999")
    return int(text)


def writable(path: Optional[str]) -> None:
    """Said before anything runs, not after a long pass."""
    if path in (None, "-"):
        return
    target = Path(path).expanduser()
    if not target.parent.is_dir():
        raise WrongCall(f"{path} cannot be written: there is no folder {target.parent}")
    if target.is_dir() or not os.access(target if target.exists() else target.parent, os.W_OK):
        raise WrongCall(f"{path} cannot be written: {'it is a folder' if target.is_dir() else 'permission denied'}")


def write(chosen: argparse.Namespace, found: Trace, screen: Any) -> None:
    """The files that were asked for, and the table unless standard output is taken."""
    if chosen.json != "-":
        from ..report.trace import write as table
        table(screen, found)
    if chosen.json:
        text = json.dumps(found.to_dict(), indent=1, allow_nan=False, ensure_ascii=False) + "\n"
        sys.stdout.write(text) if chosen.json == "-" else save(chosen.json, text)
    if chosen.html:
        from ..report.trace_page import page
        save(chosen.html, page(found))


def save(path: str, text: str) -> None:
    try:
        Path(path).expanduser().write_text(text, encoding="utf-8")
    except OSError as error:
        raise WrongCall(f"{path} cannot be written: {error.strerror}") from error
