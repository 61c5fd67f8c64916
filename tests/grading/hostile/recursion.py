# tries: recursion without end
# status: graded
# score: 2
# --- right answers ---


def ex1():
    return ex1()
