# tries: a loop in the first exercise; the others keep their marks
# status: timed-out
# score: 2
# --- right answers ---


def ex1():
    while True:
        pass
