"""What the plugin costs at the start of an unrelated project's run.

Three figures, each the median of a number of runs (20): wall and processor time of a whole run
against ``-p no:lazyinit``, in turn, so that both see the same machine; and, since a few milliseconds
drown in the noise of a process, the time from inside: importing the plugin and running its two hooks.

Run ``python benchmarks/startup.py [runs]`` in an environment that has pytest-lazyinit installed.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, List, Tuple

PLAIN = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly")
WITHOUT = ("-p", "no:lazyinit")
INSIDE = f'''
import pytest, time
spent = 0

def timed(hook):
    def call(argument):
        global spent
        start = time.perf_counter()
        hook(argument)
        spent += time.perf_counter() - start
    return call

start = time.perf_counter()
import pytest_lazyinit.plugin as plugin
spent += time.perf_counter() - start
configure, addoption = timed(plugin.pytest_configure), timed(plugin.pytest_addoption)
plugin.pytest_configure = lambda config: configure(config)
plugin.pytest_addoption = lambda parser: addoption(parser)
pytest.main({list(PLAIN)!r})
print(spent * 1000)
'''


def run(environment: Dict[str, str], folder: str, *arguments: str) -> Tuple[float, float]:
    """Wall time and processor time of one pytest run, in milliseconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "pytest", *PLAIN, *arguments], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall * 1000, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def inside(environment: Dict[str, str], folder: str) -> float:
    """Milliseconds that one run spends in the plugin's import and start."""
    shown = subprocess.run([sys.executable, "-c", INSIDE], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return float(shown.stdout.splitlines()[-1])


def measure(runs: int) -> Tuple[List[Tuple[float, float]], List[Tuple[float, float]], List[float]]:
    """Runs with the plugin, without it, and the time inside."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_unrelated.py").write_text("def test_one():\n    assert True\n")
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(folder, "bytecode"))}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode every start compiles every plugin
        for each in ((), WITHOUT):
            run(environment, folder, *each)  # the first runs write the bytecode
        pairs = [pair(environment, folder, first=number % 2) for number in range(runs)]
        return [one for one, _ in pairs], [other for _, other in pairs], [inside(environment, folder) for _ in range(runs)]


def pair(environment: Dict[str, str], folder: str, first: int) -> Tuple[Tuple[float, float], Tuple[float, float]]:
    """One run with the plugin and one without; which of them comes first changes from pair to pair."""
    if first:
        other = run(environment, folder, *WITHOUT)
        return run(environment, folder), other
    return run(environment, folder), run(environment, folder, *WITHOUT)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with_plugin, without, within = measure(runs)
    for name, one, other in (("wall", *column(with_plugin, without, 0)), ("processor", *column(with_plugin, without, 1))):
        print(f"{name:9} time: {one:.1f} ms with, {other:.1f} ms without; ratio {one / other:.3f}, difference {one - other:+.1f} ms")
    print(f"inside a run: {statistics.median(within):.2f} ms (least {min(within):.2f})")
    print(f"medians of {runs}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def column(with_plugin: List[Tuple[float, float]], without: List[Tuple[float, float]], index: int) -> Tuple[float, float]:
    """The medians of one of the two times."""
    return statistics.median(times[index] for times in with_plugin), statistics.median(times[index] for times in without)


if __name__ == "__main__":
    main()
