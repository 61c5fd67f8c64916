"""The settings of a run: what the options and ini keys say, checked. The command line wins over the ini file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

import pytest

DEVICES = ("auto", "cpu", "gpu", "tpu")
ENDINGS = (".json", ".md", ".html")
DOTTED = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
SIZES = r"[1-9]\d*(\s*,\s*[1-9]\d*)*"
INPUT = re.compile(rf"\s*((?P<dtype>[a-z]+\d*):)?\s*(?P<sizes>{SIZES})\s*(<\s*(?P<high>[1-9]\d*))?\s*")
OWN = "-"
MODEL = re.compile(rf"(?P<file>.+\.py)?(?P<module>{DOTTED})?:(?P<name>{DOTTED})")


@dataclass(frozen=True)
class Settings:
    """What was asked for.

    ``frameworks`` is ``None`` for all that are installed. ``models`` and ``inputs`` belong together
    pair by pair: ``"pkg.mod:Name"`` or ``"/path/file.py:Name"``, and its positional inputs, each a shape
    or ``(dtype, shape, high)``; none for a name that is a whole `Subject`.
    """

    active: bool = False
    frameworks: Optional[Tuple[str, ...]] = None
    device: str = "auto"
    models: Tuple[str, ...] = ()
    inputs: Tuple[tuple, ...] = ()
    report: Optional[Path] = None
    deviations: Optional[Path] = None
    seed: int = 0
    strict: bool = False
    examples: int = 10
    grade: Optional[Path] = None


SETTINGS = pytest.StashKey[Settings]()

def settings(config: pytest.Config) -> Settings:
    """The settings of a run, read once.

    Raises
    ------
    pytest.UsageError
        For a wrong value; lists the valid ones.
    """
    if SETTINGS not in config.stash:
        config.stash[SETTINGS] = _parse(config)
    return config.stash[SETTINGS]


def _parse(config: pytest.Config) -> Settings:
    models = _models(config)
    return Settings(
        active=bool(config.getoption("lazyinit")),
        frameworks=_frameworks(_text(config, "framework")),
        device=_one_of("lazyinit-device", _text(config, "device"), DEVICES),
        models=tuple(model for model, _ in models),
        inputs=tuple(shape for _, shape in models),
        report=_path(config, "report"),
        deviations=_path(config, "deviations"),
        seed=_number("lazyinit-seed", _text(config, "seed"), 0),
        strict=_one_of("lazyinit-strict", _text(config, "strict"), ("yes", "no")) == "yes",
        examples=_number("lazyinit-examples", _text(config, "examples"), 1),
        grade=_path(config, "grade"),
    )


def _text(config: pytest.Config, name: str) -> str:
    given = config.getoption(f"lazyinit_{name}")
    return (config.getini(f"lazyinit_{name}") if given is None else given).strip()


def _one_of(option: str, value: str, valid: Sequence[str]) -> str:
    if value not in valid:
        raise pytest.UsageError(f"--{option}: there is no {value!r}; valid: {', '.join(valid)}")
    return value


def _number(option: str, value: str, least: int) -> int:
    if not re.fullmatch(r"\d{1,9}", value) or int(value) < least:
        raise pytest.UsageError(f"--{option}: {value!r} is not valid; valid: a whole number from {least} to 999999999")
    return int(value)


def _frameworks(value: str) -> Optional[Tuple[str, ...]]:
    """The names asked for, in the given order; ``None`` for an empty value."""
    if not value:
        return None
    from . import frameworks
    names = [name.strip() for name in value.split(",")]
    return tuple(dict.fromkeys(_one_of("lazyinit-framework", name, frameworks.names()) for name in names))


def _path(config: pytest.Config, name: str) -> Optional[Path]:
    """A path of the command line is relative to where pytest was called, one of the ini file to that file."""
    value = _text(config, name)
    if not value:
        if config.getoption(f"lazyinit_{name}") is not None:
            raise pytest.UsageError(f"--lazyinit-{name}: no {'folder' if name == 'grade' else 'file'} is named")
        return None
    return _base(config, config.getoption(f"lazyinit_{name}") is not None) / Path(value).expanduser()


def _base(config: pytest.Config, command_line: bool) -> Path:
    if command_line or config.inipath is None:
        return Path(config.invocation_params.dir)
    return config.inipath.parent


def _models(config: pytest.Config) -> List[Tuple[str, tuple]]:
    models, inputs = config.getoption("lazyinit_model"), config.getoption("lazyinit_input") or []
    if models is None and not inputs:
        base = _base(config, command_line=False)
        return [_pair(base, *_columns(line)) for line in config.getini("lazyinit_models")]
    if len(models or ()) != len(inputs):
        raise pytest.UsageError(f"--lazyinit-model is given {len(models or ())} times and --lazyinit-input {len(inputs)} times; "
                                "give each model its input shape, such as --lazyinit-model=pkg.models:Encoder --lazyinit-input=32,20")
    return [_pair(_base(config, command_line=True), *pair) for pair in zip(models, inputs)]


def _columns(line: str) -> Tuple[str, str]:
    match = re.fullmatch(r"(.+?:\S+)\s+(\S.*)", line.strip())
    if not match:
        raise pytest.UsageError(f"lazyinit_models: {line!r} has no input shape; valid: a line such as pkg.models:Encoder 32,20")
    return match[1], match[2]


def _pair(base: Path, model: str, shape: str) -> Tuple[str, tuple]:
    match = MODEL.fullmatch(model)
    if not match or bool(match["file"]) == bool(match["module"]):
        raise pytest.UsageError(f"--lazyinit-model: {model!r} names no model; valid: pkg.module:Name or file.py:Name")
    if match["file"]:
        path = base / match["file"]
        if not path.is_file():
            raise pytest.UsageError(f"--lazyinit-model: there is no file {path}")
        model = f"{path}:{match['name']}"
    return model, inputs_of(shape)


def inputs_of(text: str) -> tuple:
    """``32,20`` as ``((32, 20),)``; several inputs by semicolon, each with a dtype and a bound if wanted: ``int64:4,7<50``.

    Raises
    ------
    pytest.UsageError
        For a text that says no inputs.
    """
    if text.strip() == OWN:
        return ()
    found = [INPUT.fullmatch(part) for part in text.split(";")]
    if not all(found):
        raise pytest.UsageError(f"--lazyinit-input: {text!r} is not a shape; valid: positive sizes by comma, batch first, such as 32,20; "
                                "several inputs by semicolon, a dtype before and a bound behind: float32:4,6;int64:4,7<50; - for a Subject")
    return tuple(_input(match) for match in found)


def _input(match: "re.Match[str]") -> tuple:
    sizes = tuple(int(size) for size in match["sizes"].split(","))
    return (match["dtype"] or "float32", sizes, int(match["high"] or 2)) if match["dtype"] or match["high"] else sizes
