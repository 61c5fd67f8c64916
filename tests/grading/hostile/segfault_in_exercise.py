# tries: reading address 0 in the first exercise
# status: crashed
# score: 2
import ctypes

# --- right answers ---


def ex1():
    ctypes.string_at(0)
