# tries: output without end
# status: timed-out
# score: 0
while True:
    print('x' * 10**6)
