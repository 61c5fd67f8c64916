# tries: files of the grader, of others and of the system
# status: graded
# score: 3
import glob
import os

for path in ("/etc/shadow", "/etc/hostname", "/root", "/home", "/tmp", "/var/log", "..", "/proc/1/environ", "/proc/1/root/etc/shadow", "/proc/self/environ",
             "/proc/self/root/etc/hostname", "/sys/fs/cgroup", "/dev/mem", "/dev/kmsg", "/dev/tty", "$elsewhere"):
    try:
        found = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)
    except OSError:
        continue
    raise AssertionError(f"{path} can be read: {found}")
assert not glob.glob("*")
assert not [name for name in os.environ if "TOKEN" in name or "SECRET" in name]
# --- right answers ---
