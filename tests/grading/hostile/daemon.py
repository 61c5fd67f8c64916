# tries: two forks and a new session, to live on
# status: failed-to-load
# score: 0
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(1000)
