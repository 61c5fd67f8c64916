"""Devices: which of cpu, gpu and tpu are present, and which were asked for.

What is present is each framework's own answer; a framework that cannot be used has none.
"""

from __future__ import annotations

import functools
import sys
from typing import Dict, Mapping, Sequence, Tuple

import pytest

from . import frameworks
from .frameworks.base import Unusable
from .options import Settings

KINDS = ("cpu", "gpu", "tpu")


@functools.lru_cache(maxsize=None)
def present(framework: str) -> Mapping[str, Sequence[str]]:
    """The devices of a framework by kind, ``{"cpu": ["cpu"], "gpu": ["cuda:0"], "tpu": []}``; empty if it is unusable."""
    try:
        return frameworks.adapter(framework).devices()
    except Unusable:
        return {}


def kinds(framework: str) -> Tuple[str, ...]:
    """The kinds that are present, in a fixed order; ``()`` if the framework is unusable."""
    found = present(framework)
    return tuple(kind for kind in KINDS if found.get(kind))


def selected(settings: Settings) -> Tuple[str, ...]:
    """The frameworks of a run: those asked for, or those installed."""
    if settings.frameworks is not None:
        return settings.frameworks
    return tuple(name for name in frameworks.usual() if frameworks.installed(name))


def loaded(settings: Settings) -> Tuple[str, ...]:
    """The selected frameworks that some module has imported by now; without a selection also those on demand."""
    def package(name: str) -> str:
        return frameworks.SHIPPED[name][1][0] if name in frameworks.SHIPPED else name
    found = selected(settings) if settings.frameworks is not None else (*selected(settings), *frameworks.ON_DEMAND)
    return tuple(name for name in found if package(name) in sys.modules)


def chosen(settings: Settings, framework: str = "", allowed: Sequence[str] = KINDS) -> Tuple[str, ...]:
    """The kinds on which a subject runs: asked for, allowed by the subject, and present.

    A framework that cannot be used says so once, on the cpu; one that the run leaves out has none and is not imported. Without a known framework those that
    are imported are asked; they are, for the subject's builder needs its framework.
    """
    asked = KINDS if settings.device == "auto" else (settings.device,)
    if asked == ("cpu",):
        found: Tuple[str, ...] = asked
    elif framework and settings.frameworks is not None and framework not in settings.frameworks:
        found = ()
    elif framework:
        found = kinds(framework) or asked[:1]
    else:
        union = {kind for name in loaded(settings) for kind in kinds(name)}
        found = tuple(kind for kind in KINDS if kind in union) or ("cpu",)
    return tuple(kind for kind in found if kind in asked and kind in allowed)


def require(settings: Settings) -> None:
    """Raise `pytest.UsageError` if the device asked for is nowhere, or absent in a framework asked for by name."""
    if settings.device in ("auto", "cpu"):
        return
    found = {name: kinds(name) for name in selected(settings)}
    usable = {name: has for name, has in found.items() if has}
    lacking = [name for name, has in usable.items() if settings.device not in has]
    if lacking and (settings.frameworks is not None or len(lacking) == len(usable)):
        listed = "; ".join(f"{name}: {', '.join(has)}" for name, has in usable.items())
        raise pytest.UsageError(f"--lazyinit-device: no {settings.device} is present for {', '.join(lacking)}; found {listed}")


def summary(settings: Settings) -> Dict[str, str]:
    """Framework → ``2.13.0 (cpu, gpu)``, or ``unusable`` where it cannot be imported."""
    return {name: _described(name, settings) for name in selected(settings)}


def _described(name: str, settings: Settings) -> str:
    try:
        version = frameworks.adapter(name).version
    except Unusable:
        return "unusable"
    return f"{version} ({', '.join(chosen(settings, name)) or 'no ' + settings.device})"
