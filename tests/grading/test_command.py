"""``lazyinit grade`` as a teacher calls it, in processes of its own."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_lazyinit.grading.journal import Journal, NotResumable
from pytest_lazyinit.grading.settings import Limits, Settings
from pytest_lazyinit.grading.submissions import Submission

HERE = Path(__file__).parent
GRADE = [sys.executable, "-m", "pytest_lazyinit.cli", "grade"]
linux = pytest.mark.skipif(sys.platform != "linux", reason="isolation is Linux's")
LOOP = "while True:\n    pass\n"


def plain():
    return (HERE / "plain" / "mxnet.py").read_text(encoding="utf-8")


def course(folder: Path, **texts: str) -> Path:
    """A folder of submissions by their authors' names."""
    for name, text in texts.items():
        (folder / "course" / name).mkdir(parents=True)
        (folder / "course" / name / "answers.py").write_text(text, encoding="utf-8")
    return folder / "course"


def grade(folder: Path, *arguments: str, before=(), **given):
    """The finished call; its results stand in results.json in the folder."""
    command = [*before, *GRADE, "course", "--framework", "mxnet", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=240, **given)


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE.parent.parent), os.environ.get("PYTHONPATH"))))}


def results(folder: Path):
    return {result["submission"]: result for result in json.loads((folder / "results.json").read_text(encoding="utf-8"))}


@linux
def test_grades_a_folder_and_says_what_held_it(tmp_path):
    course(tmp_path, ann=plain(), bob=LOOP, eve="import os\nos._exit(0)\n")
    call = grade(tmp_path, "--jobs", "2", "--time-limit", "2", "--seed", "5", "--csv", "grades.csv")
    assert call.returncode == 0, call.stderr
    assert "3 submissions, seed 5" in call.stdout and "isolation: Landlock" in call.stdout and "3 of 3 submissions" in call.stdout
    found = results(tmp_path)
    assert {name: (result["status"], result["score"]) for name, result in found.items()} == {"ann": ("graded", 3.0), "bob": ("timed-out", 0.0), "eve": ("crashed", 0.0)}
    assert any("Landlock" in layer for layer in found["ann"]["isolation"])
    assert (tmp_path / "grades.csv").exists() and not (tmp_path / "results.json.part").exists()


@linux
def test_what_an_author_can_make_of_a_file(tmp_path):
    folder = course(tmp_path, bom="\ufeff" + plain())
    (folder / "empty.py").write_bytes(b"")
    (folder / "binary.py").write_bytes(bytes(range(256)) * 64)
    (folder / "latin.py").write_bytes("# -*- coding: latin-1 -*-\n# é\n".encode("latin-1") + plain().encode())
    (folder / "undeclared.py").write_bytes("# é\n".encode("latin-1") + plain().encode())
    (folder / "link.py").symlink_to("/etc/passwd")
    (folder / "r.ipynb").write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}},
                                                "cells": [{"id": "a", "cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": "x <- 1"}]}))
    (folder / "broken.ipynb").write_text("{")
    (folder / "deep.ipynb").write_text("[" * 10**5)
    call = grade(tmp_path, "--jobs", "1", "--seed", "5")
    assert call.returncode == 0, call.stderr
    found = {name: (result["status"], result["score"]) for name, result in results(tmp_path).items()}
    assert found["bom"] == ("graded", 3.0) and found["latin.py"] == ("graded", 3.0) and found["empty.py"] == ("graded", 0.0)
    assert found["link.py"][0] == "refused"
    for name in ("binary.py", "undeclared.py", "r.ipynb", "broken.ipynb", "deep.ipynb"):
        assert found[name][0] in ("refused", "failed-to-load") and found[name][1] == 0, (name, found[name])
    assert "Traceback" not in call.stderr + (tmp_path / "results.json").read_text(encoding="utf-8")


@linux
@pytest.mark.parametrize("forbidden, word, advice", [("unshare", "no namespaces", "--security-opt seccomp=unconfined"), ("444", "no Landlock", "Linux 5.13"), ("mount", "no namespaces", "")])
def test_refuses_where_a_layer_is_missing(tmp_path, forbidden, word, advice):
    course(tmp_path, ann="")
    call = grade(tmp_path, before=(sys.executable, str(HERE / "forbidding.py"), forbidden))
    assert call.returncode == 2 and word in call.stderr and advice in call.stderr and "--unsafe" in call.stderr, call.stderr
    assert "Traceback" not in call.stderr and not (tmp_path / "results.json").exists()


@linux
def test_grades_without_it_when_told_so_and_says_that(tmp_path):
    course(tmp_path, ann=plain(), bob="import os, time\nif os.fork() == 0:\n    time.sleep(1000)\n")
    call = grade(tmp_path, "--unsafe", "--jobs", "1", before=(sys.executable, str(HERE / "forbidding.py"), "unshare,444"))
    assert call.returncode == 0 and "UNSAFE" in call.stdout, call.stderr
    assert results(tmp_path)["ann"]["score"] == 3.0 and "UNSAFE: layers are missing" in results(tmp_path)["ann"]["isolation"]


@linux
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda ending: ending.name)
def test_interrupted_it_keeps_what_is_done_and_goes_on(tmp_path, ending):
    texts = {f"a{number}": plain() for number in range(3)}
    course(tmp_path, **texts, z=LOOP)
    command = [*GRADE, "course", "--framework", "mxnet", "--jobs", "1", "--time-limit", "600"]
    # Tests that a shell runs in the background ignore the interrupt, and so would a command of theirs.
    heeded = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=heeded) as process:
        part, end = tmp_path / "results.json.part", time.monotonic() + 120
        while not part.exists() or part.read_text().count("\n") < 4:
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.05)
        process.send_signal(ending)
        assert process.wait(30) == (130 if ending != signal.SIGKILL else -9)
    kept = part.read_text()
    if ending != signal.SIGKILL:
        assert sorted(results(tmp_path)) == ["a0", "a1", "a2"]
    (tmp_path / "course" / "z" / "answers.py").write_text("")
    (tmp_path / "course" / "a1" / "answers.py").write_text("")  # changed since: graded anew
    call = grade(tmp_path, "--resume", "--jobs", "1", "--time-limit", "600")
    assert call.returncode == 0 and "2 of 4 are graded already" in call.stdout, call.stderr + call.stdout
    found = results(tmp_path)
    assert {name: result["score"] for name, result in found.items()} == {"a0": 3.0, "a1": 0.0, "a2": 3.0, "z": 0.0}
    assert json.dumps(found["a0"]) in kept, "it was graded twice"


@pytest.mark.parametrize("arguments, words", [
    ([], "name the submissions"), (["course"], "--framework says"), (["course", "--framework", "keras"], "torch, tensorflow, flax, mxnet, not 'keras'"),
    (["course", "--framework", "mxnet", "--jobs", "0"], "--jobs is a number"), (["course", "--framework", "mxnet", "--time-limit", "0"], "limits.time is a number from 0.1"),
    (["nowhere", "--framework", "mxnet"], "nowhere"), (["course", "--framework", "mxnet", "--out", "no/such/r.json"], "cannot be written"),
    (["course", "--framework", "mxnet", "--settings", "none.toml"], "none.toml cannot be read"), (["course", "--framework", "mxnet", "--dask", "tcp://127.0.0.1:1"], "127.0.0.1:1"),
])
def test_a_wrong_call_is_one_sentence(tmp_path, arguments, words, capsys, monkeypatch):
    from pytest_lazyinit import cli
    from pytest_lazyinit.grading import distributed
    course(tmp_path, ann="")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(distributed, "CONNECTING", 0.2)
    assert cli.main(["grade", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said or "needs distributed" in said, said
    assert said.startswith("lazyinit grade: ") and "Traceback" not in said


def test_a_run_with_other_settings_does_not_go_on(tmp_path):
    (tmp_path / "a.py").write_text("")
    submission = Submission("a", tmp_path / "a.py")
    journal = Journal(tmp_path / "results.json", Settings(seed=3))
    journal.begin([], [submission])
    journal.add({"submission": "a", "score": 1.0}, submission)
    journal.end()
    assert Journal(tmp_path / "results.json", Settings(seed=3)).done([submission]) == [{"submission": "a", "score": 1.0}]
    assert Journal(tmp_path / "results.json", Settings()).seed() == 3
    for other in (Settings(seed=4), Settings(seed=3, framework="mxnet"), Settings(seed=3, limits=Limits(time=1))):
        with pytest.raises(NotResumable, match="grade anew without --resume"):
            Journal(tmp_path / "results.json", other).done([submission])


def test_a_journal_that_ends_in_the_middle_of_a_line(tmp_path):
    (tmp_path / "a.py").write_text("")
    submission = Submission("a", tmp_path / "a.py")
    journal = Journal(tmp_path / "results.json", Settings())
    journal.begin([], [submission])
    journal.add({"submission": "a"}, submission)
    journal.end()
    with open(journal.path, "a") as file:
        file.write('{"content": "12')
    assert Journal(tmp_path / "results.json", Settings()).done([submission]) == [{"submission": "a"}]
