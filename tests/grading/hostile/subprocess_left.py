# tries: a program in the background
# status: failed-to-load
# score: 0
import subprocess

subprocess.Popen(['sleep', '1000'])
