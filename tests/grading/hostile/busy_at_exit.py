# tries: a function at exit that never returns
# status: graded
# score: 3
import atexit
import time

atexit.register(time.sleep, 1000)
# --- right answers ---
