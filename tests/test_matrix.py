"""The matrix: merging reports, columns and cells, bad input."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest

from pytest_lazyinit import cli, matrix_changes, matrix_reading
from pytest_lazyinit.matrix import Environment
from pytest_lazyinit.matrix_columns import columns, natural, spans, titled
from pytest_lazyinit.matrix_outcomes import quiet
from pytest_lazyinit.report import matrix_page
from pytest_lazyinit.report.matrix import sheets

BUG = {"kind": "bug", "reason": "it is | slow", "url": "https://github.com/a/b/issues/7", "entry": "torch:1", "source": "torch.toml"}
UNREPORTED = {**BUG, "reason": "nobody knows", "url": "unreported"}


@pytest.fixture
def write(tmp_path, result):
    """Write a report; a cell is a verdict or the fields of a result."""
    def make(version, cells, name=None, framework="torch", device="cpu", python="3.11.7", **run):
        results = []
        for clause, cell in cells.items():
            subject, _, clause = clause.rpartition("/")
            fields = {"verdict": cell} if isinstance(cell, str) else dict(cell)
            verdict = fields.pop("verdict", "ok")
            results.append(result(clause, verdict, framework=framework, version=version, device=device, **{"subject": subject or "mlp", **fields}).to_dict())
        versions = {"pytest-lazyinit": "0.1.0", framework: version, **run.pop("versions", {})}
        document = {"schema": 1, "results": results, "run": {"versions": versions, "python": python, "platform": "Linux-6.1-x86_64", "planned": len(results),
                                                            "ran": len(results), "running": [], "complete": True, "problems": [], **run}}
        path = tmp_path / (name or f"{framework}-{version}-{device}-{python}.json")
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)
    return make


def failed(message="expected a; found b", **more):
    return {"verdict": "FAIL", "message": message, **more}


def told(matrix):
    """Each row of the first table as ``[(versions, cell), …]``."""
    sheet = sheets(matrix)[0]
    return {row.row.clause: [(titled(sheet.columns, span), sheet.outcome(span).verdict if span.number else "–") for span in row.cells]
            for _, rows in sheet.subjects() for row in rows}


@pytest.fixture
def many(write):
    """Reports with all verdicts, notes, markup in every text."""
    text = '<b>"x"</b> & `y` | z'
    rows = {"mlp/before.display": {"verdict": "deviation", "deviation": [BUG, UNREPORTED], "message": text}, "mlp/after.shapes": "ok", text + "/after.shapes": failed(text),
            "mlp/varying.tied": {"verdict": "n/a", "message": "not offered"}, "mlp/after.output": {"observations": {text: text}}}
    return [write("1.0", rows), write("2.0", {**rows, "mlp/after.shapes": failed("$x 100%\nsecond"), "mlp/after.output": {"observations": {text: "other"}}})]


# -- columns and cells --------------------------------------------------------------------------------

def test_versions_are_in_order_and_equal_neighbours_are_one_cell(write):
    paths = [write(version, {"before.display": "ok" if number < 2 else "n/a", "after.shapes": "ok"})
             for number, version in enumerate(["1.8.1", "1.10.2", "2.0.0rc1", "2.0.0"])]
    random.shuffle(paths)
    found = matrix_reading.matrix(paths)
    assert not found.problems
    assert told(found) == {"before.display": [("1.8.1 – 1.10.2", "ok"), ("2.0.0rc1 – 2.0.0", "n/a")], "after.shapes": [("1.8.1 – 2.0.0", "ok")]}


def test_neighbouring_versions_that_agree_in_every_row_are_one_column(write):
    found = matrix_reading.matrix([write(version, {"before.display": verdict, "after.shapes": "ok"})
                                   for version, verdict in [("1.0", "ok"), ("1.1", "ok"), ("1.2", "n/a"), ("1.3", "ok")]])
    table = found.tables["torch", "cpu"]
    assert [column.heading for column in columns(table)] == ["1.0 – 1.1", "1.2", "1.3"]
    assert [column.heading for column in columns(table, collapsed=False)] == ["1.0", "1.1", "1.2", "1.3"]


def test_pythons_of_a_version_are_one_column_where_they_agree(write):
    rows = {"before.display": "ok", "after.shapes": "ok"}
    paths = [write("1.0", rows, python="3.9.18"), write("1.0", rows, python="3.10.1"), write("2.0", rows, python="3.9.18"),
             write("2.0", {**rows, "after.shapes": failed()}, python="3.10.1")]
    shown = columns(matrix_reading.matrix(paths).tables["torch", "cpu"])
    assert [column.title for column in shown] == ["1.0", "2.0, Python 3.9.18", "2.0, Python 3.10.1"]


def test_a_companion_makes_a_column_of_its_own(write):
    paths = [write("2.16.2", {"before.display": verdict}, framework="tensorflow", name=f"{keras}.json", versions={"keras": keras})
             for keras, verdict in [("3.10.0", "ok"), ("3.9.0", "n/a")]]
    shown = columns(matrix_reading.matrix(paths).tables["tensorflow", "cpu"])
    assert [column.title for column in shown] == ["2.16.2, Keras 3.9.0", "2.16.2, Keras 3.10.0"]


def test_a_backend_makes_a_table_of_its_own(write):
    paths = [write("3.15.0", {"present.usable": {"observations": {"versions": f"keras 3.15.0, backend {name}, {name} 1.0"}}, "after.shapes": "ok"}, framework="keras", name=f"{name}.json")
             for name in ("torch", "jax")]
    found = matrix_reading.matrix(paths)
    assert not found.problems and [sheet.table.name for sheet in sheets(found)] == ["keras on jax, cpu", "keras on torch, cpu"]


def test_frameworks_and_devices_are_tables_of_their_own(write):
    found = matrix_reading.matrix([write("1.9.1", {"after.shapes": "ok"}, framework="mxnet"), write("2.0", {"after.shapes": "ok"}, device="gpu"),
                                   write("2.0", {"after.shapes": "ok"}), write("1", {"after.shapes": "ok"}, framework="other")])
    assert [sheet.table.name for sheet in sheets(found)] == ["torch, cpu", "torch, gpu", "mxnet, cpu", "other, cpu"]


def test_a_clause_that_a_version_has_not_is_a_gap(write):
    found = matrix_reading.matrix([write("1.0", {"before.display": "ok"}), write("2.0", {"before.display": "ok", "after.shapes": "ok"})])
    assert told(found)["after.shapes"] == [("1.0", "–"), ("2.0", "ok")]


def test_rows_stand_under_their_subject_by_phase(write):
    found = matrix_reading.matrix([write("1.0", {"a/varying.tied": "ok", "b/after.shapes": "ok", "a/before.display": "ok"})])
    assert [(subject, [row.row.clause for row in rows]) for subject, rows in sheets(found)[0].subjects()] == [
        ("a", ["before.display", "varying.tied"]), ("b", ["after.shapes"])]


def test_two_models_of_one_name_are_two_rows(write, result, tmp_path):
    path = write("1.0", {})
    document = json.loads((tmp_path / "torch-1.0-cpu-3.11.7.json").read_text())
    document["results"] = [result("after.shapes", verdict).to_dict() for verdict in ("ok", "n/a")]
    (tmp_path / "torch-1.0-cpu-3.11.7.json").write_text(json.dumps(document))
    found = matrix_reading.matrix([path])
    assert not found.problems and [row.subject for row in found.tables["torch", "cpu"].rows] == ["mlp", "mlp (2)"]


def test_what_was_not_run_stands_in_the_column_of_the_run(write):
    paths = [write("1.0", {"after.shapes": "ok"}), write("1.0", {"after.output": {"verdict": "not run", "message": "red before"}}, name="other.json")]
    document = json.loads(open(paths[1]).read())
    document["results"][0]["version"] = ""
    open(paths[1], "w").write(json.dumps(document))
    found = matrix_reading.matrix(paths)
    assert told(found) == {"after.shapes": [("1.0", "ok")], "after.output": [("1.0", "not run")]}


@pytest.mark.parametrize("texts, expected", [
    (["2.10", "2.9", "2.9.post1", "2.9rc1"], ["2.9rc1", "2.9", "2.9.post1", "2.10"]), (["git-10", "git-9", "1.0"], ["1.0", "git-9", "git-10"]), (["", "1"], ["1", ""])])
def test_natural_order(texts, expected):
    assert sorted(texts, key=natural) == expected


# -- observations ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("one, other", [("<a at 0x7f01>", "<a at 0x7f9922>"), ("layer 'sequential_115'", "layer 'sequential_2'"), ("dense0_weight", "dense12_weight"),
                                        ("/home/a/lib/python3.9/site-packages/torch/x.py", "/b/site-packages/torch/x.py")])
def test_what_differs_from_run_to_run_is_no_difference(one, other, write):
    assert quiet(one) == quiet(other)
    found = matrix_reading.matrix([write(str(number), {"before.display": {"observations": {"repr": text}}}) for number, text in enumerate([one, other])])
    assert len(columns(found.tables["torch", "cpu"])) == 1 and len(found.outcomes) == 2


@pytest.mark.parametrize("one, other", [("float32", "float64"), ("(256, -1)", "(256, 0)"), ("conv2d", "conv3d"), ("ValueError: 2x20", "ValueError: 2x21")])
def test_what_differs_in_substance_is_a_difference(one, other):
    assert quiet(one) != quiet(other)


def test_observations_that_changed_are_rows_of_their_own(write):
    facts = [{"get_weights()": "ValueError: not built", "same": "x"}, {"get_weights()": "[]", "same": "x"}, {"same": "x"}]
    found = matrix_reading.matrix([write(f"{number}.0", {"before.access_refused": {"observations": fact}}) for number, fact in enumerate(facts)])
    (_, [line]), = sheets(found)[0].subjects()
    assert [(fact.name, [text for _, text in fact.cells]) for fact in line.facts] == [("get_weights()", ["ValueError: not built", "[]", None])]
    step = matrix_changes.changes(found.tables["torch", "cpu"], columns(found.tables["torch", "cpu"]), found.outcomes)[1]
    assert [(change.kind, change.old, change.new, change.facts) for change in step] == [("observed", "0.0", "1.0", [("get_weights()", "ValueError: not built", "[]")])]


def test_of_many_observations_those_come_first_that_differ_in_more_than_wording(write):
    facts = [{**{f"p{number}": f"ValueError: {version}" for number in range(9)}, "type": f"{kind}: x"} for version, kind in (("a", "KeyError"), ("b", "ValueError"))]
    found = matrix_reading.matrix([write(f"{number}.0", {"before.access_refused": {"observations": fact}}) for number, fact in enumerate(facts)])
    (_, [line]), = sheets(found)[0].subjects()
    assert len(line.facts) == 10 and [fact.name for fact in line.main] == ["type", "p0", "p1", "p2", "p3", "p4"]
    assert "4 more" in "".join(matrix_page.page(found))


# -- bad input ------------------------------------------------------------------------------------------

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


def test_folders_are_searched_and_no_file_is_read_twice(write, tmp_path):
    for name in ("deep/er", ".tox"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / ".tox" / "config.json").write_text("{}")
    path = write("1.0", {"after.shapes": "ok"}, name="deep/er/1.json")
    found = matrix_reading.matrix([str(tmp_path), path])
    assert not found.problems and len(found.sources) == 1


# -- scale ----------------------------------------------------------------------------------------------

def test_a_cell_costs_four_bytes_and_what_is_equal_is_kept_once(write):
    cells = {f"after.c{number}": {"verdict": "FAIL", "message": f"expected {number % 5}; found <x at 0x{number:x}>"} for number in range(300)}
    found = matrix_reading.matrix([write(f"1.{number}", cells, name=f"{number}.json") for number in range(5)])
    assert len(found.outcomes) == 6 and {column.itemsize for column in found.tables["torch", "cpu"].columns.values()} == {4}


def test_spans_of_one_column(write):
    found = matrix_reading.matrix([write("1.0", {"after.shapes": "ok"})])
    assert [(span.first, span.width) for span in spans(columns(found.tables["torch", "cpu"]), 0)] == [(0, 1)]


def test_an_environment_says_where_it_was():
    assert str(Environment("1.0", "Keras 3.0", "3.11", "Linux x86_64")) == "1.0, Keras 3.0, Python 3.11, Linux x86_64" and str(Environment("", "", "", "")) == "of unknown version"


def test_writing_and_merging_need_no_framework(many):
    names = {"torch", "tensorflow", "jax", "mxnet"}
    code = f"import sys; from pytest_lazyinit import cli; cli.main(['matrix', *{many!r}]); print(sorted({names!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
