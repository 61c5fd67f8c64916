"""Reports that are wrong or do not go together: each is named in one sentence, the rest is merged."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest

from pytest_lazyinit import cli
from pytest_lazyinit.matrix import reading as matrix_reading
from pytest_lazyinit.matrix.columns import columns

from .matrix_reports import failed, told, write  # noqa: F401

@pytest.mark.parametrize("text, sentence", [
    ('{"schema": 1, "results": [', "ends in the middle of the document"), ("<html>", "is not JSON"), ('{"schema": 2, "results": [], "run": {}}', "schema 2, this version"),
    ('{"schema": 1, "results": [{}], "run": {}}', "missing or wrong"), ('{"schema": 1, "results": [], "run": {"versions": []}}', "missing or wrong (the versions)"),
    ('{"schema": 1, "results": [], "run": {"planned": "x"}}', "missing or wrong (what it says of the run)")])
def test_a_wrong_report_is_named_and_the_rest_merged(write, tmp_path, capsys, text, sentence):
    (tmp_path / "wrong.json").write_text(text)
    good = write("1.0", {"after.shapes": "ok"})
    assert cli.main(["matrix", str(tmp_path / "wrong.json"), good, "--html", str(tmp_path / "m.html")]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("lazyinit matrix:")]
    assert len(told) == 1 and str(tmp_path / "wrong.json") in told[0] and sentence in told[0]
    page = (tmp_path / "m.html").read_text(encoding="utf-8")
    assert "after.<wbr>shapes" in page and "Wrong with the reports" in page


@pytest.mark.parametrize("field, value", [("message", None), ("subject", 3), ("observations", {"a": 1}), ("observations", []), ("deviation", ["x"]), ("deviation", [{"kind": 1}])])
def test_a_result_of_wrong_kinds_is_named(write, field, value):
    path = write("1.0", {"after.shapes": "ok"})
    document = json.loads(open(path).read())
    document["results"][0][field] = value
    open(path, "w").write(json.dumps(document))
    problems = matrix_reading.matrix([path]).problems
    assert path in problems[0] and "a part that is missing or wrong" in problems[0]


def test_contradicting_reports_of_one_environment(write):
    one = write("1.0", {"before.display": "ok", "after.shapes": "ok", "after.output": {"verdict": "not run", "message": "m"}}, name="one.json")
    other = write("1.0", {"before.display": failed(), "after.shapes": "n/a", "after.output": "ok"}, name="other.json")
    for paths in ([one, other], [other, one]):
        found = matrix_reading.matrix(paths)
        assert len(found.problems) == 1 and found.problems[0].startswith(f"{paths[1]}: contradicts {paths[0]} on torch 1.0, Python 3.11.7, Linux x86_64, cpu: mlp before.display (")
        assert found.problems[0].endswith(" and 1 more; the worse result is shown")
        assert {clause: cells[0][1] for clause, cells in told(found).items()} == {"before.display": "FAIL", "after.shapes": "n/a", "after.output": "ok"}


def test_shards_of_one_environment_are_one_column(write):
    found = matrix_reading.matrix([write("1.0", {"before.display": "ok"}, name="one.json"), write("1.0", {"after.shapes": "ok"}, name="other.json")])
    assert not found.problems and told(found) == {"before.display": [("1.0", "ok")], "after.shapes": [("1.0", "ok")]}


def test_reports_of_several_versions_of_the_suite(write):
    paths = [write("1.0", {"after.shapes": "ok"}), write("2.0", {"after.shapes": "ok"}, versions={"pytest-lazyinit": "0.2.0"})]
    found = matrix_reading.matrix(paths)
    assert found.problems == [f"the reports are of different versions of pytest-lazyinit, whose clauses may differ (0.1.0: {paths[0]}; 0.2.0: {paths[1]})"]
    assert len(columns(found.tables["torch", "cpu"])) == 1


def test_a_run_that_was_cut_off_is_named(write):
    path = write("1.0", {"after.shapes": "ok"}, complete=False, running=["test_a[cpu-after.output]"])
    assert matrix_reading.matrix([path]).problems == [f"{path}: the run did not come to its end; running was test_a[cpu-after.output]"]


def test_no_reports(tmp_path, capsys):
    assert cli.main(["matrix"]) == 1
    assert "there are no results" in capsys.readouterr().out
    assert cli.main(["matrix", str(tmp_path)]) == 1
    assert f"{tmp_path}: the folder holds no *.json" in capsys.readouterr().out


def test_a_reader_that_has_seen_enough_ends_nothing(write):
    command = f"{shlex.quote(sys.executable)} -m pytest_lazyinit.cli matrix {shlex.quote(write('1.0', {'after.shapes': failed()}))}; echo status $? >&2"
    done = subprocess.run(["sh", "-c", f"( {command} ) | true"], capture_output=True, text=True)
    assert done.stderr == "status 1\n"


def test_folders_are_searched_and_no_file_is_read_twice(write, tmp_path):
    for name in ("deep/er", ".tox"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / ".tox" / "config.json").write_text("{}")
    path = write("1.0", {"after.shapes": "ok"}, name="deep/er/1.json")
    found = matrix_reading.matrix([str(tmp_path), path])
    assert not found.problems and len(found.sources) == 1
