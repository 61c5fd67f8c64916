"""What changed: ``lazyinit matrix --diff``, between versions of a matrix, and what GitHub is told."""

from __future__ import annotations

import pytest

from pytest_lazyinit import cli
from pytest_lazyinit.matrix import changes as matrix_changes
from pytest_lazyinit.matrix import github as matrix_github
from pytest_lazyinit.matrix import reading as matrix_reading
from pytest_lazyinit.matrix.columns import columns
from pytest_lazyinit.matrix.outcomes import contrasted

from .matrix_reports import failed, many, write  # noqa: F401

KINDS = [("ok", "FAIL", "worse"), ("deviation", "error", "worse"), ("n/a", "not run", "worse"), ("ok", None, "vanished"), ("FAIL", "ok", "better"), ("not run", "deviation", "better"),
         ("deviation", "ok", "better"), ("ok", "deviation", "changed"), ("FAIL", "error", "changed"), ("ok", "n/a", "changed"), (None, "ok", "new")]


@pytest.mark.parametrize("before, after, kind", KINDS)
def test_diff_says_what_got_worse(write, capsys, before, after, kind):
    cells = [{"after.output": "ok", **({"after.shapes": {"verdict": verdict, "message": "why"}} if verdict else {})} for verdict in (before, after)]
    status = cli.main(["matrix", "--diff", write("1.0", cells[0]), write("2.0", cells[1])])
    out = capsys.readouterr().out
    assert f"1 {kind}\n" in out and f"{kind} torch, cpu 1.0 → 2.0: mlp after.shapes, {before or 'no result'} → {after or 'no result'}" in out
    assert status == (1 if kind in ("worse", "vanished") else 0)


def test_diff_tells_other_observations_and_is_green(write, capsys):
    paths = [write(version, {"before.display": {"observations": {"repr": text}}}) for version, text in [("1.0", "<a at 0x1>"), ("2.0", "<b at 0x2>")]]
    assert cli.main(["matrix", "--diff", *paths]) == 0
    assert "    repr: <a at 0x1> → <b at 0x2>" in capsys.readouterr().out
    assert cli.main(["matrix", "--diff", paths[0], paths[0]]) == 0
    assert "Nothing changed" in capsys.readouterr().out


def test_diff_of_the_same_version_built_twice(write, capsys):
    old, new = write("2.0.dev1", {"after.shapes": "ok"}, name="old.json"), write("2.0.dev1", {"after.shapes": failed()}, name="new.json")
    assert cli.main(["matrix", "--diff", old, new]) == 1 and "after.shapes, ok → FAIL: expected a; found b" in capsys.readouterr().out


def test_diff_names_a_framework_that_vanished(write, capsys):
    new = write("1.0", {"after.shapes": "ok"}, framework="flax")
    assert cli.main(["matrix", "--diff", write("1.0", {"after.shapes": "ok", "after.output": "ok"}), new]) == 1
    assert "vanished torch, cpu 1.0 → none: all 2 results" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["old", "new"])
def test_diff_with_a_wrong_report(write, tmp_path, capsys, wrong):
    (tmp_path / "wrong.json").write_text("{")
    paths = {"old": write("1.0", {"after.shapes": "ok"}), "new": write("2.0", {"after.shapes": "ok"}), wrong: str(tmp_path / "wrong.json")}
    assert cli.main(["matrix", "--diff", paths["old"], paths["new"]]) == 1
    assert f"lazyinit matrix: {tmp_path / 'wrong.json'}: ends in the middle" in capsys.readouterr().out


def test_wrong_calls(write, tmp_path, capsys):
    path = write("1.0", {"after.shapes": "ok"})
    assert cli.main(["matrix", "--diff", path]) == 2 and "--diff takes two reports" in capsys.readouterr().err
    assert cli.main(["matrix", path, "--html", str(tmp_path / "none" / "m.html")]) == 2 and "there is no folder" in capsys.readouterr().err


def test_changes_between_pythons_of_a_version_are_none(write):
    rows = {"after.shapes": "ok", "after.output": "ok"}
    bad = {**rows, "after.shapes": failed()}
    found = matrix_reading.matrix([write("1.0", rows, python="3.9.1"), write("1.0", bad, python="3.10.1"), write("2.0", rows, python="3.9.1"), write("2.0", bad, python="3.10.1")])
    table = found.tables["torch", "cpu"]
    assert matrix_changes.changes(table, columns(table), found.outcomes) == []


@pytest.mark.parametrize("one, other, expected", [("ValueError: a", "ValueError: b", True), ("KeyError: a", "ValueError: a", False), ("answered", "ValueError: b", False), ("[]", "[1]", False)])
def test_what_differs_in_wording_only_comes_last(write, one, other, expected):  # noqa: F811
    assert matrix_changes.reworded(one, other) is expected
    found = matrix_reading.matrix([write(version, {"after.shapes": {"observations": {"wording": f"ValueError: {version}", "fact": text}}}) for version, text in [("1", one), ("2", other)]])
    table = found.tables["torch", "cpu"]
    (step,) = matrix_changes.changes(table, columns(table), found.outcomes)
    assert [fact[1] for fact in matrix_changes.observed(step)] == (["wording", "fact"] if expected else ["fact", "wording"])


@pytest.mark.parametrize("one, other, expected", [
    ("a b", "a  c", ("a b", "a c")), ("", "x", ("(empty)", "x")), ("x " * 9 + "y", "x " * 9 + "z", ("x " * 9 + "y", "x " * 9 + "z")),
    ("w " * 90 + "at 0x1 raised KeyError", "w " * 90 + "at 0x2 raised TypeError", ("… " + "w " * 5 + "at 0x1 raised KeyError", "… " + "w " * 5 + "at 0x2 raised TypeError")),
    ("w " * 90, "w " * 90 + "more", ("… " + "w " * 7 + "w", "… " + "w " * 8 + "more")), ("x" + "y" * 99, "z", ("x" + "y" * 48 + "…", "z"))])
def test_of_long_texts_the_part_is_shown_where_they_differ(one, other, expected):
    assert contrasted(one, other, 50) == expected


# -- GitHub ---------------------------------------------------------------------------------------------

def test_annotations_and_summary(many, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("before\n")
    assert cli.main(["matrix", "--diff", *many]) == 1
    assert "::error title=torch%2C cpu 2.0%3A after.shapes::mlp, ok → FAIL since 1.0: $x 100%25%0Asecond\n" in capsys.readouterr().out
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("before\n# What torch-2.0") and "1 worse, 1 observed." in summary


def test_without_github_nothing_is_announced(many, monkeypatch, capsys):
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    cli.main(["matrix", *many])
    assert "::" not in capsys.readouterr().out


def test_annotations_are_no_more_than_github_shows():
    lines = matrix_github.errors([(f"t{number}", "x") for number in range(30)])
    assert len(lines) == matrix_github.SHOWN and lines[-1] == "::error title=and more::21 more stand in the job's summary"


def test_a_summary_keeps_to_its_space():
    lines = list(matrix_github.fitted((f"line {number}" for number in range(1000)), 100))
    assert sum(len(line) + 1 for line in lines[:-2]) <= 100 and lines[-1] == f"{1000 - len(lines) + 2:,} more lines stand in the file of `--markdown`."
