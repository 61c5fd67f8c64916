"""A process that has entered its namespaces and imported the framework, and forks one child for each exercise.

It runs no operation of the framework: after one, a forked child hangs in PyTorch, TensorFlow and JAX. It is process 1 of
its PID namespace: no signal of a child reaches it, and whatever a child left behind dies by one call.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from typing import Any, Dict, List, Optional

from . import isolation, kernel, namespaces, private
from .settings import Limits

# What a framework imports only when it is first used: here once, rather than in every child.
IMPORTS = {
    "torch": ("torch", "torch.nn.utils.parametrize", "torch.optim", "torch._dynamo"),
    "tensorflow": ("tensorflow", "tensorflow.keras.layers"),
    "flax": ("jax", "jax.numpy", "flax", "flax.linen"),
    "mxnet": ("mxnet", "mxnet.gluon", "mxnet.autograd"),
}


def main(given: Dict[str, Any]) -> None:
    """Be a zygote, at the other end of a socket; ``given`` holds framework, socket, folder, threads, imports, answers."""
    control = socket.socket(fileno=given["socket"])
    # Containers permit a million descriptors and more, all of which a child would have to close.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024 if most == resource.RLIM_INFINITY else min(1024, most), most))
    layers = isolation.prepared(given["threads"], given["folder"])
    if layers.plan is not None:
        child = os.fork()
        if child:
            control.close()
            _outlive(child, layers, given["folder"])
        kernel.prctl(kernel.SET_PDEATHSIG, signal.SIGKILL)
    _tell(control, {"isolation": layers.described(), "missing": layers.missing})
    if layers.missing and not given["unsafe"]:
        return
    try:
        zygote = Zygote(control, layers, given)
    except BaseException as error:  # noqa: B036 – whatever a broken installation raises
        _tell(control, {"failed": f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"})
        return
    zygote.serve()


def _outlive(child: int, layers: isolation.Isolation, folder: str) -> None:
    """Stay outside the PID namespace until the zygote has ended, then put away what it needed, as the grader may have been killed."""
    status = os.waitpid(child, 0)[1]
    with contextlib.suppress(OSError):
        namespaces.clear_folder(folder)
    with contextlib.suppress(OSError):
        os.rmdir(folder)
    if layers.cgroup is not None:
        layers.cgroup.leave()
    os._exit(0 if status == 0 else 1)


class Zygote:
    """The framework, imported; and at most one child at a time."""

    def __init__(self, control: socket.socket, layers: isolation.Isolation, given: Dict[str, Any]):
        self.control, self.layers, self.folder, self.framework = control, layers, given["folder"], given["framework"]
        started = time.monotonic()
        private.install()
        from . import child
        self.run, self.fork = child.run, kernel.fork_without_handlers if self.framework == "mxnet" else os.fork
        self.start = _start(given, layers, child)
        if layers.landlock:
            from . import landlock
            layers.readable = [*landlock.readable(), *([given["cache"]] if given.get("cache") else ())]
        self.child, self.number = 0, 0
        self.received = b""
        self.descriptors: List[int] = []
        self.temporary: Optional[str] = None
        self.wakeup = _signals()
        if kernel.LINUX and kernel.tasks() != 1:
            raise RuntimeError(f"importing it started {kernel.tasks() - 1} threads, and a process with threads cannot be forked safely")
        gc.collect()
        gc.freeze()  # a collection in a child then copies no page of the zygote's
        _tell(control, {"ready": round(time.monotonic() - started, 3)})

    def serve(self) -> None:
        """Fork and end children as the parent asks, until it is gone."""
        poll = select.poll()
        for descriptor in (self.control.fileno(), self.wakeup):
            poll.register(descriptor, select.POLLIN)
        while True:
            ready = [descriptor for descriptor, _ in poll.poll()]
            if self.wakeup in ready:
                os.read(self.wakeup, 4096)
                self.reap()
            if self.control.fileno() in ready and not self.obey():
                break
        self.end()

    def obey(self) -> bool:
        """Carry out the messages that are there; False when the parent is gone."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self.control, 1 << 16, 8)
        except OSError:
            return False
        if not data:
            return False
        self.descriptors += descriptors
        *lines, self.received = (self.received + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "fork" in message:
                self.begin(message["fork"], Limits(**message["limits"]), message["trusted"])
            elif message["kill"] == self.number and self.child:
                self.end()
        return True

    def begin(self, number: int, limits: Limits, trusted: bool) -> None:
        """Fork a child with the three descriptors that came with the message."""
        self.end()  # at most one
        self.number, folder = number, self.folder
        if self.layers.plan is not None:
            namespaces.fresh_folder(folder, limits.files)
        else:
            self.temporary = folder = tempfile.mkdtemp(dir=folder)
        descriptors, self.descriptors = self.descriptors[:3], self.descriptors[3:]
        self.child = self.fork()
        if self.child == 0:
            self.control.close()
            self.run(self.start, descriptors, folder, limits, trusted)
        for descriptor in descriptors:
            os.close(descriptor)

    def reap(self) -> None:
        """Notice that the child ended, and end what it left behind."""
        if self.child:
            found, status, usage = os.wait4(self.child, os.WNOHANG)
            if found:
                self.finish(status, usage.ru_maxrss)
        if os.getpid() == 1:
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass

    def end(self) -> None:
        """Kill the child and all that it started."""
        if self.child:
            _kill(self.child)
            _, status, usage = os.wait4(self.child, 0)
            self.finish(status, usage.ru_maxrss)

    def finish(self, status: int, kilobytes: int) -> None:
        _kill(self.child)
        self.child = 0
        if os.getpid() == 1:
            with contextlib.suppress(ChildProcessError):
                while True:
                    os.waitpid(-1, 0)
        if self.layers.plan is not None:
            namespaces.clear_folder(self.folder)
        elif self.temporary:
            shutil.rmtree(self.temporary, ignore_errors=True)
        with contextlib.suppress(OSError):  # the parent may be gone
            _tell(self.control, {"exited": self.number, "status": status, "kilobytes": kilobytes})


def _start(given: Dict[str, Any], layers: isolation.Isolation, child: Any) -> Any:
    """Import the framework and what answers questions about it."""
    framework = given["framework"]
    for name in IMPORTS.get(framework, ()):
        with contextlib.suppress(Exception) if "." in name else contextlib.nullcontext():
            importlib.import_module(name)
    answers = importlib.import_module(given["answers"])
    return child.start(answers.serve(framework).ops, layers, given.get("cache"))


def _signals() -> int:
    """All signals as the system has them, so that process 1 ignores them; and a descriptor that wakes up when a child ends."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    reader, writer = os.pipe()
    for descriptor in (reader, writer):
        os.set_blocking(descriptor, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    return reader


def _kill(child: int) -> None:
    # Only process 1 of a namespace may say "all": elsewhere that would be all that the user has.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpid() == 1:
            os.kill(-1, signal.SIGKILL)
        else:
            os.killpg(child, signal.SIGKILL)


def _tell(control: socket.socket, message: Dict[str, Any]) -> None:
    control.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    sys.exit("this module is started by the grader")
