"""``--dask ADDRESS``: the same isolated grader on the workers of a Dask cluster, which get texts and give results.

What a worker had under way when it was lost is given to another by the scheduler; what had been done has come here
already. A result counts once, by the submission's name, whoever made it.
"""

from __future__ import annotations

import atexit
import threading
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Sequence, Tuple

from . import pool
from .settings import Settings
from .worker import CannotGrade, Worker

CHUNK = 4  # submissions: what is lost with a worker, and seconds rather than minutes
ATTEMPTS = 5  # workers that may be lost with the same chunk under way
CONNECTING = 30.0  # seconds


class Text(NamedTuple):
    """A submission that has been read here: a worker needs no file of ours."""

    name: str
    text: str
    label: str


def on_cluster(address: str, settings: Settings, unsafe: bool, submissions: Sequence[Any], begun: Callable[[List[str]], None]) -> Iterator[Dict[str, Any]]:
    """Results as they come.

    Raises
    ------
    CannotGrade
        Where there is no cluster at that address, or its workers cannot grade.
    """
    client = _connected(address)
    try:
        begun([f"that of the {len(client.scheduler_info()['workers'])} workers at {address}, in every result"])
        texts: List[Text] = []
        for submission in submissions:
            source = pool.read(submission, settings, ())
            if isinstance(source, dict):
                yield source
            else:
                texts.append(Text(submission.name, source.text, source.label))
        yield from _graded(client, settings, unsafe, texts)
    finally:
        client.close()


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise CannotGrade("--dask needs distributed: pip install 'pytest-lazyinit[dask]'") from None
    try:
        client = Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CannotGrade(f"there is no Dask scheduler at {address}: {' '.join(str(error).split())[:200]}") from None
    if not client.scheduler_info()["workers"]:
        client.close()
        raise CannotGrade(f"the scheduler at {address} has no workers; start some with: dask worker {address} --nthreads 1")
    return client


def _graded(client: Any, settings: Settings, unsafe: bool, texts: Sequence[Text]) -> Iterator[Dict[str, Any]]:
    from distributed import as_completed
    chunks = [tuple(texts[start:start + CHUNK]) for start in range(0, len(texts), CHUNK)]
    # "pure" would take two students with the same text for one task.
    futures = {client.submit(grade_chunk, settings, unsafe, chunk, pure=False): chunk for chunk in chunks}
    done, attempts = set(), {}  # type: Any, Dict[Tuple[Text, ...], int]
    waiting = as_completed(list(futures), loop=client.loop, with_results=True, raise_errors=False)
    for future, found in waiting:
        chunk = futures.pop(future)
        if future.status == "finished":
            for result in found:
                if result["submission"] not in done:
                    done.add(result["submission"])
                    yield result
            continue
        attempts[chunk] = attempts.get(chunk, 0) + 1
        again = _retried(client, settings, unsafe, chunk, future, attempts[chunk])
        futures[again] = chunk
        waiting.add(again)


def _retried(client: Any, settings: Settings, unsafe: bool, chunk: Tuple[Text, ...], future: Any, attempts: int) -> Any:
    """Another try after the workers of a chunk were lost; whatever else went wrong will not get better."""
    error = future.exception()
    if type(error).__name__ != "KilledWorker" or attempts >= ATTEMPTS:
        raise CannotGrade(f"a worker of the cluster cannot grade: {' '.join(str(error).split())[:2000]}")
    return client.submit(grade_chunk, settings, unsafe, chunk, pure=False)


# -- on a worker --------------------------------------------------------------------------------------

_HERE = threading.local()


def grade_chunk(settings: Settings, unsafe: bool, texts: Sequence[Text]) -> List[Dict[str, Any]]:
    """Grade in this thread's zygote, which is kept for the next chunk of the same run."""
    key = repr((settings, unsafe))
    if getattr(_HERE, "key", None) != key:
        if getattr(_HERE, "worker", None) is not None:
            _HERE.worker.stop()
        _HERE.key, _HERE.worker = key, Worker(settings, unsafe)
        atexit.register(_HERE.worker.stop)
    return [pool.grade_or_fault(_HERE.worker, text.name, text, settings) for text in texts]
