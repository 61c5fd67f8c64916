"""Submissions are found and read: files, notebooks, folders; what is none is refused in one sentence."""

from __future__ import annotations

import json
import os
import time

import pytest

from pytest_lazyinit.grading import notebooks
from pytest_lazyinit.grading.answers.loading import cells
from pytest_lazyinit.grading.feedback import Where
from pytest_lazyinit.grading.submissions import NoSubmissions, Refused, Submission, find, read


def written(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_py", ".py").replace("_ipynb", ".ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def names(*paths):
    return [submission.name for submission in find(paths)]


def notebook(*sources, language="python", **other):
    told = [{"cell_type": "code", "id": f"c{place}", "metadata": {}, "execution_count": None, "outputs": [], "source": source} for place, source in enumerate(sources)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": language}}, "cells": told, **other})


# -- finding ------------------------------------------------------------------------------------------

def test_a_folder_with_one_answer_stands_for_it_and_several_files_for_themselves(tmp_path):
    written(tmp_path, ann_py="", ben__mine_py="", cleo__answers_py="", cleo__helper_py="", dora__a_py="", dora__b_ipynb="")
    assert names(tmp_path) == ["ann.py", "ben", "cleo", "dora/a.py", "dora/b.ipynb"]
    assert {submission.path.name for submission in find([tmp_path])} == {"ann.py", "mine.py", "answers.py", "a.py", "b.ipynb"}


def test_sections_are_searched_and_what_tools_leave_is_not(tmp_path):
    written(tmp_path, monday__ann__answers_py="", **{".git__config_py": "", "monday__ann__.ipynb_checkpoints__x_ipynb": ""})
    (tmp_path / "monday" / "__pycache__").mkdir()
    (tmp_path / "monday" / "__pycache__" / "x.py").write_text("")
    assert names(tmp_path) == ["monday/ann"]


def test_a_folder_without_an_answer_is_a_submission_too(tmp_path):
    written(tmp_path, ann__answers_py="", ben__answers="rtf")
    found = {submission.name: submission for submission in find([tmp_path])}
    assert set(found) == {"ann", "ben"}
    with pytest.raises(Refused, match="no .py and no .ipynb"):
        read(found["ben"])


def test_names_are_unique_and_every_file_counts_once(tmp_path):
    written(tmp_path, one__answers_py="", two__answers_py="")
    paths = [tmp_path / "one" / "answers.py", tmp_path / "two" / "answers.py", tmp_path / "two" / "answers.py"]
    assert names(*paths) == ["answers.py", "two/answers.py"]


def test_a_link_is_named_and_refused_and_not_followed(tmp_path):
    written(tmp_path, real__answers_py="x = 1", key__key_py="KEY = 1")
    os.symlink(tmp_path / "key", tmp_path / "real" / "folder")
    os.symlink(tmp_path / "real" / "answers.py", tmp_path / "link.py")
    found = {submission.name: submission for submission in find([tmp_path])}
    assert set(found) == {"key", "link.py", "real", "real/folder"}
    for name in ("link.py", "real/folder"):
        with pytest.raises(Refused, match="symbolic link"):
            read(found[name])


def test_what_is_no_ordinary_file_is_left_out(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    assert names(tmp_path) == []
    with pytest.raises(Refused, match="no ordinary file"):
        read(Submission("pipe", tmp_path / "pipe.py"))


def test_names_can_be_written_whatever_they_are(tmp_path):
    (tmp_path / "a\nb\x1b.py").write_text("")
    path = os.fsencode(tmp_path) + b"/\xff.py"
    open(path, "w").close()
    assert names(tmp_path) == ["a?b?.py", "?.py"] or set(names(tmp_path)) == {"a?b?.py", "?.py"}


@pytest.mark.parametrize("name", ["none", "notes.txt"])
def test_a_path_that_is_no_submission_is_told(tmp_path, name):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(NoSubmissions, match="valid: a .py or .ipynb file, or a folder"):
        find([tmp_path / name])


# -- reading ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("data", ["x = 'é'".encode(), b"\xef\xbb\xbfx = '\xc3\xa9'", b"# coding: latin-1\nx = '\xe9'", "x = 'é'".encode("utf-16"), "x = 'é'".encode("utf-32")])
def test_encodings_that_are_declared_are_fine(tmp_path, data):
    (tmp_path / "a.py").write_bytes(data)
    text = read(Submission("a", tmp_path / "a.py")).text
    space = {}
    exec(text, space)
    assert space["x"] == "é"


@pytest.mark.parametrize("data, words", [(b"# \xe9\nx = 1", "not encoded as UTF-8"), (b"# coding: klingon\n", "unknown encoding"), (b"# coding: rot13\n", "not encoded as rot13")])
def test_an_encoding_that_is_wrong_fails_as_it_does_in_python(tmp_path, data, words):
    (tmp_path / "a.py").write_bytes(data)
    with pytest.raises(SyntaxError, match=words):
        exec(read(Submission("a", tmp_path / "a.py")).text, {})


def test_a_binary_file_is_refused(tmp_path):
    (tmp_path / "a.py").write_bytes(b"\x7fELF\x00\x01")
    with pytest.raises(Refused, match="binary"):
        read(Submission("a", tmp_path / "a.py"))


def test_line_ends_of_others_are_lines(tmp_path):
    (tmp_path / "a.py").write_bytes(b"a = 1\r\nb = 2\rc = 3\n")
    assert read(Submission("a", tmp_path / "a.py")).text == "a = 1\nb = 2\nc = 3\n"


# -- notebooks ----------------------------------------------------------------------------------------

def test_cells_keep_their_lines_whatever_magics_are_in_them():
    text = notebooks.source(notebook("%matplotlib inline\n!pip install \\\n  torch\nx = 1", "\n\n%%time\ny = 2", "%%bash\nls\nrm x", "  z = 3\n  w = 4"))
    parts = cells(text)
    where = Where(text)
    assert len(parts) == 4
    lines = text.split("\n")
    assert [where.place(lines.index(line) + 1) for line in ("x = 1", "y = 2", "z = 3", "w = 4")] == ["cell 1, line 4", "cell 2, line 4", "cell 4, line 1", "cell 4, line 2"]
    assert "ls" not in lines and "rm x" not in text


def test_a_cell_compiles_at_its_own_lines():
    text = notebooks.source(notebook("a = 1", "def f():\n    return 1 / 0"))
    space = {}
    for part in cells(text):
        exec(compile(part, "answers.ipynb", "exec"), space)
    with pytest.raises(ZeroDivisionError) as error:
        space["f"]()
    assert Where(text).place(error.traceback[-1].lineno + 1) == "cell 2, line 2"


def test_the_old_format_is_read():
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"metadata": {}, "cells": [
        {"cell_type": "code", "language": "python", "collapsed": False, "metadata": {}, "outputs": [], "input": ["x = 1\n", "y = 2"]}]}]}
    assert cells(notebooks.source(json.dumps(old)))[0].strip().endswith("x = 1\ny = 2")
    old["worksheets"][0]["cells"][0]["language"] = "julia"
    with pytest.raises(Refused, match="notebook of julia"):
        notebooks.source(json.dumps(old))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "{}", '{"nbformat": 4}', '{"nbformat": 9, "cells": []}', "[" * 50_000, notebook(cells=[{"cell_type": "code"}]), notebook(cells=7)])
def test_what_is_no_notebook_is_refused(text):
    with pytest.raises(Refused, match="no notebook"):
        notebooks.source(text)


@pytest.mark.parametrize("language", ["R", "julia", "octave"])
def test_a_notebook_of_another_language_is_refused(language):
    with pytest.raises(Refused, match=f"notebook of {language.lower()}"):
        notebooks.source(notebook("x <- 1", language=language))


@pytest.mark.parametrize("cell", ["x = 1\n" * 200_000 + "!ls", "!ls\n" * 20_000, "!ls\n" * 499 + "(" * 50_000, "%magic \\\n" * 50_000], ids=["long", "many", "deep", "joined"])
def test_a_notebook_cannot_keep_the_grader_busy(cell):
    started = time.process_time()
    notebooks.source(notebook(*[cell] * 5))
    assert time.process_time() - started < 8


def test_a_notebook_of_endless_cells_is_refused():
    with pytest.raises(Refused, match="more than 1000 cells"):
        notebooks.source(notebook(*["x"] * 1001))


def test_outputs_of_any_kind_are_passed_over():
    told = json.loads(notebook("x = 1"))
    told["cells"][0]["outputs"] = [{"output_type": "nonsense", "data": [1] * 1000}]
    assert "x = 1" in notebooks.source(json.dumps(told))


def test_a_notebook_without_code_is_read():
    assert cells(notebooks.source(notebook())) != []


# -- places -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("source, name, line", [
    ("\ndef ex1():\n    pass\ndef ex1():\n    pass", "ex1", 4), ("class ex3:\n    pass", "ex3", 1), ("x = 1\nex3 = Model", "ex3", 2), ("EX1_IN: int = 3", "EX1_IN", 1),
    ("ex1 == 2\nex11 = 3", "ex1", 0), ("", "ex1", 0)])
def test_where_a_name_is_defined(source, name, line):
    assert Where(source).defines(name) == line


def test_a_line_that_is_not_there_has_no_place():
    assert Where("x").at(99, "text") == "text" and Where("x").at(1, "text") == "line 1: text"
