# tries: memory that is shared, which fewer limits count
# status: failed-to-load out-of-memory timed-out
# score: 0
import mmap

kept = []
while True:
    kept.append(mmap.mmap(-1, 1 << 28))
