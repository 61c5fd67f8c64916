# tries: sleeping for days
# status: timed-out
# score: 0
import time

time.sleep(10**6)
# --- right answers ---
