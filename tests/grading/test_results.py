"""Results and what is written of them: exact thirds, the schema, CSV, Gradescope, JUnit XML, HTML; and the sheets."""

from __future__ import annotations

import csv
import io
import json
from argparse import Namespace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

import pytest_lazyinit
from pytest_lazyinit import cli
from pytest_lazyinit.grading import outputs, results
from pytest_lazyinit.grading.results import ExerciseResult
from pytest_lazyinit.grading.settings import Settings

SCHEMA = json.loads((Path(pytest_lazyinit.__file__).parent / "schema" / "grades-1.json").read_text(encoding="utf-8"))
THIRD = Fraction(1, 3)
BAD = "line 3: <script> & \x00\x1b[31m ::error::é"


def exercise(number, score, status="graded", feedback=()):
    return ExerciseResult(number, Fraction(score), Fraction(1), status, tuple(feedback))


def entry(name="ann", one=1, two=Fraction(1, 2), three=2 * THIRD, status="graded"):
    return results.submission(name, {"1": exercise("1", one), "2": exercise("2", two, status, [BAD]), "3": exercise("3", three, feedback=["line 9: no"])}, 1.23456, ["seccomp"])


def chosen(folder, **given):
    return Namespace(**{"out": str(folder / "results.json"), "csv": None, "gradescope": None, "junit": None, "html": None, **given})


def test_thirds_add_up_and_are_exact_to_a_billionth():
    assert entry(two=0, three=2 * THIRD, one=THIRD)["score"] == 1.0
    assert abs(entry()["exercises"]["3"]["score"] - 2 / 3) < 1e-9


@pytest.mark.parametrize("status", ["timed-out", "out-of-memory", "crashed"])
def test_the_worst_exercise_gives_the_status(status):
    found = entry(status=status)
    assert found["status"] == status and found["exercises"]["1"]["status"] == "graded" and found["exercises"]["1"]["score"] == 1.0


def test_what_is_written_fits_the_schema_and_is_read_again(tmp_path):
    told = [entry(), results.refused("ben", "It is a symbolic link.", Settings(), 0.1, [])]
    outputs.write(told, chosen(tmp_path))
    jsonschema.validate(json.loads((tmp_path / "results.json").read_text()), SCHEMA)
    assert results.read(tmp_path / "results.json") == told
    assert list(tmp_path.iterdir()) == [tmp_path / "results.json"]


def test_the_schema_can_refuse():
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([{**entry(), "status": "perfect"}], SCHEMA)


@pytest.mark.parametrize("text, words", [("{", "no JSON"), ("{}", "no grades"), ("[1]", "no grades"), ("[" * 99999, "no JSON")])
def test_a_document_that_is_none_is_told(tmp_path, text, words):
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(results.GradesError, match=words):
        results.read(tmp_path / "r.json")


def test_csv_holds_full_numbers_and_no_formula(tmp_path):
    outputs.write([entry("=cmd()"), entry("a,b")], chosen(tmp_path, csv=str(tmp_path / "g.csv")))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "g.csv").read_text())))
    assert [row["submission"] for row in rows] == ["'=cmd()", "a,b"] and float(rows[0]["3"]) == float(2 * THIRD)


def test_gradescope_has_a_folder_for_each_and_all_fields(tmp_path):
    outputs.write([entry("monday/ann"), entry("../ben")], chosen(tmp_path, gradescope=str(tmp_path / "g")))
    found = {path.relative_to(tmp_path / "g").parent.as_posix(): json.loads(path.read_text()) for path in (tmp_path / "g").rglob("results.json")}
    assert set(found) == {"monday/ann", "ben"}
    tests = found["ben"]["tests"]
    assert all({"number", "name", "score", "max_score", "status", "output", "visibility"} <= set(test) for test in tests)
    assert [(test["number"], test["score"], test["status"]) for test in tests] == [("1", 1.0, "passed"), ("2", 0.5, "failed"), ("3", float(2 * THIRD), "failed")]
    assert found["ben"]["score"] == pytest.approx(sum(test["score"] for test in tests))


def test_one_submission_is_written_to_gradescopes_own_place(tmp_path):
    outputs.write([entry()], chosen(tmp_path, gradescope=str(tmp_path / "g")))
    assert (tmp_path / "g" / "results.json").is_file()


def test_junit_is_xml_whatever_a_student_writes(tmp_path):
    outputs.write([entry(), entry("ben", status="crashed")], chosen(tmp_path, junit=str(tmp_path / "j.xml")))
    root = ElementTree.parse(tmp_path / "j.xml").getroot()
    assert [(suite.get("failures"), suite.get("errors")) for suite in root] == [("2", "0"), ("1", "1")]
    assert len(root.findall(".//testcase")) == 6


def test_html_shows_marks_and_runs_nothing_of_a_students(tmp_path):
    outputs.write([entry("<b>ann")], chosen(tmp_path, html=str(tmp_path / "g.html")))
    text = (tmp_path / "g.html").read_text()
    assert "<script" not in text and "&lt;b&gt;ann" in text and "0.667 / 1" in text and "seccomp" in text


@pytest.mark.parametrize("given, words", [
    ({"csv": "none/g.csv"}, "there is no folder none"), ({"html": "."}, "no file is named"), ({"junit": "results.json"}, "two outputs"),
    ({"gradescope": "file/g"}, "file is a file")])
def test_an_output_that_cannot_be_is_told_before_anything_is_graded(tmp_path, monkeypatch, given, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(outputs.WrongOutput, match=words):
        outputs.check(Namespace(**{**vars(chosen(Path())), **given}))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# -- sheets -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("framework", ["torch", "tensorflow", "flax", "mxnet"])
def test_a_sheet_is_written_as_file_and_as_notebook(tmp_path, framework, capsys):
    for ending in ("py", "ipynb"):
        assert cli.main(["exercises", "--framework", framework, "-o", str(tmp_path / f"answers.{ending}")]) == 0
    text = (tmp_path / "answers.py").read_text()
    compile(text, "answers.py", "exec")
    assert all(word in text for word in ("EX1_IN = 20", "def ex1():", "EX1_CLAIM = ", "def ex2():", "EX2_CLAIM = ", "def ex3():"))
    assert max(map(len, text.splitlines())) <= 140
    import nbformat
    nbformat.validate(nbformat.read(tmp_path / "answers.ipynb", as_version=4))


def test_a_sheet_with_answers_is_not_lost(tmp_path, capsys):
    target = tmp_path / "answers.py"
    target.write_text("mine")
    assert cli.main(["exercises", "--framework", "torch", "-o", str(target)]) == 2 and target.read_text() == "mine"
    assert "exists; name another file, or overwrite it with --force" in capsys.readouterr().err
    assert cli.main(["exercises", "--framework", "torch", "-o", str(target), "--force"]) == 0 and "ex1" in target.read_text()


@pytest.mark.parametrize("arguments, words", [
    ([], "--framework says which framework the sheet is for: torch, tensorflow, flax, mxnet"), (["--framework", "caffe"], "not 'caffe'"),
    (["--framework", "torch", "-o", "a.txt"], "unknown ending; valid: .py, .ipynb"), (["--framework", "torch", "-o", "none/a.py"], "cannot be written: No such file")])
def test_a_wrong_call_is_one_sentence(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["exercises", *arguments]) == 2
    assert words in capsys.readouterr().err


# -- pytest -------------------------------------------------------------------------------------------

RIGHT = (Path(__file__).parent / "corpus" / "torch" / "right_functions.py")
WRONG = (Path(__file__).parent / "corpus" / "torch" / "told_all.py")


def test_pytest_grades_with_an_item_an_exercise(pytester):
    pytester.mkdir("class")
    for path in (RIGHT, WRONG):
        (pytester.path / "class" / f"test_{path.name}").write_text(path.read_text())
    outcome = pytester.runpytest_subprocess("--lazyinit-grade=class", "--lazyinit-framework=torch", "-p", "no:randomly", "--strict-markers", "-W", "error")
    outcome.assert_outcomes(passed=3, failed=3)
    outcome.stdout.fnmatch_lines(["*test_told_all.py-1*", "0.5 of 1", "line 9: expected the first layer alone*", "*= grades =*", "test_right_functions.py: 3 of 3 (1: 1, 2: 1, 3: 1)",
                                  "test_told_all.py: 0.8333 of 3 (1: 0.5, 2: 0, 3: 0.3333)", "isolation: *"])
    outcome.stdout.no_fnmatch_line("*Traceback*")


def test_a_conftest_that_a_student_hands_in_is_graded_and_not_executed(pytester):
    pytester.mkdir("test_class")
    (pytester.path / "test_class" / "conftest.py").write_text(f"open({str(pytester.path / 'executed')!r}, 'w')\n" + RIGHT.read_text())
    outcome = pytester.runpytest_subprocess("--lazyinit-grade=test_class", "--lazyinit-framework=torch", "-k", "py-1")
    assert outcome.parseoutcomes()["failed"] == 1 and not (pytester.path / "executed").exists()
    outcome.stdout.fnmatch_lines(["0 of 1, failed-to-load"])


def test_pytest_is_not_called_inside_of_what_is_graded(pytester, monkeypatch):
    pytester.mkdir("class")
    (pytester.path / "class" / "a.py").write_text("")
    monkeypatch.chdir(pytester.path / "class")
    outcome = pytester.runpytest_subprocess("--lazyinit-grade=.", "--lazyinit-framework=torch")
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines(["*--lazyinit-grade: pytest would take files of the folder*"])


@pytest.mark.parametrize("arguments, message", [
    (["--lazyinit-grade=class"], "*--lazyinit-grade: say which framework the answers are in; valid: --lazyinit-framework=torch|tensorflow|flax|mxnet*"),
    (["--lazyinit-grade=class", "--lazyinit-framework=torch,flax"], "*--lazyinit-grade: say which framework*"),
    (["--lazyinit-grade=none", "--lazyinit-framework=torch"], "*--lazyinit-grade: there is no *none; valid: a .py or .ipynb file*"),
    (["--lazyinit-grade=class", "--lazyinit-framework=torch"], "*--lazyinit-grade: there is no .py or .ipynb in *class*"),
    (["--lazyinit-grade=", "--lazyinit-framework=torch"], "*--lazyinit-grade: no folder is named*")])
def test_a_wrong_call_of_pytest_is_a_usage_error(pytester, arguments, message):
    pytester.mkdir("class")
    outcome = pytester.runpytest(*arguments)
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines([message])
