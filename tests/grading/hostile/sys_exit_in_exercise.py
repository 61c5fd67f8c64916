# tries: sys.exit where an answer is expected
# status: graded crashed
# score: 2
import sys

# --- right answers ---


def ex2():
    sys.exit(0)
