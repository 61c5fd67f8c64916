# tries: SIGABRT
# status: crashed
# score: 0
import os

os.abort()
