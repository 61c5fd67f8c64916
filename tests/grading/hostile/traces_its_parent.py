# tries: reading and writing another process's memory
# status: graded
# score: 3
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
ATTACH, SEIZE = 16, 0x4206
assert libc.ptrace(ATTACH, 1, 0, 0) == -1 and libc.ptrace(SEIZE, 1, 0, 0) == -1
assert libc.process_vm_readv(1, None, 0, None, 0, 0) == -1
assert libc.process_vm_writev(1, None, 0, None, 0, 0) == -1
for number in (434, 438, 440):
    assert libc.syscall(number, 1, 0, 0, 0, 0) == -1
for path in ("/proc/1/mem", "/proc/1/maps", "/proc/1/fd"):
    try:
        open(path)
    except OSError:
        continue
    raise AssertionError(path)
# --- right answers ---
