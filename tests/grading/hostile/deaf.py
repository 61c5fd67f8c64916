# tries: a loop that no signal interrupts
# status: timed-out
# score: 0
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
