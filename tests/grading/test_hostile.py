"""Every hostile submission in every framework: its status in time, no mark earned by it, nothing left for the next."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pytest

from pytest_lazyinit.grading.session import Gone, Session
from tests.grading.hostile_runs import CANARY, LIMITS, MODULES, attacks, graded, plain, worker

ATTACKS = attacks()
FRAMEWORKS = [name for name in MODULES if importlib.util.find_spec({"flax": "flax"}.get(name, name))]


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_gets_its_own_status_and_no_mark(attack, framework, tmp_path):
    (tmp_path / "another's answer.py").write_text("EX1_IN = 4\n")
    process = worker(framework).process.pid
    started = time.monotonic()
    limits = attack.limits(framework)
    result = graded(framework, attack.source(framework, tmp_path), limits)
    seconds = time.monotonic() - started
    assert result["status"] in attack.statuses, result
    assert result["score"] == attack.score, result
    # The limit is an exercise's; a file that does not load is loaded once.
    loaded = len({exercise["status"] for exercise in result["exercises"].values()}) > 1 or result["status"] == "graded"
    assert seconds < limits.time * (3 if loaded else 1) + 1, seconds
    assert sorted(path.name for path in tmp_path.iterdir()) == ["another's answer.py"]
    assert worker(framework).process.pid == process, "the zygote was lost"
    with Session(worker(framework), CANARY, "answers.py", LIMITS) as session:
        session.load()


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_right_answers_have_full_marks_before_and_after(framework):
    before = graded(framework, plain(framework))
    assert (before["status"], before["score"]) == ("graded", 3.0), before
    for name in ("patched_builtins", "patched_framework", "segfault", "fills_the_disk"):
        graded(framework, next(attack for attack in ATTACKS if attack.name == name).source(framework, Path("/nonexistent")))
    assert graded(framework, plain(framework)) == before


def test_the_canary_can_sing():
    """What the next submission must not see is seen where it is there."""
    zygote = worker(FRAMEWORKS[0])
    for left in ("open('left', 'w').close()", "import builtins; builtins.len = lambda of: 0", "import threading, time; threading.Thread(target=time.sleep, args=(9,)).start()"):
        with Session(zygote, f"{left}\n{CANARY}", "answers.py", LIMITS) as session, pytest.raises(Gone, match="AssertionError"):
            session.load()


def test_there_are_enough_and_each_says_what_it_tries():
    assert len(ATTACKS) >= 30 and all(attack.tries and attack.statuses for attack in ATTACKS)
