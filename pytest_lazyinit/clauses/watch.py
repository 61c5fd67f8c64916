"""Watching a framework's functions while a model is built or passed through: recording and holding up."""

from __future__ import annotations

import contextlib
import functools
import threading
from typing import Any, Callable, Iterable, Iterator, List, Tuple

# A thread that waits for a lock of the held-up one is given this long (seconds) before the other goes on. It is
# far more than a pass takes on a busy machine, so that the schedule is the same there.
PATIENCE = 2.0


@contextlib.contextmanager
def replaced(points: Iterable[tuple], wrap: Callable[[Callable, str], Callable]) -> Iterator[None]:
    """Each ``owner.attribute`` replaced by ``wrap(original, name)``, and restored."""
    with contextlib.ExitStack() as stack:
        for owner, attribute in points:
            own = attribute in vars(owner)
            raw = vars(owner)[attribute] if own else None
            setattr(owner, attribute, rewrap(raw, getattr(owner, attribute), wrap, attribute))
            stack.callback(setattr, owner, attribute, raw) if own else stack.callback(delattr, owner, attribute)
        yield


def rewrap(raw: Any, bound: Callable, wrap: Callable, name: str) -> Any:
    """Keep a static method static and a class method a class method."""
    if isinstance(raw, staticmethod):
        return staticmethod(wrap(raw.__func__, name))
    if isinstance(raw, classmethod):
        return classmethod(wrap(raw.__func__, name))
    return wrap(bound, name)


@contextlib.contextmanager
def recorded(points: Iterable[tuple]) -> Iterator[List[str]]:
    """The names of the functions called while active, in order."""
    calls: List[str] = []

    def wrap(original, name):
        @functools.wraps(original)
        def call(*args, **kwargs):
            calls.append(name)
            return original(*args, **kwargs)
        return call
    with replaced(points, wrap):
        yield calls


def outcome(call: Callable[[], Any]) -> tuple:
    """``("returned", value)`` or ``("raised", exception)``."""
    try:
        return "returned", call()
    except Exception as error:
        return "raised", error


def interleaved(points: Iterable[tuple], first: Callable[[], Any], second: Callable[[], Any]) -> Tuple[list, bool]:
    """Run ``first`` in a thread up to a point, ``second`` wholly, then the rest of ``first``.

    Gives ``[outcome of first, outcome of second]``, each ``("returned", value)`` or ``("raised",
    exception)``, and whether the point was reached. One schedule, always the same: no race is left
    to chance. Where ``second`` waits for a lock that ``first`` holds, ``first`` goes on after a while.
    """
    reached, resume, outcomes = threading.Event(), threading.Event(), [None, None]

    def run(index: int, call: Callable[[], Any]) -> None:
        outcomes[index] = outcome(call)
        reached.set()

    def wrap(original, name):
        @functools.wraps(original)
        def call(*args, **kwargs):
            if threading.current_thread() is threads[0] and not held:
                held.append(name)
                reached.set()
                resume.wait(2 * PATIENCE)
            return original(*args, **kwargs)
        return call
    held: List[str] = []
    threads = [threading.Thread(target=run, args=(index, call), daemon=True) for index, call in enumerate((first, second))]
    with replaced(points, wrap):
        threads[0].start()
        reached.wait()
        threads[1].start()
        threads[1].join(PATIENCE)
        resume.set()
        for thread in threads:
            thread.join()
    return outcomes, bool(held)


def alternating(points: Iterable[tuple], first: Callable[[], Any], second: Callable[[], Any]) -> list:
    """Run ``first`` in a thread up to a point, ``second`` in another up to it, then the rest of ``first``, then that of ``second``.

    Gives ``[outcome of first, outcome of second]`` as `interleaved` does. Where one waits for a lock that the other holds, that one goes on.
    """
    arrived, resume, outcomes = [threading.Event() for _ in range(2)], [threading.Event() for _ in range(2)], [None, None]

    def run(index: int, call: Callable[[], Any]) -> None:
        outcomes[index] = outcome(call)
        arrived[index].set()

    def wrap(original, name):
        @functools.wraps(original)
        def call(*args, **kwargs):
            for index, thread in enumerate(threads):
                if threading.current_thread() is thread and not arrived[index].is_set():
                    arrived[index].set()
                    resume[index].wait(2 * PATIENCE)
            return original(*args, **kwargs)
        return call
    threads = [threading.Thread(target=run, args=(index, call), daemon=True) for index, call in enumerate((first, second))]
    with replaced(points, wrap):
        threads[0].start()
        arrived[0].wait()
        threads[1].start()
        arrived[1].wait(PATIENCE)
        for thread, event in zip(threads, resume):
            event.set()
            thread.join()
    return outcomes
