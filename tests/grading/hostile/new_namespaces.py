# tries: privileges from a user namespace, mounts, chroot
# status: graded
# score: 3
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for flag in (0x10000000, 0x20000000, 0x40000000, 0x20000):
    assert libc.unshare(flag) == -1
assert libc.mount(b"none", b".", b"tmpfs", 0, None) == -1
assert libc.umount2(os.getcwd().encode(), 2) == -1
for way in (lambda: os.chroot("."), lambda: os.setuid(0) if os.getuid() else os.chown(".", 1, 1), lambda: os.sethostname("x") if hasattr(os, "sethostname") else 1 / 0):
    try:
        way()
    except (OSError, ZeroDivisionError):
        continue
    raise AssertionError("a privilege")
# --- right answers ---
