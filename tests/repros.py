"""The reproductions of the shipped deviations, run: ``python -m tests.repros torch [part of a clause or a reason]``.

Each runs in a child that is forked right after the import, before any operation. What its last comment says is what must
happen: an error by its name, or a process that ends; where it names none, no error.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import re
import signal
import sys
import tempfile
from typing import Any, Iterator, List, Optional, Tuple

from pytest_lazyinit import deviations

BEGIN = {
    "torch": "import copy, io, pickle, threading, torch; from torch import nn",
    "tensorflow": "import concurrent.futures, copy, os, pickle, tempfile, time, numpy as np, tensorflow as tf; L, S = tf.keras.layers, tf.keras.Sequential",
    "keras": "import concurrent.futures, copy, os, pickle, tempfile, time, numpy as np, keras; L, S = keras.layers, keras.Sequential",
    "flax": "import copy, pickle, numpy as np, flax, jax; from flax import linen as nn; from jax import numpy as jnp",
    "mxnet": "import copy, pickle, threading, time, unittest.mock, mxnet as mx; from mxnet import autograd, gluon, init, np, npx; from mxnet.gluon import nn, rnn",
}
INPUT = {"tensorflow": "X = tf.ones((2, 20))", "keras": "X = keras.ops.ones((2, 20))", "flax": "X = jnp.ones((2, 20))", "mxnet": "npx.set_np(); X = np.ones((2, 20))"}
PATIENCE = 120  # seconds


def entries(framework: str) -> List[deviations.Deviation]:
    """The shipped entries with a reproduction that are meant for the installed version, asked in a child: the parent stays without an operation."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(meant, (framework,))


def meant(framework: str) -> List[deviations.Deviation]:
    from pytest_lazyinit import frameworks
    adapter = frameworks.adapter(framework)
    due = [entry for entry in deviations.load(framework) if entry.repro and entry.in_range(adapter.version) and entry.meets(adapter.versions())]
    return list({entry.repro: entry for entry in reversed(due)}.values())[::-1]  # once each: a departure may show in several places


def promised(code: str) -> List[str]:
    """The errors of which the last comment that names any says that one is raised; the empty text for any error. What a ``try`` says is caught."""
    comments = [line.partition("#")[2] for line in code.splitlines() if not line.strip().startswith("try:")]
    named = [re.findall(r"\w+(?:Error|Exception|NotFound)\b|Floating point exception|(?=raises)", comment) for comment in comments]
    return next((found for found in reversed(named) if found), [])


def happened(names: dict, code: str, connection: Any) -> None:
    printed = io.StringIO()
    try:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(printed):
            os.chdir(folder)
            exec(code, names)
        outcome = None
    except BaseException as error:
        outcome = f"{type(error).__name__}: {str(error).strip()[:200]}"
    connection.send((outcome, printed.getvalue()))


def run(names: dict, begin: str, code: str) -> Tuple[Optional[str], str]:
    """What a reproduction raises, and what it prints."""
    receiving, sending = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=happened, args=(names, f"{begin}\n{code}", sending))
    child.start()
    sending.close()
    try:
        found = receiving.recv() if receiving.poll(PATIENCE) else ("it did not end", "")
    except EOFError:
        child.join()
        found = (signal.strsignal(-child.exitcode) if child.exitcode and child.exitcode < 0 else f"exit {child.exitcode}", "")
    child.kill()
    child.join()
    return found


def differs(code: str, outcome: Optional[str]) -> bool:
    if "# perhaps" in code:  # what it does hangs on the memory or on the processor
        return False
    due = promised(code)
    return (outcome is None) != (not due) or outcome is not None and not any(name in outcome for name in due)


def outcomes(framework: str, part: str = "") -> Iterator[Tuple[deviations.Deviation, Optional[str], str]]:
    names: dict = {"__name__": "reproduction"}
    os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=2")
    exec(BEGIN[framework], names)
    if framework == "keras":
        backend = names["keras"].backend.backend()
        exec(f"import {backend}{' as tf' if backend == 'tensorflow' else ''}", names)
    asked = [entry for entry in entries(framework) if part in f"{entry.clause} {entry.reason} {entry.layer}"]
    for entry in asked:
        yield (entry, *run(names, INPUT.get(framework, ""), entry.repro))


def main(framework: str, part: str = "") -> int:
    departed = count = 0
    for entry, outcome, printed in outcomes(framework, part):
        count += 1
        if part or differs(entry.repro, outcome):
            departed += differs(entry.repro, outcome)
            print(f"== {entry.layer} {entry.clause} [{entry.probe}] {entry.versions}\n{entry.repro.strip()}\n-> {outcome}\n{printed.strip()[:300]}", flush=True)
    print(f"{count} reproductions, {departed} end otherwise than they say")
    return bool(departed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
