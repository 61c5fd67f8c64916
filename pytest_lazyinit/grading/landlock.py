"""Landlock: which files a process and all that it starts may touch, without root; Linux 5.13 and newer."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
import sysconfig
from typing import Iterable, List, Set, Tuple

from . import kernel

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, MAKE_CHAR, MAKE_SOCK, MAKE_BLOCK = 1, 2, 4, 8, 1 << 6, 1 << 9, 1 << 11
TRUNCATE, IOCTL_DEVICE = 1 << 14, 1 << 15
# All rights that a version of the interface knows: on files, on the network, and towards processes outside.
FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
# A process's own, which TensorFlow and the C library read; these names mean another process in each.
OF_ITSELF = tuple(f"/proc/self/{name}" for name in ("cmdline", "maps", "stat", "statm", "status"))
NETWORK, SCOPES = 3, 3  # bind and connect; signals and abstract sockets
READ = READ_FILE | READ_DIR
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE

SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone",
          "/etc/nsswitch.conf", "/etc/passwd", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version", "/proc/sys/kernel/osrelease",
          "/sys/devices/system", "/sys/kernel/mm/transparent_hugepage", "/dev/urandom", "/dev/random", "/dev/zero", "/dev/full")


def version() -> int:
    """The version of the interface, 0 where there is none."""
    if not kernel.LINUX:
        return 0
    try:
        return kernel.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    except OSError:
        return 0


def readable() -> List[str]:
    """What a child needs to read: the libraries of Python, of the framework and of the system; no checkout, no home, no course."""
    found: List[str] = []
    for path in sorted({os.path.realpath(path) for path in (*_of_python(), *_of_modules(), *SYSTEM)}):
        if not found or not path.startswith(os.path.join(found[-1], "")):  # else it is in there
            found.append(path)
    return found


def _of_python() -> Set[str]:
    return {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")} | {os.path.join(sys.base_prefix, "lib")}


def _of_modules() -> Set[str]:
    """The folders that the imported packages lie in, package by package: what else stands beside them is nobody's business."""
    found: Set[str] = set()
    own = __name__.partition(".")[0]
    for name, module in list(sys.modules.items()):
        if "." not in name and name not in (own, "__main__"):
            found.update(str(folder) for folder in getattr(module, "__path__", ()))
    return found


def restrict(read: Iterable[str], write: Iterable[str]) -> None:
    """Let this process and its descendants read these paths, use those folders as they like, and touch nothing else."""
    known = version()
    handled = FILES[min(known, max(FILES))]
    # The kernel refuses a size with unknown fields only if they are not zero.
    attributes = struct.pack("=QQQ", handled, NETWORK if known >= 4 else 0, SCOPES if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    ruleset = kernel.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for path in (*read, *OF_ITSELF):
            _allow(ruleset, path, READ & handled)
        _allow(ruleset, "/dev/null", (READ_FILE | WRITE_FILE) & handled)
        for path in write:
            _allow(ruleset, path, handled & ~(EXECUTE | MAKE_CHAR | MAKE_BLOCK | MAKE_SOCK | IOCTL_DEVICE))
        kernel.prctl(kernel.SET_NO_NEW_PRIVS, 1)
        kernel.syscall(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= OF_A_FILE
        rule = struct.pack("=Qi", rights, descriptor)
        kernel.syscall(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    finally:
        os.close(descriptor)


def described() -> Tuple[str, ...]:
    known = version()
    return (f"Landlock {known}: files read-only but for a private folder" + ("; no signals out" if known >= 6 else ""),) if known else ()
