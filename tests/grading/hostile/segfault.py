# tries: reading address 0
# status: crashed
# score: 0
import ctypes

ctypes.string_at(0)
