"""Namespaces of one's own – user, PID, network, IPC, mount, host name – and another user's identity, without root.

They are entered before the framework is imported: a process that has threads cannot enter a user namespace, and MXNet
starts threads whenever it is forked.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
from typing import List, NamedTuple, Optional, Tuple

from . import kernel

USER, PID, NETWORK, IPC, HOST, MOUNT = 0x10000000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x00020000
NOSUID, NODEV, NOEXEC, RECURSIVE, PRIVATE, DETACH = 2, 4, 8, 0x4000, 1 << 18, 2
# Nobody's number, so that no other process of the machine counts towards its limits.
STRANGER = 64321


class Plan(NamedTuple):
    """A way in."""

    user: bool  # through a user namespace, which needs no root
    stranger: bool  # after having become another user, which only root can


class Forbidden(RuntimeError):
    """Why there are no namespaces; one sentence."""


def plans() -> List[Plan]:
    """The ways that are open to this user, the best first."""
    if os.geteuid() != 0:
        return [Plan(user=True, stranger=False)]
    found = [Plan(user=True, stranger=False), Plan(user=False, stranger=False)]
    return [Plan(user=True, stranger=True), *found] if _open_to_all() else found


def _open_to_all() -> bool:
    """Whether another user can read what Python needs; an interpreter below /root is closed to all others."""
    paths = {sys.executable, sys.base_prefix, sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), os.path.dirname(__file__)}
    return all(_passable(os.path.realpath(path)) for path in paths)


def _passable(path: str) -> bool:
    while True:
        if not os.stat(path).st_mode & (0o001 if os.path.isdir(path) else 0o004):
            return False
        if path == os.path.dirname(path):
            return True
        path = os.path.dirname(path)


def choose(folder: str) -> Plan:
    """The first way that works, tried out in a process that is thrown away."""
    problems: List[str] = []
    for plan in plans():
        problem = _tried(plan, folder)
        if problem is None:
            return plan
        problems.append(problem)
    raise Forbidden(problems[0])


def _tried(plan: Plan, folder: str) -> Optional[str]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            enter(plan)
            fresh_folder(folder, 1)
        except OSError as error:
            os.write(writer, str(error).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        problem = pipe.read().decode(errors="replace")
    os.waitpid(child, 0)
    return problem or None


def enter(plan: Plan) -> None:
    """Enter new namespaces; the PID namespace begins with the next child."""
    if plan.stranger:
        os.setgroups([])
        os.setresgid(STRANGER, STRANGER, STRANGER)
        os.setresuid(STRANGER, STRANGER, STRANGER)
        # Without this the files below /proc/self belong to root after a change of identity.
        kernel.prctl(kernel.SET_DUMPABLE, 1)
    user, group = os.geteuid(), os.getegid()
    kernel.call("unshare", ctypes.c_int((USER if plan.user else 0) | PID | NETWORK | IPC | HOST | MOUNT))
    if plan.user:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    kernel.call("mount", b"none", b"/", None, ctypes.c_ulong(RECURSIVE | PRIVATE), None)


def fresh_folder(path: str, megabytes: int) -> None:
    """Put an empty file system in memory onto a folder, with room for so much and for 1024 files."""
    options = f"size={megabytes}m,nr_inodes=1024,mode=700,uid={os.geteuid()},gid={os.getegid()}".encode()
    kernel.call("mount", b"tmpfs", os.fsencode(path), b"tmpfs", ctypes.c_ulong(NOSUID | NODEV | NOEXEC), options)


def clear_folder(path: str) -> None:
    """Take it away with all that is in it, whoever has it open."""
    kernel.call("umount2", os.fsencode(path), ctypes.c_int(DETACH))


def described(plan: Plan) -> Tuple[str, ...]:
    found = ("namespaces: " + ("user, " if plan.user else "") + "PID, network, IPC, mount, host name",)
    return (*found, "another user's identity") if plan.stranger else found


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
