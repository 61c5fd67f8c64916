# tries: no descriptor left open
# status: crashed
# score: 0
import os

os.closerange(0, 4096)
# --- right answers ---
