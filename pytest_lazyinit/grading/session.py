"""One exercise of one submission: questions to a child, with the clock on this side."""

from __future__ import annotations

import os
import secrets
import select
import signal
import time
from typing import Any, Dict, Optional

from . import protocol
from .protocol import Malformed
from .settings import Limits
from .worker import Exit, Worker

TAMPERED = 72  # the exit status of a child that finds its answers replaced
TIMED_OUT, CRASHED, OUT_OF_MEMORY, FAILED_TO_LOAD = "timed-out", "crashed", "out-of-memory", "failed-to-load"
# What allocators say that do not raise MemoryError.
NO_MEMORY = ("DefaultCPUAllocator: can't allocate", "DefaultCPUAllocator: not enough memory", "std::bad_alloc", "OOM when allocating", "RESOURCE_EXHAUSTED",
             "Out of memory", "Cannot allocate memory", "Failed to allocate", "MemoryError")


class Gone(Exception):
    """There will be no answers any more; ``status`` is the exercise's and ``text`` one sentence."""

    def __init__(self, status: str, text: str, error: Optional[Dict[str, Any]] = None):
        super().__init__(text)
        self.status, self.text, self.error = status, text, error


class Session:
    """A child that executes one submission; used as a context manager, which ends it."""

    def __init__(self, worker: Worker, source: str, label: str, limits: Limits, trusted: bool = False):
        self.trusted = trusted  # the grader's own text, which may write what others read
        self.worker, self.source, self.label, self.limits = worker, source, label, limits
        self.left = limits.time  # the parent's own work does not count
        self.printed = bytearray()
        self.child: Any = None  # a worker.Child, once entered
        self.gone: Optional[Gone] = None
        self._pending, self._searched = bytearray(), 0

    def __enter__(self) -> "Session":
        self.worker.start()  # an import is not on the submission's time
        self.child = self.worker.fork(self.limits, self.trusted)
        return self

    def __exit__(self, *error: Any) -> None:
        if self.child is not None:
            self.worker.kill(self.child)
            self.child.close()
            self.child = None

    def load(self) -> Dict[str, Any]:
        """Execute the student's module.

        Raises
        ------
        Gone
            Also for an exception, with ``error`` as the child described it.
        """
        answer = self.ask("load", source=self.source, path=self.label)
        error = answer.get("error")
        if error is None:
            return answer
        raise self._ended(FAILED_TO_LOAD, f"The file cannot be loaded: {_name(error)}.", error)

    def ask(self, op: str, **arguments: Any) -> Dict[str, Any]:
        """Send one question and wait for the answer, which may be ``{"error": …}``.

        Raises
        ------
        Gone
            When time or memory has run out, or the process has ended or ceased to answer.
        """
        if self.gone is not None:
            raise self.gone
        identifier = secrets.token_hex(8)
        line = self._exchange(protocol.request(identifier, op, arguments))
        try:
            answer = protocol.reply(identifier, line)
        except Malformed:
            raise self._ended(CRASHED, "Something other than the answer came over the grader's own pipe.") from None
        error = answer.get("error")
        if isinstance(error, dict):
            self._judge(error)
        elif "too_large" in answer:
            raise self._ended(CRASHED, "The answer is larger than the grader takes.")
        return answer

    @property
    def output(self) -> str:
        """What the submission printed, as much of it as is kept."""
        return bytes(self.printed).decode("utf-8", "replace")

    def _judge(self, error: Dict[str, Any]) -> None:
        """Errors that end an exercise whatever was asked."""
        text = str(error.get("text", ""))
        if str(error.get("type")).endswith("MemoryError") or any(words in text for words in NO_MEMORY):
            raise self._ended(OUT_OF_MEMORY, f"It needs more than {self.limits.memory} MB of memory.", error)

    def _exchange(self, data: bytes) -> bytes:
        """Write a request, drain the output, and wait for one line."""
        started = time.monotonic()
        try:
            return self._wait(data, started + self.left)
        finally:
            self.left -= time.monotonic() - started

    def _wait(self, data: bytes, end: float) -> bytes:
        requests, answers, output = self.child[1:]
        readers, closed = [answers, output], False
        while True:
            line = self._line()
            if line is not None:
                self._drain(output)
                return line
            left = end - time.monotonic()
            if left <= 0:
                raise self._ended(TIMED_OUT, f"It takes more than {self.limits.time:g} s.")
            if closed or len(self._pending) > protocol.LARGEST:
                raise self._without_answer(max(0.0, left))
            ready, writable, _ = select.select(readers, [requests] if data else [], [], left)
            if writable:
                data = self._write(requests, data)
            if output in ready and not self._drain(output):
                readers.remove(output)
            if answers in ready:
                more = _read(answers)
                closed = more == b""
                self._pending += more or b""

    def _line(self) -> Optional[bytes]:
        """The first line of what has come, if it is whole; no byte is searched twice."""
        end = self._pending.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._pending)
            return None
        line = bytes(self._pending[:end])
        del self._pending[:end + 1]
        self._searched = 0
        return line

    def _write(self, requests: int, data: bytes) -> bytes:
        try:
            return data[os.write(requests, data):]
        except BlockingIOError:
            return data
        except BrokenPipeError:
            return b""  # it ended; the answers say so next

    def _drain(self, output: int) -> bool:
        """Keep the first part of what is printed and read the rest away; False at its end."""
        for _ in range(16):  # and then look at the clock again: it may print faster than this reads
            more = _read(output)
            if not more:
                return more is None
            self.printed += more[:max(0, self.limits.output * 1024 - len(self.printed))]
        return True

    def _without_answer(self, left: float) -> Gone:
        """The process has closed its end: how did it end?"""
        exit = self.worker.exit(self.child, max(0.2, min(left, 2.0)))
        self._drain(self.child.output)
        if exit is None:
            return self._ended(CRASHED, "It closed the grader's own pipe, or filled it with something other than answers.")
        return self._ended(*_verdict(exit, self.limits, self.output))

    def _ended(self, status: str, text: str, error: Optional[Dict[str, Any]] = None) -> Gone:
        self.__exit__()
        self.gone = Gone(status, text, error)
        return self.gone


def _verdict(exit: Exit, limits: Limits, output: str) -> "tuple[str, str]":
    """The status and a sentence for a process that ended by itself."""
    number = os.WTERMSIG(exit.status) if os.WIFSIGNALED(exit.status) else 0
    if number == getattr(signal, "SIGXCPU", -1):
        return TIMED_OUT, f"It takes more than {limits.time:g} s."
    # The kernel kills what has much memory when there is none left; a process may also do that to itself.
    killed = number == signal.SIGKILL and exit.kilobytes > limits.memory * 512
    if killed or number == signal.SIGABRT and any(words in output for words in NO_MEMORY):
        return OUT_OF_MEMORY, f"It needs more than {limits.memory} MB of memory."
    if number:
        return CRASHED, f"The process was ended by a signal: {signal.strsignal(number) or number}."
    if os.WEXITSTATUS(exit.status) == TAMPERED:
        return CRASHED, "It changed what the grader does in its process."
    return CRASHED, f"The process ended itself with exit status {os.WEXITSTATUS(exit.status)}."


def _name(error: Dict[str, Any]) -> str:
    text = " ".join(str(error.get("text", "")).split())[:300]
    return f"{str(error.get('type', 'an exception'))[:100]}{': ' + text if text else ''}"


def _read(descriptor: int) -> Optional[bytes]:
    """What is there; None if there is nothing now, empty at the end."""
    try:
        return os.read(descriptor, 1 << 16)
    except BlockingIOError:
        return None
