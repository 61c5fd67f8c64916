"""What the plugin costs at the start of an unrelated project's run: median of pairs against ``-p no:lazyinit``.

Run ``python benchmarks/startup.py [pairs]`` in an environment that has pytest-lazyinit installed.
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
from typing import List, Tuple


def run(folder: str, *arguments: str) -> Tuple[float, float]:
    """Wall time and processor time of one pytest run, in milliseconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (time.perf_counter() - start) * 1000, spent * 1000


def measure(pairs: int) -> List[Tuple[Tuple[float, float], Tuple[float, float]]]:
    """Runs with and without the plugin, in turn, so that both see the same machine."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_unrelated.py").write_text("def test_one():\n    assert True\n")
        run(folder), run(folder, "-p", "no:lazyinit")  # the first runs write bytecode
        return [(run(folder), run(folder, "-p", "no:lazyinit")) for _ in range(pairs)]


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    measured = measure(pairs)
    for number, name in enumerate(("wall", "processor")):
        with_plugin = statistics.median(one[number] for one, _ in measured)
        without = statistics.median(other[number] for _, other in measured)
        difference = statistics.median(one[number] - other[number] for one, other in measured)
        print(f"{name:9} time, median of {pairs}: {with_plugin:.1f} ms with, {without:.1f} ms without; "
              f"ratio {with_plugin / without:.3f}, difference {difference:+.1f} ms (load {os.getloadavg()[0]:.1f})")


if __name__ == "__main__":
    main()
