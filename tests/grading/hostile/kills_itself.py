# tries: SIGKILL to itself
# status: crashed
# score: 0
import os
import signal

os.kill(os.getpid(), signal.SIGKILL)
