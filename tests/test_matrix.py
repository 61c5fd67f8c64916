"""The matrix: merging reports, columns and cells, observations."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest

from pytest_lazyinit.matrix import changes as matrix_changes
from pytest_lazyinit.matrix import reading as matrix_reading
from pytest_lazyinit.matrix import Environment
from pytest_lazyinit.matrix.columns import columns, natural, spans
from pytest_lazyinit.matrix.outcomes import quiet
from pytest_lazyinit.report import matrix_page
from pytest_lazyinit.report.matrix import sheets

from .matrix_reports import failed, many, told, write  # noqa: F401


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


def test_a_companion_of_the_night_is_one_too(write):  # noqa: F811
    path = write("2.22.0-dev20260905", {"before.display": "ok"}, framework="tensorflow", versions={"keras-nightly": "3.16.0.dev1"})
    assert [column.title for column in columns(matrix_reading.matrix([path]).tables["tensorflow", "cpu"])] == ["2.22.0-dev20260905, Keras 3.16.0.dev1"]


def test_colours_of_a_terminal_are_not_kept(write):  # noqa: F811
    found = matrix_reading.matrix([write("1.0", {"after.shapes": failed("\x1b[1mInput 0\x1b[0m of layer")})])
    assert found.outcomes[1].message == "Input 0 of layer"


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

@pytest.mark.parametrize("one, other", [("<a at 0x7f01>", "<a at 0x7f9922>"), ("layer 'sequential_115'", "layer 'sequential_2'"), ("dense0_weight", "dense12_weight"), ("[12:23:03] src/x.h:219", "[09:00:59] src/x.h:219"),
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
    assert len(line.facts) == 10 and [fact.name for fact in line.main] == ["type", "p0", "p1"]
    assert "7 more" in "".join(matrix_page.page(found))


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
