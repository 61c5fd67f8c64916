"""Results: round trips, a file that is whole at every moment, errors of reading, the published schema."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from importlib.resources import files

import jsonschema
import pytest

from pytest_lazyinit import results
from pytest_lazyinit.recorder import facts
from pytest_lazyinit.options import Settings
from pytest_lazyinit.results import Journal, ReportError, Result, from_properties, read

SCHEMA = json.loads((files("pytest_lazyinit") / "schema" / f"result-{results.SCHEMA}.json").read_text())
RUN = {**facts(Settings()), "planned": 3, "ran": 0, "running": [], "complete": False}
DEVIATION = {"kind": "bug", "reason": "r", "url": "https://example.org", "entry": "torch:1", "source": "torch.toml"}


def test_a_result_survives_the_round_trip(result):
    one = result(verdict="deviation", message="expected 3 × 4; found \udc80", deviation=[DEVIATION], observations={"type": "<T>"})
    assert Result.from_json(one.to_json()) == one
    assert from_properties([("other", 1), ("lazyinit", one.to_json())]) == one
    assert from_properties([("other", 1)]) is None


def test_keys_of_a_later_version_are_passed_over(result):
    assert Result.from_dict({**result().to_dict(), "later": 1}) == result()


def test_an_unknown_verdict_lists_the_valid_ones(result):
    with pytest.raises(ValueError, match="verdict 'passed'; valid: ok, deviation, FAIL, n/a, not run, error"):
        result(verdict="passed")


def test_the_file_is_whole_after_every_step(tmp_path, result):
    path = tmp_path / "r.json"
    journal = Journal(path, RUN)
    for number in range(3):
        for run in ({**RUN, "running": ["a rather long name of an item " * number]}, {**RUN, "running": []}):
            journal.update(run)
            assert read(path).run["running"] == run["running"]
        journal.append(result(message="é" * number, deviation=[DEVIATION]), {**RUN, "ran": number + 1})
        report = read(path)
        assert (len(report.results), report.run["ran"], report.interrupted) == (number + 1, number + 1, True)
        jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), SCHEMA)
    journal.update({**RUN, "complete": True})
    journal.close()
    assert not read(path).interrupted


def test_a_result_costs_the_same_however_many_there_are(tmp_path, result, monkeypatch):
    written = []
    journal, write = Journal(tmp_path / "r.json", RUN), results.os.write
    monkeypatch.setattr(results.os, "write", lambda file, block: written.append(len(block)) or write(file, block))
    for _ in range(50):
        journal.append(result(), RUN)
    assert len(written) == 50 and max(written) - min(written) <= 1


def test_an_old_report_is_replaced_as_a_whole(tmp_path, result):
    path = tmp_path / "r.json"
    path.write_text("x" * 100_000)
    Journal(path, RUN).append(result(), RUN)
    assert len(read(path).results) == 1 and [item.name for item in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize("text, message", [
    ('{"schema": 1, "results": [', "ends in the middle of the document"),
    ("", "ends in the middle of the document"),
    ("<html>", "is not JSON"),
    ("[]", "not a report of pytest-lazyinit"),
    ('{"schema": 9, "results": [], "run": {}}', "schema 9, this version of pytest-lazyinit reads schema 1"),
    ('{"schema": 1, "run": {}}', "missing or wrong ('results')"),
    ('{"schema": 1, "results": [{"clause": "a.b"}], "run": {}}', "missing or wrong"),
])
def test_a_report_that_cannot_be_read_says_why(tmp_path, text, message):
    path = tmp_path / "r.json"
    path.write_text(text)
    with pytest.raises(ReportError, match=re.escape(message)) as caught:
        read(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_report_is_said_to_be_cut_off_wherever_it_was(tmp_path, result):
    path = tmp_path / "r.json"
    Journal(path, RUN).append(result("after.shapes", "FAIL", message='expected "[a]", found {b: 1.5e3} \\ ü'), RUN)
    whole = path.read_text(encoding="utf-8").rstrip()
    for length in range(len(whole)):
        path.write_text(whole[:length], encoding="utf-8")
        with pytest.raises(ReportError, match="ends in the middle of the document"):
            read(path)
    path.write_text(whole.replace(": ", ":: ", 1), encoding="utf-8")
    with pytest.raises(ReportError, match="is not JSON"):
        read(path)


def test_a_missing_report_says_so(tmp_path):
    with pytest.raises(ReportError, match="cannot be read"):
        read(tmp_path / "none.json")


def test_schema_and_class_name_the_same_things():
    schema = SCHEMA["$defs"]["result"]["properties"]
    assert list(schema) == [item.name for item in fields(Result)]
    assert tuple(schema["verdict"]["enum"]) == results.VERDICTS
