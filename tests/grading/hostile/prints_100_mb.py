# tries: 100 MB of output
# status: graded
# score: 3
# --- right answers ---


print('x' * 10**8)
