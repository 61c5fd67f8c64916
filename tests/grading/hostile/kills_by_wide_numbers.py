# tries: the same with numbers of which the kernel drops the upper half
# status: graded
# score: 3
import ctypes

libc = ctypes.CDLL(None)
for wide in (1 | 1 << 32, 0xFFFFFFFF, (1 << 64) - 1):
    for number, more in ((62, ()), (200, ()), (234, (1,))):
        assert libc.syscall(ctypes.c_long(number), ctypes.c_ulong(wide), *map(ctypes.c_ulong, more), ctypes.c_ulong(9)) == -1, (wide, number)
# --- right answers ---
