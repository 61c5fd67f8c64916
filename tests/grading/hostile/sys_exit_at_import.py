# tries: sys.exit
# status: failed-to-load
# score: 0
import sys

sys.exit(0)
