"""The hostile submissions: their labels, their text in each framework, and how one is graded here."""

from __future__ import annotations

import atexit
import dataclasses
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

from pytest_lazyinit.grading import compiled, pool, results
from pytest_lazyinit.grading.settings import Limits, Settings
from pytest_lazyinit.grading.worker import Worker

HERE = Path(__file__).parent
RIGHT = "# --- right answers ---\n"
# Long enough for right answers on a busy machine, and short where nothing but a loop is waited for.
LIMITS, SHORT = Limits(time=40, memory=700), 3
LONGER = {"flax": 8}
MODULES = {"torch": ("torch", "torch.nn.Module"), "tensorflow": ("tensorflow", "tensorflow.keras.Model"), "flax": ("flax", "flax.linen.Module"),
           "mxnet": ("mxnet", "mxnet.gluon.Block")}
# Shows what it finds: nothing of whatever ran before may be seen.
CANARY = """
import builtins, json, os, sys, threading, time
assert os.listdir(".") == [], os.listdir(".")
assert threading.active_count() == 1, threading.enumerate()
assert builtins.len([1, 2]) == 2 and isinstance(1, int) and time.time() > 1e9 and json.loads(json.dumps([1])) == [1]
assert not any(name.startswith("pytest_lazyinit") for name in sys.modules)
others = []
for number in range(1, 2000):
    try:
        os.getpgid(number)
        others.append(number)
    except ProcessLookupError:
        pass
assert set(others) <= {1, os.getpid()}, others
"""


class Attack(NamedTuple):
    """One file of ``hostile/``."""

    name: str
    tries: str
    statuses: Tuple[str, ...]
    score: float
    text: str

    def limits(self, framework: str) -> Limits:
        """What it may use: it is to be waited for no longer than needed."""
        if "timed-out" not in self.statuses:
            return LIMITS
        return dataclasses.replace(LIMITS, time=LONGER.get(framework, SHORT) if self.score else SHORT)

    def source(self, framework: str, elsewhere: Path) -> str:
        """Its text in one framework."""
        module, network = MODULES[framework]
        text = self.text.replace(RIGHT, plain(framework) + "\n").replace("$framework", module).replace("$module", network).replace("$elsewhere", str(elsewhere))
        return f"import {network.rpartition('.')[0]}\n{text}" if "$module" in self.text else text


def attacks() -> List[Attack]:
    """All of them, by name."""
    return [_read(path) for path in sorted((HERE / "hostile").glob("*.py"))]


def _read(path: Path) -> Attack:
    text = path.read_text(encoding="utf-8")
    labels = dict(line[2:].split(": ", 1) for line in text.splitlines()[:3])
    return Attack(path.stem, labels["tries"], tuple(labels["status"].split()), float(labels["score"]), text)


def plain(framework: str) -> str:
    """Right answers of the plainest kind; where some are compiled before a run, those."""
    path = compiled.RIGHT_ANSWERS if framework in compiled.FRAMEWORKS else HERE / "plain" / f"{framework}.py"
    return path.read_text(encoding="utf-8")


class Source(NamedTuple):
    text: str
    label: str = "answers.py"


_POOLS: Dict[str, pool.Pool] = {}


def worker(framework: str) -> Worker:
    """This process's zygote of a framework; never more than one at a time of each."""
    if framework not in _POOLS:
        made = _POOLS[framework] = pool.Pool(Settings(framework=framework, seed=7, limits=LIMITS), 1)
        atexit.register(made.__exit__)
        made.start()
        if made.cached:
            compiled.fill(made.workers[0], made.settings)
    return _POOLS[framework].workers[0]


def graded(framework: str, text: str, limits: Limits = LIMITS) -> Dict[str, Any]:
    """A submission's result, as it stands in results.json."""
    zygote = worker(framework)
    exercises = pool._exercises(zygote, Source(text), dataclasses.replace(zygote.settings, limits=limits))
    return results.submission("it", exercises, 0.0, zygote.isolation)
