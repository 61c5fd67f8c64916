# tries: threads without end
# status: failed-to-load out-of-memory
# score: 0
import threading
import time

while True:
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
