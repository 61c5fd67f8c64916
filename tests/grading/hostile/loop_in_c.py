# tries: a loop that never comes back to the interpreter
# status: timed-out
# score: 2
import collections
import itertools

# --- right answers ---


def ex2():
    collections.deque(itertools.repeat(None), maxlen=0)
