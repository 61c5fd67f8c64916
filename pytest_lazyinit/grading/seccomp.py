"""System calls that no answer to an exercise needs: refused with "Operation not permitted", for good.

The filter is built by libseccomp (through pyseccomp), which knows every architecture's numbers. A call that this
libseccomp is too old to know is looked after by number, as those are the same on all of them.
"""

from __future__ import annotations

import contextlib
import errno
from typing import Any, List, Tuple

REFUSED = {
    "network": "socket connect bind listen accept accept4 sendmmsg recvmmsg",
    "processes": "fork vfork execve execveat setsid setpgid",
    "other processes": "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_open pidfd_getfd pidfd_send_signal "
                       "rt_sigqueueinfo rt_tgsigqueueinfo tkill setpriority ioprio_set migrate_pages move_pages",
    "namespaces and mounts": "unshare setns mount umount2 umount pivot_root chroot fsopen fsconfig fsmount fspick open_tree move_mount mount_setattr "
                             "open_by_handle_at name_to_handle_at",
    # Landlock looks at what is read and written, not at whose it is and who may.
    "ownership and modes": "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat setxattr lsetxattr fsetxattr "
                           "removexattr lremovexattr fremovexattr truncate truncate64",
    "kernel": "bpf perf_event_open userfaultfd keyctl add_key request_key kexec_load kexec_file_load init_module finit_module delete_module reboot swapon "
              "swapoff quotactl quotactl_fd syslog acct settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname iopl ioperm "
              "modify_ldt personality lookup_dcookie nfsservctl vhangup fanotify_init inotify_init inotify_init1",
    "memory that no limit counts": "memfd_create memfd_secret shmget shmat shmctl msgget msgsnd semget semop "
                                   "mq_open mq_unlink io_setup io_uring_setup io_uring_enter io_uring_register",
}
# Said to be done: JAX marks a compiled program as used when it reads it, and compiles anew where it cannot.
PRETENDED = "utime utimes futimesat utimensat"
CLONE_THREAD = 0x10000
# Namespaces by clone: user, PID, network, IPC, UTS, mount, cgroup, time.
CLONE_NEW = 0x7E020080
CLONE3 = 435
# From here on system calls are younger than this list: as on a kernel that does not have them.
UNKNOWN = range(463, 512)


class Unavailable(RuntimeError):
    """Why there can be no filter; one sentence that says what to do."""


def library() -> Any:
    """pyseccomp, loaded."""
    try:
        import pyseccomp
    except ImportError:
        raise Unavailable("pyseccomp is not installed: pip install 'pytest-lazyinit[grading]'") from None
    except (OSError, RuntimeError) as error:
        raise Unavailable(f"libseccomp cannot be loaded ({error}): install your system's package libseccomp2 or libseccomp") from None
    return pyseccomp


def prepared() -> Any:
    """The filter, built and not yet in force; ``.load()`` puts it there, on every thread of the process."""
    seccomp = library()
    try:
        found = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
        _all_threads(found, seccomp)
        for name in " ".join(REFUSED.values()).split():
            _refuse(found, seccomp, name, errno.EPERM)
        for name in PRETENDED.split():
            _refuse(found, seccomp, name, 0)
        for name, conditions in _by_argument(seccomp):
            _refuse(found, seccomp, name, errno.EPERM, *conditions)
        # Its flags lie behind a pointer, where no filter sees them; without it the C library takes clone.
        _refuse(found, seccomp, "clone3", errno.ENOSYS)
        for number in UNKNOWN:
            found.add_rule(seccomp.ERRNO(errno.ENOSYS), number)
    except (OSError, RuntimeError, ValueError) as error:
        raise Unavailable(f"libseccomp refuses the filter ({error}); a kernel with CONFIG_SECCOMP_FILTER is needed") from None
    return found


def _all_threads(found: Any, seccomp: Any) -> None:
    attributes = getattr(seccomp, "Attr", None)
    if attributes is not None and hasattr(attributes, "CTL_TSYNC"):
        found.set_attr(attributes.CTL_TSYNC, 1)
        with contextlib.suppress(OSError):
            found.set_attr(attributes.CTL_OPTIMIZE, 2)  # a search tree; libseccomp 2.5


def _by_argument(seccomp: Any) -> List[Tuple[str, Tuple[Any, ...]]]:
    """Calls that are refused for some arguments only."""
    masked, low = seccomp.MASKED_EQ, (1 << 32) - 1
    # A process number is 32 bits wide: the kernel drops the rest, and a comparison of 64 bits would let it by.
    zygote, everybody = seccomp.Arg(0, masked, low, 1), seccomp.Arg(0, masked, low, low)
    found: List[Tuple[str, Tuple[Any, ...]]] = [
        ("clone", (seccomp.Arg(0, masked, CLONE_THREAD, 0),)),
        ("ioctl", (seccomp.Arg(1, masked, low, 0x5412),)),  # TIOCSTI types into a terminal
        ("prlimit64", (seccomp.Arg(0, seccomp.NE, 0),)),
    ]
    found += [("clone", (seccomp.Arg(0, masked, 1 << bit, 1 << bit),)) for bit in range(32) if CLONE_NEW >> bit & 1]
    for name in ("kill", "tgkill", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr"):
        found += [(name, (zygote,)), (name, (everybody,))]
    return found


def _refuse(found: Any, seccomp: Any, name: str, code: int, *conditions: Any) -> None:
    numbers = {"clone3": CLONE3, "pidfd_open": 434, "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443,
               "memfd_secret": 447, "process_mrelease": 448, "fchmodat2": 452}
    try:
        number = seccomp.resolve_syscall(seccomp.Arch.NATIVE, name)
    except (ValueError, OSError, AttributeError):
        number = -1
    if number < 0:
        number = numbers.get(name, -1)  # not on this architecture if it is not there either
    if number >= 0:
        found.add_rule(seccomp.ERRNO(code), number, *conditions)
