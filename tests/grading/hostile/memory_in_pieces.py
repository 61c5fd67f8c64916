# tries: more and more memory
# status: out-of-memory
# score: 0
kept = []
while True:
    kept.append(bytearray(10**7))
