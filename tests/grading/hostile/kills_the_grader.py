# tries: every signal to its parent and to everybody
# status: graded
# score: 3
import os
import signal

for number in signal.valid_signals():
    for target in (os.getppid(), 1, -1):
        if target != os.getpid():
            try:
                os.kill(target, number)
            except OSError:
                continue
            raise AssertionError(f"signal {number} to {target} was sent")
# --- right answers ---
