# tries: files until nothing is left, folders without end
# status: graded
# score: 3
import os

here = os.getcwd()
for number in range(10000):
    try:
        with open(str(number), "wb") as file:
            file.write(bytes(1 << 20))
    except OSError:
        break
else:
    raise AssertionError("there is no limit")
try:
    while True:
        os.mkdir("deeper")
        os.chdir("deeper")
except OSError:
    os.chdir(here)
# --- right answers ---
