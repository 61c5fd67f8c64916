# tries: threads that go on, some of them busy
# status: graded
# score: 3
import threading
import time

threading.Thread(target=time.sleep, args=(1000,)).start()
# --- right answers ---
