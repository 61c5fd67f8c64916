"""What one process may use: memory, CPU time, threads, files, descriptors; by resource limits, and a cgroup where those do not bind."""

from __future__ import annotations

import contextlib
import glob
import os
import resource
from typing import Iterable, Optional

from . import kernel
from .settings import Limits

MB = 1 << 20
# Address space that is reserved and never used: stacks of threads, arenas of the allocator, buffers of the compiler.
RESERVED = 1024 * MB


def restrict(limits: Limits) -> None:
    """Set hard limits for this process; what the framework has taken before does not count."""
    try:
        used = kernel.memory()
    except OSError:
        used = {}
    memory = limits.memory * MB
    seconds = int(limits.time) + 2
    _set("RLIMIT_DATA", used.get("VmData", 0) + memory)
    if used:  # macOS counts what it maps for everybody
        _set("RLIMIT_AS", used["VmSize"] + memory + RESERVED)
    _set("RLIMIT_CPU", seconds * (os.cpu_count() or 1))
    _set("RLIMIT_NPROC", limits.threads)
    _set("RLIMIT_FSIZE", limits.files * MB)
    _set("RLIMIT_NOFILE", 128)
    for name in ("CORE", "MEMLOCK", "MSGQUEUE", "NICE", "RTPRIO"):
        _set(f"RLIMIT_{name}", 0)


def _set(name: str, value: int) -> None:
    number = getattr(resource, name, None)
    if number is None:
        return
    hard = resource.getrlimit(number)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(number, (value, value))


class Cgroup:
    """A control group that holds down the number of tasks of root, whom RLIMIT_NPROC does not bind."""

    def __init__(self, folder: str, home: str):
        self.folder, self.home = folder, home

    def leave(self) -> None:
        """Back to where this process was, and away with the group."""
        with contextlib.suppress(OSError):
            _write(os.path.join(self.home, "cgroup.procs"), str(os.getpid()))
            os.rmdir(self.folder)


def cgroup(tasks: int) -> Optional[Cgroup]:
    """A new group of at most so many tasks with this process in it; None where there can be none."""
    for home in _homes():
        for left in glob.glob(os.path.join(glob.escape(home), "lazyinit-*")):
            with contextlib.suppress(OSError):  # in use
                os.rmdir(left)
        folder = os.path.join(home, f"lazyinit-{os.getpid()}")
        with contextlib.suppress(OSError):
            os.mkdir(folder)
            try:
                _write(os.path.join(folder, "pids.max"), str(tasks))
                _write(os.path.join(folder, "cgroup.procs"), str(os.getpid()))
                return Cgroup(folder, home)
            except OSError:
                os.rmdir(folder)
    return None


def _homes() -> Iterable[str]:
    """The folders of this process's group in the hierarchies that can count tasks."""
    with contextlib.suppress(OSError):
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            mounts = [line.split() for line in file]
        with open("/proc/self/cgroup", encoding="utf-8", errors="surrogateescape") as file:
            groups = dict(_group(line) for line in file)
        for fields in mounts:
            kind, options = fields[fields.index("-") + 1], fields[-1].split(",")
            if kind == "cgroup" and "pids" in options and "pids" in groups:
                yield fields[4] + groups["pids"]
            elif kind == "cgroup2" and "" in groups:
                yield fields[4] + groups[""]


def _group(line: str) -> "tuple[str, str]":
    _, controllers, path = line.rstrip("\n").split(":", 2)
    return ("pids" if "pids" in controllers.split(",") else controllers), path.rstrip("/")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
