# tries: files in memory that are never mapped
# status: failed-to-load
# score: 0
import os

kept = []
while True:
    kept.append(os.memfd_create("x"))
    os.write(kept[-1], bytes(1 << 24))
