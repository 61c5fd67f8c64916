# tries: a signal to its process group
# status: crashed
# score: 0
import os
import signal

os.kill(0, signal.SIGKILL)
