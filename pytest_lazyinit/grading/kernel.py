"""The system calls that Python has no name for, as functions that raise OSError."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from typing import Any

LINUX = sys.platform == "linux"
CLONE = {"x86_64": 56, "aarch64": 220}

# prctl
SET_PDEATHSIG, SET_DUMPABLE, CAPBSET_DROP, SET_NO_NEW_PRIVS, CAP_AMBIENT, CAP_AMBIENT_CLEAR_ALL = 1, 4, 24, 38, 47, 4

_libc: Any = ctypes.CDLL(None, use_errno=True) if LINUX else None
# Holds the interpreter's lock during the call, which a fork needs.
_held: Any = ctypes.PyDLL(None, use_errno=True) if LINUX else None


def call(name: str, *arguments: Any) -> int:
    """A function of the C library that returns -1 on failure."""
    return _checked(getattr(_libc, name)(*arguments), name)


def syscall(number: int, *arguments: Any) -> int:
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments), f"system call {number}")


def prctl(option: int, *values: int) -> int:
    longs = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    return call("prctl", ctypes.c_int(option), *longs)


def fork_without_handlers() -> int:
    """Fork as the system call does, without what libraries have registered to be run before and after.

    MXNet has registered the start of its engine, threads and all, in both processes. In a process of one thread, which
    the zygote is, the handlers have nothing to put right.
    """
    number = CLONE.get(platform.machine())
    if number is None:
        return os.fork()
    import signal
    zero = ctypes.c_long(0)
    return _checked(_held.syscall(ctypes.c_long(number), ctypes.c_long(signal.SIGCHLD), zero, zero, zero, zero), "clone")


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    for number in range(64):
        try:
            prctl(CAPBSET_DROP, number)
        except OSError:
            break  # the last one that this kernel knows, or none may be dropped
    try:
        prctl(CAP_AMBIENT, CAP_AMBIENT_CLEAR_ALL)
    except OSError:
        pass  # before Linux 4.3 there are none
    header, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    call("capset", ctypes.byref(header), ctypes.byref(nothing))
    prctl(SET_NO_NEW_PRIVS, 1)


def memory() -> "dict[str, int]":
    """VmSize, VmData and VmRSS of this process in bytes."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        pairs = (line.split() for line in file if line.startswith("Vm"))
        return {pair[0][:-1]: int(pair[1]) * 1024 for pair in pairs}


def tasks() -> int:
    """The number of threads of this process."""
    return len(os.listdir("/proc/self/task"))


def _checked(result: int, name: str) -> int:
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result
