"""A model named on the command line or in the ini file: ``pkg.module:Name`` or ``file.py:Name``."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import operator
import sys
from pathlib import Path
from types import ModuleType
from typing import List, Sequence

from .clauses.clause import Clause
from .engine import Engine
from .options import Settings
from .subjects import Subject, SubjectError


@functools.lru_cache(maxsize=None)
def subject(spec: str, inputs: tuple) -> Subject:
    """The subject that a specification names, with its positional inputs (shapes, or dtype, shape and bound).

    Raises
    ------
    SubjectError
        For a module that cannot be imported, a name that it has not, or something that builds nothing.
    """
    home, _, name = spec.rpartition(":")
    try:
        builder = operator.attrgetter(name)(_module(home))
    except AttributeError:
        raise SubjectError(f"{home} has no {name}") from None
    except Exception as error:
        raise SubjectError(f"{home} cannot be imported: {type(error).__name__}: {error}") from error
    if isinstance(builder, Subject):
        return builder
    if not inputs:
        raise SubjectError(f"{spec} is no Subject, so it needs the shape of its input, such as --lazyinit-input=32,20")
    inputs = (inputs,) if isinstance(inputs[0], int) else inputs
    given = [one if isinstance(one[0], str) else ("float32", one, 2) for one in inputs]
    dtypes, shapes, highs = zip(*given)
    return Subject(builder, input_shape=list(shapes) if len(shapes) > 1 else shapes[0],
                   dtype=dtypes if len(dtypes) > 1 else dtypes[0], high=highs, name=name)


def subjects(settings: Settings) -> List[Subject]:
    """The subjects of a run's models, in the given order."""
    return [subject(spec, shape) for spec, shape in zip(settings.models, settings.inputs)]


@functools.lru_cache(maxsize=None)
def engine(index: int, settings: Settings) -> Engine:
    """One engine a model, so that its clauses share what they establish."""
    return Engine(subjects(settings)[index], settings.seed, settings.deviations)


def clauses(subject: Subject) -> List[Clause]:
    """The clauses that a subject asks for.

    Raises
    ------
    SubjectError
        For a clause that there is not.
    """
    from .api import chosen
    return chosen(subject.clauses)


def ids(settings: Settings) -> Sequence[str]:
    """Names for test ids, told apart by a number where two models have one name."""
    names = [found.name for found in subjects(settings)]
    return [name if names.count(name) == 1 else f"{name}{index}" for index, name in enumerate(names)]


def _module(home: str) -> ModuleType:
    """A module by its dotted name, also from the folder where pytest was called, or a file by its path."""
    if not home.endswith(".py"):
        if "" not in sys.path and str(Path.cwd()) not in sys.path:
            sys.path.insert(0, str(Path.cwd()))
        return importlib.import_module(home)
    name = f"lazyinit_model_{Path(home).stem}"
    spec = importlib.util.spec_from_file_location(name, home)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # pickling looks a class up by its module's name
    spec.loader.exec_module(module)
    return module
