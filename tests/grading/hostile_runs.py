"""The hostile submissions: their labels, their text in each framework, and how one is graded here."""

from __future__ import annotations

import atexit
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

from pytest_lazyinit.grading import pool, results
from pytest_lazyinit.grading.settings import Limits, Settings
from pytest_lazyinit.grading.worker import Worker

HERE = Path(__file__).parent
RIGHT = "# --- right answers ---\n"
LIMITS = Limits(time=3, memory=700)
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
    """Right answers of the plainest kind."""
    return (HERE / "plain" / f"{framework}.py").read_text(encoding="utf-8")


class Source(NamedTuple):
    text: str
    label: str = "answers.py"


_WORKERS: Dict[Tuple[str, bool], Worker] = {}


def worker(framework: str) -> Worker:
    """This process's zygote of a framework; never more than one at a time of each."""
    found = _WORKERS.get(framework)
    if found is None:
        found = _WORKERS[framework] = Worker(Settings(framework=framework, seed=7, limits=LIMITS))
        atexit.register(found.close)
    found.start()
    return found


def graded(framework: str, text: str) -> Dict[str, Any]:
    """A submission's result, as it stands in results.json."""
    zygote = worker(framework)
    exercises = pool._exercises(zygote, Source(text), zygote.settings)
    return results.submission("it", exercises, 0.0, zygote.isolation)
