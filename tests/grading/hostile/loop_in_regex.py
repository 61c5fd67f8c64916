# tries: exponential time in one call of a library
# status: timed-out
# score: 2
import re

# --- right answers ---


def ex3():
    re.match("(a+)+$", "a" * 64 + "b")
