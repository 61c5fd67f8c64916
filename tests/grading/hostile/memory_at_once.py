# tries: a terabyte at once, in the second exercise
# status: out-of-memory
# score: 2
# --- right answers ---


def ex2():
    return bytearray(1 << 45), None
