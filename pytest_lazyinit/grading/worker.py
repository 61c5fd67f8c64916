"""The parent's end of a zygote: starts it, has it fork, and learns how a child ended."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from . import compiled
from .settings import Limits, Settings

BOOT = "import json, sys; given = json.loads(sys.argv[1]); sys.path[:] = given['path']; from pytest_lazyinit.grading.zygote import main; main(given)"
# Of the grader's environment a submission sees these and no token, no key, no home.
PASSED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV", "KERAS_BACKEND", "TZ")
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NPROC",
                                     "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "MXNET_CPU_WORKER_NTHREADS", "MXNET_OMP_MAX_THREADS",
                                     "MXNET_CPU_PRIORITY_NTHREADS", "MALLOC_ARENA_MAX", "CUDA_MODULE_LOADING")}
FIXED = {**ONE_THREAD, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0",
         "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "-1", "MXNET_ENGINE_TYPE": "NaiveEngine", "MXNET_ENGINE_INFO": "false",
         # oneDNN compiles kernels anew in each process, which takes longer than all that an answer computes.
         "MXNET_MKLDNN_ENABLED": "0",
         "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}
SLOWEST_IMPORT = 300.0


class CannotGrade(RuntimeError):
    """Why nothing can be graded here; whole sentences, with what to do."""


class Exit(NamedTuple):
    """How a child ended."""

    status: int  # as os.wait gives it
    kilobytes: int  # the most memory that it had resident


class Child(NamedTuple):
    """The parent's ends of the pipes to a child."""

    number: int
    requests: int
    answers: int
    output: int

    def close(self) -> None:
        for descriptor in self[1:]:
            with contextlib.suppress(OSError):
                os.close(descriptor)


class Worker:
    """One zygote. Not for several threads at once."""

    def __init__(self, settings: Settings, unsafe: bool = False, answers: str = "pytest_lazyinit.grading.answers", **given: Any):
        self.settings, self.unsafe, self.answers, self.given = settings, unsafe, answers, given
        self.process: Optional[subprocess.Popen] = None
        self.control: Any = None  # the socket, while there is a zygote
        self.isolation: List[str] = []
        self.missing: List[str] = []
        self.seconds = 0.0  # that the import took
        self.stopped = False
        self._number, self._pending, self._exits = 0, b"", {}  # type: int, bytes, Dict[int, Exit]

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *error: Any) -> None:
        self.stop()

    def start(self) -> None:
        """Start the zygote and wait until the framework is imported.

        Raises
        ------
        CannotGrade
            Where a layer of isolation is missing and ``unsafe`` is not given, or the framework cannot be imported.
        """
        if self.process is not None:
            return
        if self.stopped:
            raise CannotGrade("the grading was stopped")
        if not hasattr(os, "fork"):
            raise CannotGrade(f"there is no fork on {sys.platform}, so nothing can be graded here, --unsafe or not: use WSL 2, Linux or a Linux container")
        self.launch()
        self.accept(self._hello())
        ready = self._hello()
        if "ready" not in ready:
            self.close()
            raise CannotGrade(f"{self.settings.framework} cannot be used: {ready.get('failed', 'the process that imports it ended')}")
        self.seconds = ready["ready"]
        self.tried()

    def tried(self) -> None:
        """Load an empty file: a layer that cannot be put in force is the grader's trouble and no student's."""
        from .session import Gone, Session
        with Session(self, "", "answers.py", Limits()) as session:
            try:
                session.load()
            except Gone as gone:
                self.close()
                raise CannotGrade(f"not even an empty file can be graded here: {gone} {session.output[:1000]}") from None

    def launch(self) -> None:
        """Start the zygote without waiting, so that several may import at the same time."""
        ours, theirs = socket.socketpair()
        self.folder = tempfile.mkdtemp(prefix="lazyinit-")
        os.chmod(self.folder, 0o711)  # another user mounts something onto it
        given = {"framework": self.settings.framework, "socket": theirs.fileno(), "folder": self.folder, "threads": self.settings.limits.threads,
                 "unsafe": self.unsafe, "answers": self.answers, "path": _path(), **self.given}
        command = [sys.executable, "-c", BOOT, json.dumps(given)]
        with theirs:
            self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=_environment(self.given.get("cache")), cwd="/", start_new_session=True,
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.given.get("stderr", subprocess.DEVNULL))
        self.control, self._pending, self._exits = ours, b"", {}

    def accept(self, hello: Dict[str, Any]) -> None:
        """Refuse to grade where layers are missing."""
        self.isolation, self.missing = list(hello.get("isolation", ())), list(hello.get("missing", ()))
        if "isolation" not in hello:
            self.close()
            raise CannotGrade("the process that imports the framework ended before it began")
        if self.missing and not self.unsafe:
            self.close()
            from .isolation import NO_WAY_ROUND
            raise CannotGrade("submissions cannot be held here:\n" + "".join(f"- {text}\n" for text in self.missing) + NO_WAY_ROUND)

    def fork(self, limits: Limits, trusted: bool = False) -> Child:
        """A new child, one for each exercise."""
        # What former children's ends have left in the socket would fill it in time.
        while self.process is not None and self._noted(0.0):
            pass
        self.start()
        self._number += 1
        theirs, ours = [], []  # type: List[int], List[int]
        for mine in (1, 0, 0):
            pair = os.pipe()
            ours.append(pair[mine])
            theirs.append(pair[1 - mine])
            os.set_blocking(pair[mine], False)
        child = Child(self._number, *ours)
        message = json.dumps({"fork": self._number, "limits": dataclasses.asdict(limits), "trusted": trusted}).encode() + b"\n"
        try:
            socket.send_fds(self.control, [message], theirs)
        except OSError:
            pass  # the zygote is gone, which exit() will say
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        return child

    def kill(self, child: Child) -> None:
        with contextlib.suppress(OSError):
            self.control.sendall(json.dumps({"kill": child.number}).encode() + b"\n")

    def exit(self, child: Child, timeout: float) -> Optional[Exit]:
        """How a child ended, None if it has not within that time; a zygote that is gone took its child with it."""
        end = time.monotonic() + timeout
        while child.number not in self._exits:
            if self.process is None:
                return Exit(signal.SIGKILL, 0)
            if not self._noted(max(0.0, end - time.monotonic())) and self.process is not None:
                return None
        return self._exits[child.number]

    def _noted(self, timeout: float) -> bool:
        """Take one message; False if there is none in that time, or no zygote any more."""
        message = self._message(timeout)
        if message is None:
            return False
        if not message:
            self.close()
            return False
        self._exits = {message["exited"]: Exit(message["status"], message["kilobytes"])}
        return True

    def stop(self) -> None:
        """End the zygote for good; another thread that still grades with it finds that out."""
        self.stopped = True
        self.close()

    def close(self) -> None:
        """End the zygote, and with it all that it started."""
        process, self.process = self.process, None
        if process is None:
            return
        self.control.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _hello(self) -> Dict[str, Any]:
        return self._message(SLOWEST_IMPORT) or {}

    def _message(self, timeout: float) -> Optional[Dict[str, Any]]:
        """The next message; None if there is none in that time, empty if the zygote is gone."""
        end = time.monotonic() + timeout
        while b"\n" not in self._pending:
            try:
                if not select.select([self.control], [], [], max(0.0, end - time.monotonic()))[0]:
                    return None
                data = self.control.recv(1 << 16)
            except (OSError, ValueError):  # closed, on one side or the other
                data = b""
            if not data:
                return {}
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\n")
        return json.loads(line)


def _environment(cache: Optional[str]) -> Dict[str, str]:
    found = {**{name: os.environ[name] for name in PASSED if name in os.environ}, **FIXED}
    return {**found, **compiled.environment(cache)} if cache else found


def _path() -> Tuple[str, ...]:
    """Where this process imports from, without the folder that it stands in, which may hold a torch.py; last the checkout, if it is one."""
    own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return (*(path for path in sys.path if path and os.path.abspath(path) != os.getcwd()), own)
