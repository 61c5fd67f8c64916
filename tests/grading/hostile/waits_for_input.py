# tries: reading answers from the keyboard
# status: failed-to-load
# score: 0
answer = input('how many? ')
# --- right answers ---
