"""``lazyinit grade``: from the words of a command line to graded submissions."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence

from . import settings as settings_
from .settings import FRAMEWORKS, Settings, SettingsError


INTERRUPTED = 130


class WrongCall(Exception):
    """A call that cannot be carried out; one sentence that says what to write."""


def add(verbs: Any) -> None:
    """Add the verb to the command's parser."""
    verb = verbs.add_parser("grade", help="grade answers to the chapter's exercises, each in a process that nothing gets out of")
    verb.add_argument("submissions", nargs="*", metavar="SUBMISSION", help="an answer as .py or .ipynb, or a folder, which is searched")
    verb.add_argument("--framework", metavar="NAME", help="the framework of the answers: torch, tensorflow, flax or mxnet")
    verb.add_argument("--out", metavar="FILE", default="results.json", help="results of all submissions (default: results.json)")
    verb.add_argument("--csv", metavar="FILE", help="a table of the marks")
    verb.add_argument("--gradescope", metavar="FOLDER", help="results.json for Gradescope, in a folder for each submission")
    verb.add_argument("--junit", metavar="FILE", help="JUnit XML, a test case for each exercise")
    verb.add_argument("--html", metavar="FILE", help="a page with marks and feedback")
    verb.add_argument("--settings", metavar="FILE", help="marks, weights and limits, as TOML")
    verb.add_argument("--jobs", metavar="N", type=int, help="how many are graded at the same time (default: one for each core)")
    verb.add_argument("--time-limit", metavar="S", type=float, help="seconds that an exercise may take (default: 20)")
    verb.add_argument("--memory-limit", metavar="MB", type=float, help="memory that an exercise may take beside the framework (default: 2048)")
    verb.add_argument("--seed", metavar="N", type=int, help="seed of the drawn widths and data (default: one that nobody knows)")
    verb.add_argument("--resume", action="store_true", help="go on with a run that was interrupted, with the same --out")
    verb.add_argument("--dask", metavar="ADDRESS", help="grade on the workers of this Dask scheduler, such as tcp://10.0.0.1:8786")
    verb.add_argument("--unsafe", action="store_true", help="grade where layers of isolation are missing; for submissions that you trust as your own code")


def run(chosen: argparse.Namespace, screen: Any) -> int:
    """Grade; the exit status is 0 when all are graded, whatever their marks, 1 when the grader failed on some, 2 for a wrong call, 130 when interrupted."""
    from . import outputs
    from .journal import NotResumable
    from .worker import CannotGrade
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="replace")  # an encoding without × or → must not end in a traceback
    try:
        return graded(chosen, screen)
    except (WrongCall, SettingsError, NotResumable, CannotGrade, outputs.WrongOutput) as reason:
        print(f"lazyinit grade: {reason}", file=sys.stderr)
        return 2


def graded(chosen: argparse.Namespace, screen: Any) -> int:
    """Find, grade, write."""
    from . import outputs, submissions
    settings = settled(chosen)
    found = submissions.find(chosen.submissions)
    if not found:
        raise WrongCall(f"there is no .py or .ipynb in {', '.join(chosen.submissions) or 'nothing'}")
    outputs.check(chosen)
    settings, journal = seeded(settings, chosen)
    done = journal.done(found) if chosen.resume else []
    names = {result["submission"] for result in done}
    left = [submission for submission in found if submission.name not in names]
    if done:
        screen.write_line(f"{len(done)} of {len(found)} are graded already")
    results = {result["submission"]: result for result in done}
    journal.begin(done, found)
    status = 1
    try:
        status = carried_out(chosen, settings, left, results, journal, screen)
    finally:
        ordered = [results[submission.name] for submission in found if submission.name in results]
        journal.end()
        if status == 0 or not ordered:  # a run that could not begin leaves nothing
            journal.remove()
        if ordered:
            outputs.write(ordered, chosen)
    summary(ordered, len(found), chosen.out, screen)
    return status


def settled(chosen: argparse.Namespace) -> Settings:
    """Defaults, then the file, then the command line."""
    if not chosen.submissions:
        raise WrongCall("name the submissions, files or folders: lazyinit grade answers/ --framework torch")
    if chosen.framework not in FRAMEWORKS:
        given = f", not {chosen.framework!r}" if chosen.framework else ""
        raise WrongCall(f"--framework says which framework the answers are in: {', '.join(FRAMEWORKS)}{given}")
    if chosen.jobs is not None and not 1 <= chosen.jobs <= 200:
        raise WrongCall("--jobs is a number from 1 to 200")
    settings = settings_.read(chosen.settings, Settings(framework=chosen.framework))
    return replace(settings, limits=settings_.limited(settings.limits, time=chosen.time_limit, memory=chosen.memory_limit))


def seeded(settings: Settings, chosen: argparse.Namespace) -> Any:
    """The settings with their seed – given, of the run that goes on, or one that nobody can know – and the journal."""
    from .journal import Journal
    path = Path(chosen.out).expanduser()
    former = Journal(path, settings).seed() if chosen.resume else None
    seed = chosen.seed if chosen.seed is not None else former if former is not None else secrets.randbelow(1 << 31)
    settings = replace(settings, seed=seed)
    return settings, Journal(path, settings)


def carried_out(chosen: argparse.Namespace, settings: Settings, left: Sequence[Any], results: Dict[str, Any], journal: Any, screen: Any) -> int:
    """Grade what is left into ``results``; the exit status."""
    from .progress import Progress
    if not left:
        return 0
    named = {submission.name: submission for submission in left}
    try:
        with terminated_as_interrupted(), Progress(len(left), sys.stderr) as progress:
            for result in stream(chosen, settings, left, screen):
                if "fault" in result:
                    screen.write_line(f"{result['submission']}: not graded, by a fault of the grader's own: {result['fault']}", red=True)
                    continue
                results[result["submission"]] = result
                journal.add(result, named[result["submission"]])
                progress.advance(result)
    except KeyboardInterrupt:
        screen.write_line("interrupted; to go on, call it again with --resume", yellow=True)
        return INTERRUPTED
    return 0 if all(name in results for name in named) else 1


def stream(chosen: argparse.Namespace, settings: Settings, left: Sequence[Any], screen: Any) -> Iterator[Dict[str, Any]]:
    """Results as they come, from this machine or from a cluster."""
    def begun(isolation: List[str]) -> None:
        screen.write_line(f"{settings.framework}: {len(left)} submissions, seed {settings.seed}")
        for layer in isolation:
            screen.write_line(f"isolation: {layer}", **({"red": True} if "UNSAFE" in layer else {}))

    if chosen.dask:
        from .distributed import on_cluster
        return on_cluster(chosen.dask, settings, chosen.unsafe, left, begun)
    from .pool import in_parallel
    return in_parallel(settings, chosen.jobs or cores(), chosen.unsafe, left, begun)


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """A batch system's SIGTERM keeps what is done, as Ctrl-C does."""
    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def summary(results: Sequence[Dict[str, Any]], planned: int, path: str, screen: Any) -> None:
    """Counts by status, and the mean."""
    counts: Dict[str, int] = {}
    for result in results:
        counts[result["status"]] = counts.get(result["status"], 0) + 1
    statuses = ", ".join(f"{count} {status}" for status, count in sorted(counts.items(), key=lambda pair: -pair[1]))
    mean = sum(result["score"] for result in results) / len(results) if results else 0.0
    most = results[0]["max"] if results else 0.0
    screen.write_line(f"{len(results)} of {planned} submissions: {statuses or 'none'}; mean {mean:.2f} of {most:g}; {path}", bold=True)
