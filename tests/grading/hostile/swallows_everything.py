# tries: a loop that catches every exception, limits of memory and time included
# status: timed-out
# score: 0
while True:
    try:
        kept = bytearray(1 << 45)
    except BaseException:
        pass
