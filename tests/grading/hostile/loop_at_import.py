# tries: a loop while it is imported
# status: timed-out
# score: 0
while True:
    pass
# --- right answers ---
