"""The processes of grading, with the least there is to answer: layers, statuses, and what a child cannot do."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from pytest_lazyinit.grading import protocol
from pytest_lazyinit.grading.session import Gone, Session
from pytest_lazyinit.grading.settings import Limits, Settings
from pytest_lazyinit.grading.worker import CannotGrade, Worker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is Linux's")
LIMITS = Limits(time=4, memory=256)
ANSWERS = "tests.grading.stub_answers"


@pytest.fixture(scope="module")
def zygote():
    """A zygote that imports nothing large; "json" stands for a framework."""
    with Worker(Settings(framework="json", limits=LIMITS), answers=ANSWERS) as found:
        found.start()
        yield found


def value(zygote, source, limits=LIMITS):
    """What f() returns in a child."""
    with Session(zygote, source, "answers.py", limits) as session:
        session.load()
        return session.ask("call", name="f")["value"]


def test_every_layer_is_active(zygote):
    assert not zygote.missing
    for word in ("namespaces: user, PID, network", "Landlock", "seccomp", "wall clock", "threads"):
        assert any(word in layer for layer in zygote.isolation), (word, zygote.isolation)


def test_the_kernel_says_so_too(zygote):
    status = dict(line.split(":", 1) for line in value(zygote, "def f(): return open('/proc/self/status').read()").splitlines())
    found = {name: text.strip() for name, text in status.items()}
    assert (found["NoNewPrivs"], found["Seccomp"], found["Threads"]) == ("1", "2", "1")
    assert {found[name].strip("0") for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {""}


def test_a_child_has_three_pipes_an_empty_input_and_a_folder_of_its_own(zygote):
    assert value(zygote, "import os, sys\ndef f(): return [os.listdir('.'), sys.stdin.read(), os.getppid(), os.environ['HOME'] == os.getcwd()]") == [[], "", 1, True]
    source = """
import os
def f():
    found = []
    for number in range(1024):
        try:
            os.fstat(number)
            found.append(number)
        except OSError:
            pass
    return found
"""
    assert value(zygote, source) == [0, 1, 2, 3, 4]


def test_what_one_child_wrote_the_next_does_not_see(zygote):
    source = "import os\nopen('mine', 'w').write('x')\ndef f(): return os.listdir('.')"
    assert value(zygote, source) == ["mine"] and value(zygote, "import os\ndef f(): return os.listdir('.')") == []


def test_the_environment_holds_no_secret(monkeypatch):
    monkeypatch.setenv("CI_TOKEN", "secret")
    with Worker(Settings(framework="json", limits=LIMITS), answers=ANSWERS) as other:
        assert "secret" not in value(other, "import os\ndef f(): return str(os.environ)")


@pytest.mark.parametrize("source, status, words", [
    ("while True: pass", "timed-out", "more than 4 s"),
    ("import os; os._exit(3)", "crashed", "exit status 3"),
    ("import os; os.abort()", "crashed", "Aborted"),
    ("raise SystemExit", "failed-to-load", "SystemExit"),
    ("def f(:", "failed-to-load", "SyntaxError"),
    ("x = []\nwhile True: x.append(bytearray(10**7))", "out-of-memory", "256 MB"),
    ("import os; os.closerange(3, 100)", "crashed", "ended itself"),
    ("import os; os.close(4)\nwhile True: pass", "crashed", "pipe"),
    ("import os; os.write(4, b'0 {}' + bytes([10]))", "crashed", "Something other"),
    ("import os\nwhile True: os.write(4, bytes(1 << 16))", "crashed", "pipe"),
])
def test_each_ends_with_its_status_and_a_sentence(zygote, source, status, words):
    started = time.monotonic()
    with pytest.raises(Gone) as gone:
        value(zygote, source)
    assert (gone.value.status, words in gone.value.text) == (status, True), gone.value.text
    assert time.monotonic() - started < LIMITS.time + 1


def test_an_exit_without_a_result_is_noticed_at_once(zygote):
    """And not when the time is over."""
    started = time.monotonic()
    with pytest.raises(Gone, match="exit status 0"):
        value(zygote, "import os\ndef f(): os._exit(0)", Limits(time=60, memory=256))
    assert time.monotonic() - started < 5


def test_what_is_gone_stays_gone(zygote):
    with Session(zygote, "import os; os._exit(3)", "answers.py", LIMITS) as session:
        for _ in range(2):
            with pytest.raises(Gone, match="exit status 3"):
                session.ask("load", source=session.source, path=session.label)


def test_output_is_drained_and_capped(zygote):
    with Session(zygote, "print('x' * 10**7)\ndef f(): return 1", "answers.py", Limits(time=20, memory=256, output=4)) as session:
        session.load()
        assert session.ask("call", name="f") == {"value": 1} and session.output == "x" * 4096


def test_a_large_request_and_a_large_answer_pass(zygote):
    with Session(zygote, f"kept = {'x' * 10**6!r}\ndef f(): return kept", "answers.py", LIMITS) as session:
        session.load()
        assert session.ask("call", name="f") == {"value": "x" * 10**6}


def test_an_answer_beyond_the_cap_is_not_read(zygote):
    with pytest.raises(Gone, match="larger than"):
        value(zygote, f"def f(): return 'x' * {protocol.LARGEST}")


def test_a_zygote_that_is_lost_costs_one_exercise(zygote):
    with Worker(Settings(framework="json", limits=LIMITS), answers=ANSWERS) as other:
        with Session(other, "import time\ndef f(): time.sleep(60)", "answers.py", Limits(time=50, memory=256)) as session:
            session.load()
            other.process.kill()
            with pytest.raises(Gone):
                session.ask("call", name="f")
        assert value(other, "def f(): return 2") == 2


def test_nothing_outlives_the_grader(zygote):
    with Worker(Settings(framework="json", limits=LIMITS), answers=ANSWERS) as other:
        assert value(other, "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()\ndef f(): return 1") == 1
        process, folder = other.process, other.folder
    assert process.poll() is not None and not os.path.exists(folder)


def test_a_grader_that_was_killed_leaves_nothing(tmp_path):
    script = """
import sys, time
from pytest_lazyinit.grading.settings import Settings
from pytest_lazyinit.grading.worker import Worker
worker = Worker(Settings(framework="json"), answers="tests.grading.stub_answers")
worker.start()
print(worker.folder, worker.process.pid, flush=True)
sys.stdin.read()
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as grader:
        folder, zygote = grader.stdout.readline().split()
        assert os.path.isdir(folder) and os.path.isdir(f"/proc/{zygote}")
        grader.kill()
    end = time.monotonic() + 30
    while os.path.isdir(f"/proc/{zygote}") and time.monotonic() < end:
        time.sleep(0.02)
    assert not os.path.isdir(f"/proc/{zygote}") and (os.geteuid() == 0 or not os.path.exists(folder))


def test_a_framework_that_cannot_be_imported_is_said():
    with Worker(Settings(framework="json", limits=LIMITS), answers="no.such.module") as other, pytest.raises(CannotGrade, match="No module named 'no'"):
        other.start()


def test_a_zygote_with_threads_is_refused(tmp_path, monkeypatch):
    (tmp_path / "threaded.py").write_text("import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\ndef serve(name): ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    os.chmod(tmp_path, 0o755)
    with Worker(Settings(framework="json", limits=LIMITS), answers="threaded") as other, pytest.raises(CannotGrade):
        other.start()


@pytest.mark.parametrize("reply", [b"", b"id", b"other {}", b"id [1]", b"id {", b"id " + b"[" * 10**6, b'id {"a": ' + b"9" * 10**5 + b"}"])
def test_bytes_that_are_no_answer(reply):
    with pytest.raises(protocol.Malformed):
        protocol.reply("id", reply)


@pytest.mark.parametrize("array", [None, {}, {"shape": [2], "float32": "AAAA"}, {"shape": [-1], "float32": ""}, {"shape": "2", "float32": ""}, {"shape": [1 << 60], "float32": ""},
                                   {"shape": [True], "float32": "AAAAAA=="}])
def test_what_is_no_array(array):
    with pytest.raises(protocol.Malformed):
        protocol.array(array)


def test_json_that_was_patched_later_is_not_used(monkeypatch):
    encode, decode = protocol.encoder(), protocol.decoder()
    monkeypatch.setattr("json.encoder.encode_basestring_ascii", None)
    monkeypatch.setattr("json.encoder.c_make_encoder", None)
    monkeypatch.setattr("json.dumps", None)
    assert decode(encode({"a": [1, 2.5, "x\n", None, True]})) == {"a": [1, 2.5, "x\n", None, True]}


def test_ends_of_children_do_not_fill_the_socket(zygote):
    """A course has thousands, and nobody asks how each of them ended."""
    for number in range(5):
        assert value(zygote, f"def f(): return {number}") == number
    child = zygote.fork(LIMITS)
    # The last one's end may come after the look that fork() took.
    assert sum(1 for _ in iter(lambda: zygote._noted(0.3), False)) <= 1
    zygote.kill(child)
    child.close()
    assert value(zygote, "def f(): return 1") == 1


def test_a_child_that_nobody_ended_ends_before_the_next(zygote):
    forgotten = zygote.fork(LIMITS)
    assert value(zygote, "def f(): return 1") == 1
    assert zygote.exit(forgotten, 0.1) is None or os.read(forgotten.answers, 10) == b""
    forgotten.close()


def test_a_fault_of_the_graders_own_is_no_status_of_a_submissions(zygote, monkeypatch):
    from types import SimpleNamespace
    from pytest_lazyinit.grading import judge, pool

    def broken(*given):
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(judge, "grade_exercise", broken)
    source = SimpleNamespace(text="", label="answers.py")
    assert pool.grade_or_fault(zygote, "ann", source, zygote.settings) == {"submission": "ann", "fault": "KeyError: 'a mistake of ours'"}


@pytest.fixture
def without_filter(tmp_path, monkeypatch):
    """A zygote without the system call filter, to see what the layers below it do by themselves."""
    (tmp_path / "pyseccomp.py").write_text("raise ImportError\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with Worker(Settings(framework="json", limits=LIMITS), unsafe=True, answers=ANSWERS) as found:
        found.start()
        yield found


def test_a_layer_that_is_missing_is_said(without_filter):
    assert len(without_filter.missing) == 1 and "pip install 'pytest-lazyinit[grading]'" in without_filter.missing[0]
    assert "UNSAFE: layers are missing" in without_filter.isolation


def test_daemons_die_with_their_exercise(without_filter):
    others = """
import os, time
def f():
    found = []
    for number in range(1, 500):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            continue
        except PermissionError:
            pass
        found.append(number == 1 or number == os.getpid())
    return found
"""
    daemon = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(0)
os.wait()
"""
    assert False in value(without_filter, others + daemon), "there was no daemon"
    assert value(without_filter, others) == [True, True]


def test_the_number_of_processes_is_bound(without_filter):
    source = """
import os, time
def f():
    count = 0
    while count < 2000:
        try:
            if os.fork() == 0:
                time.sleep(100)
                os._exit(0)
        except OSError:
            return count
        count += 1
"""
    assert 0 < value(without_filter, source, Limits(time=60, memory=256, threads=64)) <= LIMITS.threads + 16
