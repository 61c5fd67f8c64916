"""What a child answers in the tests of the processes: the least that executes a module, and its functions."""

from __future__ import annotations

import sys
import types
from types import SimpleNamespace
from typing import Any, Callable, Dict


def serve(framework: str) -> Any:
    module: Dict[str, Any] = {}
    kept = types.ModuleType

    def load(source: str, path: str) -> Dict[str, Any]:
        found = kept("answers")
        sys.modules["answers"] = found
        exec(compile(source, path, "exec"), found.__dict__)
        module.update(found.__dict__)
        return {"ok": True}

    def call(name: str) -> Dict[str, Any]:
        return {"value": module[name]()}

    ops: Dict[str, Callable[..., Dict[str, Any]]] = {"load": load, "call": call}
    return SimpleNamespace(ops=ops)
