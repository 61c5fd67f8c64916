"""What share of a suite is import and compilation: ``python benchmarks/compilation.py flax``.

One process runs the shipped suite. The import of the framework is timed before; compilation is what JAX reports of its backend,
what TorchDynamo spends, and the tracing of ``tf.function``. MXNet compiles nothing.
"""

from __future__ import annotations

import sys
import time
from typing import Callable, Dict

import pytest

MODULES = {"torch": "torch", "tensorflow": "tensorflow", "flax": "flax.linen", "mxnet": "mxnet"}


def summed(spent: Dict[str, float], name: str, function: Callable) -> Callable:
    """The function, whose outermost calls are timed."""
    depth = [0]

    def timed(*args, **kwargs):
        depth[0] += 1
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            depth[0] -= 1
            if not depth[0]:
                spent[name] = spent.get(name, 0.0) + time.perf_counter() - start
    return timed


def watch(framework: str, spent: Dict[str, float]) -> None:
    if framework == "flax":
        import jax

        def heard(event: str, duration: float, **_) -> None:
            if event.startswith("/jax/core/compile/"):
                name = event.rpartition("/")[-1].replace("_duration", "")
                spent[name] = spent.get(name, 0.0) + duration
        jax.monitoring.register_event_duration_secs_listener(heard)
    elif framework == "tensorflow":
        from tensorflow.python.framework import func_graph
        original = func_graph.func_graph_from_py_func
        timed = summed(spent, "tracing", original)
        for module in list(sys.modules.values()):
            if getattr(module, "func_graph_from_py_func", None) is original:
                module.func_graph_from_py_func = timed
    elif framework == "torch":
        import torch._dynamo.convert_frame as frames
        frames._compile = summed(spent, "compile", frames._compile)


def main(framework: str, *options: str) -> int:
    spent: Dict[str, float] = {}
    start = time.perf_counter()
    __import__(MODULES[framework])
    spent["import"] = time.perf_counter() - start
    watch(framework, spent)
    code = pytest.main(["--lazyinit", f"--lazyinit-framework={framework}", "-q", "-p", "no:cacheprovider", *options])
    whole = time.perf_counter() - start
    print(f"{framework}: {whole:.1f} s in one process; " + ", ".join(f"{name} {seconds:.1f} s ({seconds / whole:.0%})" for name, seconds in spent.items()))
    return int(code)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
