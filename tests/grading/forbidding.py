"""Runs a command where the kernel refuses some system calls, as a container's profile does: forbidding.py NAME[,NAME…] COMMAND…"""

from __future__ import annotations

import errno
import os
import sys

import pyseccomp

names, command = sys.argv[1].split(","), sys.argv[2:]
found = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
for name in names:
    found.add_rule(pyseccomp.ERRNO(errno.EPERM), int(name) if name.isdigit() else name)
found.load()
os.execv(command[0], command)
