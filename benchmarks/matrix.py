"""What ``lazyinit matrix`` costs at scale: merging reports, writing the page, opening it in a browser.

``python benchmarks/matrix.py merge [environments] [items]`` writes the reports of the environments (1000) with the
given items each (5000), merges an eighth, a half and all of them, each in a process of its own, and prints seconds and peak
memory: the time is to grow with the number, the memory by four bytes a cell and by what is new.
``python benchmarks/matrix.py page [versions] [items]`` (100, 5000) writes one page and opens it in headless Chromium three times.
``python benchmarks/matrix.py reports FOLDER [environments] [items]`` writes the reports only.
``python benchmarks/matrix.py picture PAGE.html FILE.png [table]`` takes the picture of what changed its verdict in a table of a page ("t1", the second).

The reports are made up, in the shape of real ones: four frameworks, two Pythons a version, fifty clauses a subject; about four
changes of verdict or observation a row over all versions, messages and addresses that differ from run to run.
"""

from __future__ import annotations

import bisect
import functools
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

FRAMEWORKS = ("torch", "tensorflow", "flax", "mxnet")
PYTHONS = ("3.11.7", "3.12.1")
PHASES = ("before", "after", "mismatch", "varying")
CLAUSES = 50  # a subject
VERSIONS = 2000  # at most
CHANGES = 0.04  # of the versions change a row, so that a hundred versions make about five cells
KINDS = (["ok"] * 12 + ["deviation"] * 5 + ["n/a"] * 2 + ["FAIL"])


def environments(count: int, frameworks: Sequence[str], pythons: Sequence[str]) -> Iterator[Tuple[str, int, str]]:
    """Framework, number of the version, Python."""
    for number in range(count):
        version, place = divmod(number, len(frameworks) * len(pythons))
        yield frameworks[place % len(frameworks)], version, pythons[place // len(frameworks)]


def report(framework: str, version: int, python: str, items: int) -> Dict[str, Any]:
    """The report of an environment."""
    results = [result(framework, version, item) for item in range(items)]
    name = f"{version // 20 + 1}.{version % 20}.0"
    for one in results:
        one["version"] = name
    run = {"versions": {"pytest-lazyinit": "0.1.0", framework: name}, "python": python, "platform": "Linux-6.1.0-x86_64-with-glibc2.36", "seed": 0,
           "device": "cpu", "planned": items, "ran": items, "running": [], "complete": True, "problems": []}
    return {"schema": 1, "results": results, "run": run}


@functools.lru_cache(maxsize=None)
def history(framework: str, item: int) -> Tuple[List[int], List[str]]:
    """The versions that change a row, and its verdicts from one change to the next."""
    chance, version, changes = random.Random(f"{framework} {item}"), 0, []
    while version < VERSIONS:
        version += 1 + int(chance.expovariate(CHANGES))
        changes.append(version)
    return changes, [chance.choice(KINDS) for _ in range(len(changes) + 1)]


def result(framework: str, version: int, item: int) -> Dict[str, Any]:
    """A row's result; it is that of the version before, but for a few versions."""
    subject, number = divmod(item, CLAUSES)
    phase = PHASES[number * len(PHASES) // CLAUSES]
    changes, verdicts = history(framework, item)
    state = bisect.bisect_right(changes, version)
    verdict, clause = verdicts[state], f"{phase}.requirement_number_{number}"
    return {"clause": clause, "phase": phase, "subject": f"Model{subject}", "framework": framework, "version": "", "device": "cpu", "verdict": verdict,
            "message": "" if verdict == "ok" else f"expected layer {number} to refuse a width of {state}; found an array at 0x{random.getrandbits(48):x}",
            "deviation": [deviation(framework, number)] if verdict == "deviation" else [], "observations": observations(item, state),
            "seconds": 0.01, "statement": f"What the framework does with layer {number} is said in one sentence."}


def deviation(framework: str, number: int) -> Dict[str, str]:
    return {"kind": "bug", "reason": f"Layer {number} of {framework} writes before it checks.", "url": f"https://github.com/{framework}/{framework}/issues/{number + 1}",
            "entry": f"{framework}:{number}", "source": f"{framework}.toml"}


def observations(item: int, state: int) -> Dict[str, str]:
    """Every third row observes something, as in the real suites; in every second of them it changes with the verdict."""
    if item % 3:
        return {}
    of = state if item % 2 else 0
    return {"weight.shape": f"RuntimeError: cannot read the shape of uninitialized parameter {item}, see note {of}", "repr": f"<Parameter {of} at 0x{random.getrandbits(48):x}>"}


def write(folder: Path, count: int, items: int, frameworks: Sequence[str] = FRAMEWORKS, pythons: Sequence[str] = PYTHONS) -> List[Path]:
    """The reports as files; the verdicts of a version do not depend on how many versions there are."""
    paths = []
    for framework, version, python in environments(count, frameworks, pythons):
        paths.append(folder / f"{framework}-{version:03}-{python}.json")
        paths[-1].write_text(json.dumps(report(framework, version, python, items)), encoding="utf-8")
    return paths


# -- measuring ----------------------------------------------------------------------------------------

CHILD = """
import re, sys, time
from pytest_lazyinit.matrix import reading as matrix_reading
from pytest_lazyinit.report import matrix_page
start, began = time.perf_counter(), time.process_time()
found = matrix_reading.matrix(sys.argv[2:])
merged, spent = time.perf_counter(), time.process_time()
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.writelines(matrix_page.page(found))
# The peak of this process alone; what getrusage tells includes the parent's size before the start.
peak = int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024
print(merged - start, spent - began, time.perf_counter() - merged, peak, len(found.outcomes))
"""


def merge(count: int, items: int) -> None:
    """Parts of the environments, so that what grows with their number shows."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        paths = [str(path) for path in write(Path(folder), count, items)]
        size = sum(Path(path).stat().st_size for path in paths)
        print(f"{count} reports of {items} items, {size / 1e6:,.0f} MB, written in {time.perf_counter() - start:.0f} s")
        print(f"{'reports':>8}{'merge s':>10}{'cpu s':>10}{'cpu ms each':>13}{'page s':>10}{'page MB':>10}{'peak MB':>10}{'outcomes':>10}")
        for number in dict.fromkeys(max(1, count // part) for part in (8, 2, 1)):
            page = Path(folder, "page.html")
            done = subprocess.run([sys.executable, "-c", CHILD, str(page), *paths[:number]], check=True, capture_output=True, text=True)
            merged, spent, written, peak, outcomes = map(float, done.stdout.split())
            print(f"{number:>8}{merged:>10.1f}{spent:>10.1f}{spent / number * 1000:>13.1f}{written:>10.1f}{page.stat().st_size / 1e6:>10.1f}{peak:>10.0f}{outcomes:>10.0f}", flush=True)


def page(versions: int, items: int) -> None:
    """One framework, one Python; the time until the browser has loaded and painted."""
    from pytest_lazyinit.matrix import reading as matrix_reading
    from pytest_lazyinit.report import matrix_page
    with tempfile.TemporaryDirectory() as folder:
        paths = write(Path(folder), versions, items, FRAMEWORKS[:1], PYTHONS[:1])
        target = Path(folder, "page.html")
        with target.open("w", encoding="utf-8") as file:
            file.writelines(matrix_page.page(matrix_reading.matrix(list(map(str, paths)))))
        text = target.read_text(encoding="utf-8")
        print(f"{versions} versions of {items} rows: {target.stat().st_size / 1e6:.1f} MB, {text.count('<td '):,} cells, {text.count('<article '):,} details")
        for run in range(3):
            print(f"open {run + 1}: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in opened(target, folder).items()), flush=True)


def browser(folder: str) -> Any:
    """A headless Chromium that asks nobody for anything."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", f"--user-data-dir={tempfile.mkdtemp(dir=folder)}", "--window-size=1400,900"):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def opened(target: Path, folder: str) -> Dict[str, float]:
    """A fresh browser each time; wall time from the command to open the page."""
    driver = browser(folder)
    painted = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))"
    try:
        driver.get("about:blank")
        times = [time.perf_counter()]
        driver.get(target.as_uri())
        times.append(time.perf_counter())
        driver.execute_async_script(painted)
        times.append(time.perf_counter())
        driver.execute_script("document.getElementById('search').value = 'number_7'; document.querySelector('.controls').dispatchEvent(new Event('input'))")
        driver.execute_async_script(painted)
        times.append(time.perf_counter())
        paint = driver.execute_script("return performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    finally:
        driver.quit()
    return {"first paint": paint, "loaded": times[1] - times[0], "loaded and painted": times[2] - times[0], "first search": times[3] - times[2]}


def picture(target: Path, file: str, table: str = "t1") -> None:
    """The window from the search box down."""
    with tempfile.TemporaryDirectory() as folder:
        driver = browser(folder)
        try:
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 1200, "height": 800, "deviceScaleFactor": 1, "mobile": False})
            driver.get(target.resolve().as_uri())
            driver.execute_script("document.getElementById('framework').value = arguments[0]; document.getElementById('rows').value = 'v';"
                                  "document.querySelector('.controls').dispatchEvent(new Event('input')); document.getElementById(arguments[0]).scrollIntoView(); scrollBy(0, 50)", table)
            driver.execute_script("document.documentElement.style.scrollbarWidth = 'none'")
            driver.save_screenshot(file)
        finally:
            driver.quit()


def main() -> None:
    verb, *rest = sys.argv[1:] or [""]
    if verb == "merge":
        merge(*map(int, rest or ("1000", "5000")))
    elif verb == "page":
        page(*map(int, rest or ("100", "5000")))
    elif verb == "picture":
        picture(Path(rest[0]), *rest[1:])
    elif verb == "reports":
        write(Path(rest[0]), *map(int, rest[1:] or ("1000", "5000")))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
