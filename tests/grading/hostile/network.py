# tries: connections to anywhere
# status: graded
# score: 3
import socket

for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, 16):
    try:
        socket.socket(family, socket.SOCK_STREAM if family != 16 else socket.SOCK_RAW)
    except OSError:
        continue
    raise AssertionError("a socket")
# --- right answers ---
