"""The start of a forked child: behind its layers it executes one submission and answers questions about it.

Everything that is called after the student's code has run stands in a local variable before; the modules here have builtins
of their own (``private``).
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from . import compiled, private, protocol, seal
from .isolation import Isolation
from .session import TAMPERED
from .settings import Limits

REQUESTS, ANSWERS = 3, 4
NOT_STARTED, LOST = 70, 71


class Start(NamedTuple):
    """What a child is started with, made in the zygote."""

    ops: Dict[str, Callable[..., Dict[str, Any]]]
    isolation: Isolation
    decode: Callable[[str], Any]
    encode: Callable[[Any], str]
    seal: seal.Seal
    cache: Optional[str] = None  # of compiled programs


def start(ops: Mapping[str, Callable[..., Dict[str, Any]]], isolation: Isolation, cache: Optional[str]) -> Start:
    """In the zygote, once: what all its children start with."""
    own, decode, encode = dict(ops), protocol.decoder(), protocol.encoder()
    return Start(own, isolation, decode, encode, seal.taken(own, decode, encode), cache)


def run(start: Start, descriptors: List[int], folder: str, limits: Limits, trusted: bool = False) -> None:
    """Be the child; never returns. A trusted one, which executes the grader's own text, may write to the cache."""
    leave = os._exit
    try:
        try:
            _arrange(descriptors, folder)
            start.isolation.restrict([folder, start.cache] if trusted and start.cache else [folder], limits)
            if start.cache and not trusted:
                compiled.read_only()
        except BaseException as error:  # noqa: B036 – a layer that cannot be put in force
            os.write(2, f"lazyinit: the child could not start: {type(error).__name__}: {error}\n".encode())
            leave(NOT_STARTED)
        _serve(start)
    finally:
        leave(LOST)  # the submission took away what the answers need


def _arrange(descriptors: List[int], folder: str) -> None:
    """Three pipes and nothing else; an empty input; a folder of its own that is also home and the place for temporary files."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # as Python has them: an OSError says it
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    # First out of the way of the low numbers, as they may be among them.
    requests, answers, output = [_moved(descriptor) for descriptor in descriptors]
    nothing = _moved(os.open(os.devnull, os.O_RDONLY))
    for source, target in ((nothing, 0), (output, 1), (output, 2), (requests, REQUESTS), (answers, ANSWERS)):
        os.dup2(source, target, inheritable=False)
    os.closerange(ANSWERS + 1, os.sysconf("SC_OPEN_MAX"))
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    tempfile.tempdir = folder  # the framework's import has asked for it before


def _moved(descriptor: int) -> int:
    import fcntl
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 20)


def _serve(start: Start) -> None:
    """Answer until the requests end."""
    ops, decode, encode, describe = start.ops, start.decode, start.encode, protocol.describe
    read, write, leave, largest, flush = os.read, os.write, os._exit, protocol.LARGEST, _flush
    pending = b""
    check, sealed = seal.broken, start.seal
    checks = check.__code__
    private.hide()
    while True:
        while b"\n" not in pending:
            more = read(REQUESTS, 1 << 16)
            if not more:
                leave(0)
            pending += more
        line, _, pending = pending.partition(b"\n")
        request = decode(line.decode())
        identifier, op = request.pop("id"), request.pop("op")
        # In this frame, as its code runs already and so cannot be exchanged; and twice, as what was changed may be changed back.
        if check.__code__ is not checks or check(sealed):
            leave(TAMPERED)
        try:
            answer = encode(ops[op](**request))
        except BaseException as error:  # noqa: B036 – a student's sys.exit() too is an answer
            answer = encode({"error": describe(error)})
        flush()
        if check.__code__ is not checks or check(sealed):
            leave(TAMPERED)
        data = f"{identifier} {answer}\n".encode()
        if len(data) > largest:
            data = f'{identifier} {{"too_large": {len(data)}}}\n'.encode()
        while data:
            data = data[write(ANSWERS, data):]


def _flush(streams: Any = (sys.__stdout__, sys.__stderr__)) -> None:
    """What was printed is to arrive before the answer, even if the process is then killed."""
    for stream in streams:
        try:
            stream.flush()
        except BaseException:  # noqa: B036 – closed, or replaced
            pass
