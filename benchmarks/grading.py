"""Submissions per second: the isolated grader, plain pytest, otter-grader and nbgrader, on the same right answers in one run.

``python benchmarks/grading.py [--frameworks torch,tensorflow,flax,mxnet] [--jobs 2] [--count N] [--graders PYTHON]``

The isolated grader is timed from the call, imports included, and once more without them, as a class of N and a course of
many times N see it. Beside it, one after the other and without isolation: pytest, a process for each submission; and where
``--graders`` names a Python that has them and PyTorch, ``otter run`` and ``nbgrader autograde``, as their manuals say. Those
check less: that the network runs, that an error is raised, that three fixed widths work. CPU seconds stand beside the clock's,
as they do not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional

HERE = Path(__file__).resolve().parent
ANSWERS = HERE.parent / "tests" / "grading" / "plain"
COUNTS = {"torch": 100, "mxnet": 100, "tensorflow": 24, "flax": 16}
CALLS = {"torch": "import torch\ndef call(net, d): return net(torch.rand(2, d))", "tensorflow": "import tensorflow as tf\ndef call(net, d): return net(tf.ones((2, d)))",
         "mxnet": "from mxnet import nd\ndef call(net, d): return net(nd.ones((2, d)))",
         "flax": "import jax, jax.numpy as jnp\ndef call(net, d): return net.init_with_output(jax.random.PRNGKey(0), jnp.ones((2, d)))[0]"}
TESTS = """from answers import *
{call}

def test_1(): assert tuple(call(ex1(), EX1_IN).shape) == (2, 10)

def test_2():
    try:
        net, X = ex2()
        net.apply(net.init(X)) if hasattr(net, "init") else net(X)
    except Exception:
        return
    raise AssertionError

def test_3():
    net = ex3()
    assert [tuple(call(net, d).shape) for d in (3, 77, 300)] == [(2, 10)] * 3
"""
CHECKS = ["net = ex1()\nassert tuple(net(torch.rand(2, EX1_IN)).shape) == (2, 10)",
          "net, X = ex2()\ntry:\n    net(X)\nexcept RuntimeError:\n    pass\nelse:\n    raise AssertionError",
          "net = ex3()\nassert [tuple(net(torch.rand(2, d)).shape) for d in (3, 77, 300)] == [(2, 10)] * 3"]


class Timing(NamedTuple):
    grader: str
    framework: str
    count: int
    seconds: float  # a submission, by the clock
    cpu: float  # a submission
    started: float = 0.0  # seconds before the first

    def line(self) -> str:
        return (f"| {self.grader} | {self.framework} | {self.count} | {self.started:.1f} | {self.seconds:.3f} | {1 / self.seconds:.2f} | {self.cpu:.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frameworks", default=",".join(COUNTS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--count", type=int, help="submissions for the isolated grader")
    parser.add_argument("--others", type=int, default=3, help="submissions for each of the others, 0 for none")
    parser.add_argument("--graders", metavar="PYTHON", help="a Python with otter-grader, nbgrader and torch")
    chosen = parser.parse_args()
    print("| grader | framework | submissions | s before the first | s a submission | submissions a second | CPU s a submission |\n|---|---|---|---|---|---|---|")
    for framework in chosen.frameworks.split(","):
        show(isolated(framework, chosen.count or COUNTS[framework], chosen.jobs))
        if chosen.others:
            show(measured("pytest, a process each", framework, chosen.others, lambda folder, count: plain_pytest(folder, framework, count)))
    if chosen.graders and chosen.others:
        show(measured("otter run", "torch", chosen.others, lambda folder, count: otter(folder, chosen.graders, count)))
        show(measured("nbgrader autograde", "torch", chosen.others, lambda folder, count: nbgrader(folder, chosen.graders, count)))


def show(timing: Timing) -> None:
    print(timing.line(), flush=True)


def cpu() -> float:
    """CPU seconds of this process and of all that it waited for."""
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def measured(grader: str, framework: str, count: int, prepare: Callable[[Path, int], Callable[[], None]]) -> Timing:
    """What is done once for a course is not timed."""
    with tempfile.TemporaryDirectory() as folder:
        run = prepare(Path(folder), count)
        before, started = cpu(), time.monotonic()
        run()
        return Timing(grader, framework, count, (time.monotonic() - started) / count, (cpu() - before) / count)


# -- the isolated grader ------------------------------------------------------------------------------

def isolated(framework: str, count: int, jobs: int) -> Timing:
    """Zygotes, namespaces, Landlock, seccomp, limits; a process for each exercise."""
    from pytest_lazyinit.grading.pool import Pool
    from pytest_lazyinit.grading.settings import Settings
    from pytest_lazyinit.grading.submissions import Submission
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answers.py")
        path.write_text((ANSWERS / f"{framework}.py").read_text(encoding="utf-8"), encoding="utf-8")
        began, before_import = time.monotonic(), cpu()
        with Pool(Settings(framework=framework, seed=1), jobs) as pool:
            isolation = pool.start()
            assert any("Landlock" in layer for layer in isolation) and not pool.workers[0].missing
            started = time.monotonic()
            results = list(pool.grade([Submission(f"s{number}", path) for number in range(count)]))
            seconds = time.monotonic() - started
        assert all(result["score"] == result["max"] for result in results), results[0]
    # The zygotes were waited for just now, so their imports are in; those are taken out again.
    spent = cpu() - before_import - import_cpu(framework, jobs)
    return Timing("lazyinit grade, isolated", framework, count, seconds / count, max(0.0, spent) / count, started - began)


def import_cpu(framework: str, jobs: int) -> float:
    """CPU seconds of zygotes that grade nothing."""
    from pytest_lazyinit.grading.pool import Pool
    from pytest_lazyinit.grading.settings import Settings
    before = cpu()
    with Pool(Settings(framework=framework, seed=1), jobs) as pool:
        pool.start()
    return cpu() - before


# -- the others ---------------------------------------------------------------------------------------

def plain_pytest(folder: Path, framework: str, count: int) -> Callable[[], None]:
    (folder / "answers.py").write_text((ANSWERS / f"{framework}.py").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "test_answers.py").write_text(TESTS.format(call=CALLS[framework]), encoding="utf-8")

    def run() -> None:
        for _ in range(count):
            called([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_answers.py"], folder)

    return run


def otter(folder: Path, python: str, count: int) -> Callable[[], None]:
    (folder / "tests").mkdir()
    for number, check in enumerate(CHECKS, 1):
        lines = check.splitlines()
        code = "\n".join(("... " if line[0] == " " or line.startswith(("except", "else")) else ">>> ") + line for line in lines)
        test = {"name": f"q{number}", "points": 1, "suites": [{"cases": [{"code": code, "hidden": False, "locked": False}], "scored": True, "setup": "", "teardown": "",
                                                              "type": "doctest"}]}
        (folder / "tests" / f"q{number}.py").write_text(f"OK_FORMAT = True\ntest = {test!r}\n", encoding="utf-8")
    (folder / "p.ipynb").write_text(json.dumps(notebook()), encoding="utf-8")
    command = str(Path(python).with_name("otter"))
    called([command, "generate", "-t", "tests", "-o", "autograder.zip"], folder, python)

    def run() -> None:
        for _ in range(count):
            called([command, "run", "--no-logo", "-a", "autograder.zip", "p.ipynb"], folder, python)
            tests = json.loads((folder / "results.json").read_text(encoding="utf-8"))["tests"]
            assert sum(test.get("score", 0) for test in tests) == 3, tests

    return run


def nbgrader(folder: Path, python: str, count: int) -> Callable[[], None]:
    for name in ("source/ps1", *(f"submitted/s{number}/ps1" for number in range(count))):
        (folder / name).mkdir(parents=True)
        (folder / name / "p.ipynb").write_text(json.dumps(notebook(CHECKS)), encoding="utf-8")
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'benchmark'\n", encoding="utf-8")
    command = str(Path(python).with_name("nbgrader"))
    called([command, "generate_assignment", "ps1"], folder, python)

    def run() -> None:
        called([command, "autograde", "ps1"], folder, python)
        assert len(list(folder.glob("autograded/*/ps1/p.ipynb"))) == count

    return run


def notebook(checks: Optional[List[str]] = None) -> Dict[str, Any]:
    """The right answers, and nbgrader's cells where there are checks."""
    def cell(number: int, source: str, graded: bool) -> Dict[str, Any]:
        told = {"schema_version": 3, "locked": graded, "grade": graded, "solution": not graded, "task": False, "grade_id": f"c{number}", **({"points": 1} if graded else {})}
        return {"cell_type": "code", "id": f"c{number}", "metadata": {"nbgrader": told} if checks else {}, "outputs": [], "execution_count": None, "source": source}

    sources = [(ANSWERS / "torch.py").read_text(encoding="utf-8"), *(checks or [])]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "cells": [cell(number, source, number > 0) for number, source in enumerate(sources)]}


def called(command: List[str], folder: Path, python: str = sys.executable) -> None:
    path = os.pathsep.join((str(Path(python).parent), os.environ.get("PATH", "")))
    environment = {**os.environ, "PATH": path, "TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


if __name__ == "__main__":
    main()
