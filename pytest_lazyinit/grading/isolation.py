"""All layers together: which are there, what is said of them, and what to do where one is missing."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any, List, Optional

from . import kernel, landlock, limits, namespaces, seccomp
from .settings import Limits

NO_WAY_ROUND = "or grade without protection, which lets a submission read, change and send whatever you can: --unsafe"


@dataclass
class Isolation:
    """What this zygote's children are held by; made before the framework is imported."""

    plan: Optional[namespaces.Plan] = None
    landlock: bool = False
    filter: Any = None
    cgroup: Optional[limits.Cgroup] = None
    missing: List[str] = field(default_factory=list)  # one sentence each, with what to do
    readable: List[str] = field(default_factory=list)

    def described(self) -> List[str]:
        """What is active, for the terminal and every result."""
        found = [*(namespaces.described(self.plan) if self.plan else ()), *(landlock.described() if self.landlock else ())]
        if self.filter is not None:
            found.append("seccomp: no network, no new processes, no tracing, no new namespaces")
        found.append("limits: wall clock, CPU time, memory, file size, descriptors, output")
        if self.cgroup is not None:
            found.append("limits: threads, by cgroup")
        elif self.plan is not None and (self.plan.stranger or not _root()):
            found.append("limits: threads, by user")
        return found if not self.missing else [*found, "UNSAFE: layers are missing"]

    def restrict(self, folders: List[str], limited: Limits) -> None:
        """Put this process, a child, behind every layer; a layer that fails ends it."""
        limits.restrict(limited)
        if self.landlock:
            landlock.restrict(self.readable, folders)
        if kernel.LINUX:
            kernel.drop_capabilities()
        if self.filter is not None:
            self.filter.load()


def _root() -> bool:
    import os
    return os.geteuid() == 0


def prepared(threads: int, folder: str) -> Isolation:
    """Find out which layers there are, and enter those that hold from here on; namespaces begin with the next fork."""
    found = Isolation()
    if not kernel.LINUX:
        found.missing.append(_elsewhere())
        return found
    try:
        found.filter = seccomp.prepared()
    except seccomp.Unavailable as reason:
        found.missing.append(f"no system call filter: {reason}")
    found.landlock = landlock.version() > 0
    if not found.landlock:
        found.missing.append("no Landlock: it needs Linux 5.13 or newer with CONFIG_SECURITY_LANDLOCK, landlock in the kernel's lsm= list, and in Docker a "
                             "seccomp profile that permits it (Docker 20.10.10 or newer)")
    try:
        found.plan = namespaces.choose(folder)
    except namespaces.Forbidden as reason:
        found.missing.append(f"no namespaces ({reason}): {_permission()}")
        return found
    if _root() and not found.plan.stranger:
        found.cgroup = limits.cgroup(threads + 16)
    namespaces.enter(found.plan)
    return found


def _elsewhere() -> str:
    return f"there is no isolation on {sys.platform}: use Linux, on Windows in WSL 2 and on macOS in a virtual machine or in Docker's own (docs/grading.md)"


def _permission() -> str:
    """What to change so that namespaces are permitted; each is said only where it applies."""
    def read(path: str) -> str:
        try:
            with open(path, encoding="ascii") as file:
                return file.read().strip()
        except OSError:
            return ""

    if read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile with userns for this Python"
    if read("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return "sysctl kernel.unprivileged_userns_clone=1"
    if read("/proc/sys/user/max_user_namespaces") == "0":
        return "sysctl user.max_user_namespaces=10000"
    return ("in Docker or Podman start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined, "
            "in Kubernetes with securityContext.seccompProfile.type Unconfined")
