# tries: recursion without end in C, with the limit lifted
# status: crashed timed-out out-of-memory failed-to-load
# score: 0
import sys

sys.setrecursionlimit(10**9)
nest = []
for _ in range(10**6):
    nest = [nest]
repr(nest)
