# tries: an exception out of a signal handler, while the grader's own code runs
# status: crashed graded failed-to-load
# score: 0
import signal


def handler(number, frame):
    raise RuntimeError("in the middle of something")


signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
