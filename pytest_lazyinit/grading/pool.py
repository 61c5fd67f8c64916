"""Many submissions on several zygotes: who grades what, what is done, and what an interruption leaves."""

from __future__ import annotations

import contextlib
import os
import queue
import random
import shutil
import tempfile
import threading
import time
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

from . import compiled
from .session import Gone, Session
from .settings import Settings
from .worker import CannotGrade, Worker


def read(submission: Any, settings: Settings, isolation: Sequence[str]) -> Any:
    """The source of a submission; or, where it is refused, its result."""
    from . import results, submissions
    started = time.monotonic()
    try:
        return submissions.read(submission)
    except submissions.Refused as reason:
        return results.refused(submission.name, str(reason), settings, time.monotonic() - started, isolation)
    except Exception as error:
        return fault(submission.name, error)


def fault(name: str, error: Exception) -> Dict[str, Any]:
    """In place of a result where the grader itself fails: no status of the submission's, and no end of the run."""
    return {"submission": name, "fault": f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"}


def grade_or_fault(worker: Worker, name: str, source: Any, settings: Settings) -> Dict[str, Any]:
    """As ``grade``; raises CannotGrade alone."""
    try:
        return grade(worker, name, source, settings)
    except CannotGrade:
        raise
    except Exception as error:
        return fault(name, error)


def grade(worker: Worker, name: str, source: Any, settings: Settings) -> Dict[str, Any]:
    """One submission, as it stands in results.json; each exercise in a process of its own."""
    from . import results
    worker.start()
    started = time.monotonic()  # the import is nobody's
    exercises = _exercises(worker, source, settings)
    return results.submission(name, exercises, time.monotonic() - started, worker.isolation)


def _exercises(worker: Worker, source: Any, settings: Settings) -> Dict[str, Any]:
    from . import judge
    found: Dict[str, Any] = {}
    unloaded: Optional[Gone] = None
    for number in settings.marks:
        if unloaded is None:
            # The same draw for every submission of a run, so that compiled programs can be used again.
            draw = random.Random(f"{settings.seed}:{number}")
            with Session(worker, source.text, source.label, settings.limits) as session:
                try:
                    session.load()
                    found[number] = _judged(number, session, draw, settings)
                    continue
                except Gone as gone:
                    unloaded = gone
        # What does not load in one process does not load in the next: a loop at import costs its time once.
        found[number] = judge.gone(number, unloaded, settings, source.text)
    return found


def _judged(number: str, session: Session, draw: random.Random, settings: Settings) -> Any:
    from . import judge
    try:
        return judge.grade_exercise(number, session, draw, settings)
    except Gone as gone:
        return judge.gone(number, gone, settings, session.source)


class Pool:
    """Zygotes that grade at the same time, one thread of this process for each."""

    def __init__(self, settings: Settings, jobs: int, unsafe: bool = False, **given: Any):
        self.settings = settings
        self.folder = tempfile.mkdtemp(prefix="lazyinit-")
        os.chmod(self.folder, 0o711)
        self.cached = settings.framework in compiled.FRAMEWORKS
        if self.cached:
            given["cache"] = compiled.make(os.path.join(self.folder, "compiled"))
        self.workers = [Worker(settings, unsafe, **given) for _ in range(jobs)]
        self.stopping = threading.Event()
        self._results: "queue.Queue[Any]" = queue.Queue()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *error: Any) -> None:
        self.stopping.set()
        for worker in self.workers:
            worker.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> List[str]:
        """Import the framework in every zygote at the same time; what isolation is active.

        Raises
        ------
        CannotGrade
        """
        problems: List[CannotGrade] = []

        def start(worker: Worker) -> None:
            try:
                worker.start()
            except CannotGrade as reason:
                problems.append(reason)

        threads = [threading.Thread(target=start, args=(worker,)) for worker in self.workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if problems:
            raise problems[0]
        return self.workers[0].isolation

    def grade(self, submissions: Sequence[Any]) -> Iterator[Dict[str, Any]]:
        """Results as they come. Whoever stops taking them stops the grading; what is under way then is not waited for."""
        waiting: "queue.SimpleQueue[Any]" = queue.SimpleQueue()
        for submission in submissions:
            waiting.put(submission)
        for place, worker in enumerate(self.workers):
            fills = self.cached and place == 0 and len(submissions) > 1
            threading.Thread(target=self._work, args=(worker, waiting, fills), daemon=True).start()
        try:
            for _ in submissions:
                result = self._taken()
                if isinstance(result, BaseException):
                    raise result
                yield result
        finally:
            self.stopping.set()

    def _taken(self) -> Any:
        while True:
            # A wait without end would not let an interruption through on every system.
            with contextlib.suppress(queue.Empty):
                return self._results.get(timeout=1.0)

    def _work(self, worker: Worker, waiting: "queue.SimpleQueue[Any]", fills: bool) -> None:
        try:
            if fills:
                compiled.fill(worker, self.settings)
            while not self.stopping.is_set():
                submission = waiting.get_nowait()
                source = read(submission, self.settings, worker.isolation)
                self._results.put(source if isinstance(source, dict) else grade_or_fault(worker, submission.name, source, self.settings))
        except queue.Empty:
            pass
        except BaseException as error:  # noqa: B036 – whatever it is, the main thread must not wait for ever
            self._results.put(error)


def in_parallel(settings: Settings, jobs: int, unsafe: bool, submissions: Sequence[Any], begun: Callable[[List[str]], None]) -> Iterator[Dict[str, Any]]:
    """Results as they come, from zygotes of this machine."""
    with Pool(settings, max(1, min(jobs, len(submissions))), unsafe) as pool:
        begun(pool.start())
        yield from pool.grade(submissions)

