"""A cluster of a scheduler and two worker processes on loopback, one of them killed midway: nothing lost, nothing twice."""

from __future__ import annotations

import collections
import json
import subprocess
import sys
import time

import distributed
import pytest

from tests.grading.test_command import GRADE, HERE, course, environment, linux, plain

COUNT = 24
pytestmark = linux


@pytest.fixture
def cluster(tmp_path, request):
    """The scheduler's address and the two worker processes."""
    started, before = [], getattr(request, "param", [])

    def start(name, *arguments):
        command = [*before, sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments]
        started.append(subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return started[-1]

    file = tmp_path / "scheduler.json"
    start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    workers = [start("worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
                     "--local-directory", str(tmp_path)) for _ in range(2)]
    until(file.exists)
    address = json.loads(file.read_text())["address"]
    with distributed.Client(address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    yield address, workers
    for process in reversed(started):
        process.kill()
        process.wait()


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_one_worker_is_killed_midway(tmp_path, cluster):
    address, workers = cluster
    course(tmp_path, **{f"s{number:02}": plain() for number in range(COUNT)})
    part = tmp_path / "results.json.part"
    command = [*GRADE, "course", "--framework", "mxnet", "--dask", address, "--seed", "5"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as call:
        lines = []

        def done():
            lines[:] = part.read_text().splitlines()[1:] if part.exists() else []
            return len(lines) >= 4 or call.poll() is not None

        until(done)
        assert call.poll() is None and len(lines) < COUNT, "it was over before a worker could be killed"
        workers[0].kill()
        said, errors = call.communicate(timeout=240)
    assert call.returncode == 0, errors
    assert "the 2 workers" in said
    found = json.loads((tmp_path / "results.json").read_text())
    assert collections.Counter(result["submission"] for result in found) == {f"s{number:02}": 1 for number in range(COUNT)}
    assert {(result["status"], result["score"]) for result in found} == {("graded", 3.0)}
    # What had come in before stands as it came in: it was not graded again.
    kept = [json.loads(line)["result"] for line in lines]
    assert all(result in found for result in kept)


@pytest.mark.parametrize("cluster", [[sys.executable, str(HERE / "forbidding.py"), "unshare"]], indirect=True, ids=["without namespaces"])
def test_a_worker_that_cannot_grade_is_said(tmp_path, cluster):
    address, _ = cluster
    course(tmp_path, ann="")
    command = [*GRADE, "course", "--framework", "mxnet", "--dask", address]
    call = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=120)
    assert call.returncode == 2 and "no namespaces" in call.stderr and "Traceback" not in call.stderr, call.stderr
