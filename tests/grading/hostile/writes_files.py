# tries: files outside of its folder
# status: graded
# score: 3
import os
import sys
import tempfile

for folder in ("/tmp", "/var/tmp", "/dev/shm", "/root", os.path.dirname(os.__file__), "..", "/etc", "$elsewhere"):
    path = os.path.join(folder, "lazyinit-was-here")
    for way in (lambda: open(path, "w"), lambda: os.mkdir(path), lambda: os.symlink("/etc/passwd", path), lambda: os.chmod(folder, os.stat(folder).st_mode & 0o7777),
                lambda: os.utime(folder, (1, 1)) or os.stat(folder).st_mtime == 1 or open(''), lambda: os.chown(folder, -1, -1), lambda: os.setxattr(folder, 'user.lazyinit', b'1'),
                lambda: os.rename("mine", path), lambda: os.mknod(path)):
        open("mine", "w").close()
        try:
            way()
        except OSError:
            continue
        raise AssertionError(f"{path} can be written")
os.remove("mine")
with tempfile.TemporaryFile() as file:
    file.write(b"its own folder is fine")
# --- right answers ---
