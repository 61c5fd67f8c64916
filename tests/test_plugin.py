"""The plugin in pytest: ids, selection, collection of the shipped suites, results, and what makes a run red."""

from __future__ import annotations

import re
import sys

import pytest

from pytest_lazyinit import frameworks
from pytest_lazyinit.results import read
from pytest_lazyinit.starting import suites

MIXED = {"before.constructs": "ok", "before.display": "n/a", "after.shapes": "FAIL", "after.output": "deviation", "mismatch.rejected": "ok"}
GOOD = {"before.constructs": "ok", "after.shapes": "ok"}
STRICT = ("-W", "error", "--strict-markers", "-p", "no:cacheprovider")


def verdicts(path):
    return {result.clause: result.verdict for result in read(path).results}


def test_outcome_summary_and_report_agree(pytester, stand_in):
    stand_in(MIXED)
    outcome = pytester.runpytest(*STRICT, "--lazyinit-report=r.json")
    outcome.assert_outcomes(passed=2, failed=1, skipped=1, xfailed=1)
    outcome.stdout.fnmatch_lines(["*= lazy initialization =*", "planned 5, ran 5: 2 ok, 1 dev, 1 FAIL, 1 n/a"])
    report = read(pytester.path / "r.json")
    assert verdicts(pytester.path / "r.json") == MIXED
    assert (report.run["planned"], report.run["ran"], report.run["running"], report.interrupted) == (5, 5, [], False)


def test_the_device_stands_before_the_clause_and_is_a_marker(pytester, stand_in):
    stand_in(GOOD)
    outcome = pytester.runpytest("--collect-only", "-q", "-m", "cpu", "-p", "no:randomly")
    outcome.stdout.fnmatch_lines(["test_own.py::test_encoder[[]cpu-before.constructs]", "test_own.py::test_encoder[[]cpu-after.shapes]"])
    pytester.runpytest("-m", "gpu").assert_outcomes(deselected=2)


@pytest.mark.parametrize("arguments", [("-n2",), ("-n2", "--dist=loadgroup"), ("-p", "randomly")], ids=["xdist", "groups", "randomly"])
def test_other_plugins_change_nothing(pytester, stand_in, arguments):
    stand_in(MIXED)
    outcome = pytester.runpytest(*STRICT, "--lazyinit-report=r.json", "--lazyinit-device=cpu", *arguments)
    outcome.assert_outcomes(passed=2, failed=1, skipped=1, xfailed=1)
    outcome.stdout.fnmatch_lines(["planned 5, ran 5: *"])
    assert verdicts(pytester.path / "r.json") == MIXED


def test_results_are_in_junit_xml(pytester, stand_in):
    stand_in(GOOD)
    pytester.runpytest("--junitxml=j.xml")
    assert (pytester.path / "j.xml").read_text().count('<property name="lazyinit" value="{') == 2


@pytest.mark.parametrize("ending, piece", [(".md", "| after.shapes |"), (".html", "<td>after.shapes</td>")])
def test_a_page_is_rendered_and_its_journal_removed(pytester, stand_in, ending, piece):
    stand_in(MIXED)
    pytester.runpytest(f"--lazyinit-report=r{ending}")
    assert piece in (pytester.path / f"r{ending}").read_text() and not list(pytester.path.glob("*.partial.json"))


@pytest.mark.parametrize("report, journal", [("r.json", "r.json"), ("r.md", "r.md.partial.json")])
def test_a_crash_costs_the_item_and_not_the_file(pytester, stand_in, report, journal):
    stand_in({**MIXED, "after.output": "crash"})
    outcome = pytester.runpytest_subprocess("-p", "no:randomly", f"--lazyinit-report={report}")
    assert outcome.ret not in (0, 1, 2, 3, 4, 5)
    found = read(pytester.path / journal)
    assert [result.clause for result in found.results] == ["before.constructs", "before.display", "after.shapes"]
    assert found.interrupted and found.run["running"] == ["test_own.py::test_encoder[cpu-after.output]"]


def test_a_crash_of_a_worker_is_an_error_of_its_item(pytester, stand_in):
    stand_in({**GOOD, "mismatch.rejected": "crash"})
    outcome = pytester.runpytest("-n1", "--lazyinit-report=r.json", "-p", "no:randomly")
    outcome.stdout.fnmatch_lines(["error torch cpu Encoder mismatch.rejected: worker 'gw0' crashed*", "planned 3, ran 3: 2 ok, 1 error"])
    assert outcome.ret == 1 and verdicts(pytester.path / "r.json")["mismatch.rejected"] == "error"


@pytest.mark.parametrize("arguments", [(), ("-n1",)], ids=["alone", "xdist"])
def test_an_item_without_a_result_is_an_error(pytester, stand_in, arguments):
    stand_in({"after.shapes": "raise"})
    outcome = pytester.runpytest("--lazyinit-report=r.json", *arguments)
    outcome.stdout.fnmatch_lines(["error unknown cpu Encoder after.shapes: call failed: RuntimeError: the harness *"])
    assert outcome.ret == 1 and verdicts(pytester.path / "r.json") == {"after.shapes": "error"}


def test_a_passed_item_without_a_result_is_red(pytester, stand_in):
    stand_in({"after.shapes": "silent", "after.output": "ok"})
    outcome = pytester.runpytest()
    outcome.assert_outcomes(passed=2)
    assert outcome.ret == 1
    outcome.stdout.fnmatch_lines(["lazyinit: after.shapes on Encoder: the item ended without a result"])


def test_an_error_of_a_fixture_is_an_error(pytester, stand_in):
    stand_in(GOOD)
    pytester.makeconftest("import pytest\n@pytest.fixture(autouse=True)\ndef broken():\n    raise OSError('no disk')\n")
    outcome = pytester.runpytest()
    outcome.assert_outcomes(errors=2)
    outcome.stdout.fnmatch_lines(["error unknown cpu Encoder after.shapes: setup failed: OSError: no disk", "planned 2, ran 2: 2 error"])


def test_what_did_not_run_is_red(pytester, stand_in):
    stand_in({"after.shapes": "not run", "after.output": "ok"})
    outcome = pytester.runpytest()
    outcome.assert_outcomes(passed=1, skipped=1)
    outcome.stdout.fnmatch_lines(["planned 2, ran 1: 1 ok, 1 not run", "lazyinit: planned 2, ran 1: 1 did not run"])
    assert outcome.ret == 1


def test_an_authors_own_skip_is_not_red(pytester, stand_in):
    stand_in(GOOD)
    pytester.makeconftest("import pytest\ndef pytest_collection_modifyitems(items):\n    items[-1].add_marker(pytest.mark.skip('later'))\n")
    outcome = pytester.runpytest("-p", "no:randomly")
    outcome.assert_outcomes(passed=1, skipped=1)
    outcome.stdout.fnmatch_lines(["planned 1, ran 1: 1 ok"])
    assert outcome.ret == 0


def test_a_stopped_run_is_judged_by_pytest_alone(pytester, stand_in):
    stand_in(MIXED)
    outcome = pytester.runpytest("-x", "-p", "no:randomly")
    outcome.stdout.fnmatch_lines(["planned 5, ran 3: 1 ok, 1 FAIL, 1 n/a"])
    outcome.stdout.no_fnmatch_line("lazyinit:*")


def test_quiet_and_no_summary_are_honoured(pytester, stand_in):
    stand_in(GOOD)
    quiet = pytester.runpytest("-q")
    quiet.stdout.fnmatch_lines(["lazyinit: planned 2, ran 2: 2 ok"])
    quiet.stdout.no_fnmatch_line("*lazy initialization*")
    pytester.runpytest("--no-summary").stdout.no_fnmatch_line("*planned*")


def test_an_unrelated_run_shows_nothing(pytester):
    pytester.makepyfile("def test_one(): pass")
    outcome = pytester.runpytest(*STRICT)
    outcome.stdout.no_fnmatch_line("*lazy*initialization*")
    outcome.stdout.no_fnmatch_line("lazyinit*")
    assert outcome.ret == 0


# -- frameworks ---------------------------------------------------------------------------------------


def test_frameworks_that_were_not_asked_for_are_deselected(pytester, stand_in):
    stand_in(GOOD, framework="torch", name="test_a")
    stand_in(GOOD, framework="flax", name="test_b")
    pytester.runpytest("--lazyinit-framework=torch", "--lazyinit-device=cpu").assert_outcomes(passed=2, deselected=2)


def test_frameworks_that_are_not_installed_are_deselected(pytester, stand_in, monkeypatch):
    monkeypatch.setattr(frameworks, "installed", lambda name: name == "flax")
    stand_in(GOOD, framework="torch", name="test_a")
    stand_in(GOOD, framework="flax", name="test_b")
    pytester.runpytest("--lazyinit-device=cpu").assert_outcomes(passed=2, deselected=2)


def test_a_subject_restricts_its_devices(pytester, stand_in):
    stand_in(GOOD, devices=("gpu",))
    pytester.runpytest("--lazyinit-device=cpu").assert_outcomes(deselected=2)


# -- the shipped suites -------------------------------------------------------------------------------


def collected(pytester, *arguments):
    outcome = pytester.runpytest_subprocess("--collect-only", "-q", "--lazyinit", "--lazyinit-framework=torch", "--lazyinit-device=cpu", *arguments)
    assert outcome.ret == 0, outcome.stdout.str()
    return [line for line in outcome.stdout.lines if "::" in line]


@pytest.mark.parametrize("ini", ["", "testpaths = own", "python_files = check_*.py\npython_functions = check_*", "addopts = --import-mode=importlib"])
def test_the_suites_alone_are_collected_whatever_the_ini_file_says(pytester, ini):
    pytester.makeini(f"[pytest]\n{ini}\n")
    pytester.mkdir("own").joinpath("test_own.py").write_text("def test_own(): pass")
    found = collected(pytester)
    assert {line.split("::")[0] for line in found} == {"test_book.py", "test_exercises.py", "test_layers.py", "test_mlp.py", "test_present.py"}
    assert all(re.search(r"\[cpu-\w+\.\w+\]$", line) for line in found)


def test_paths_come_beside_the_suites(pytester):
    pytester.makepyfile("def test_own(): pass")
    found = collected(pytester, "test_paths_come_beside_the_suites.py")
    assert len(found) > 1 and sum(line.endswith("::test_own") for line in found) == 1


def test_a_suite_given_as_a_path_is_not_collected_twice(pytester):
    for given in (suites(), suites() / "test_mlp.py"):
        found = [line for line in collected(pytester, str(given)) if "::test_mlp_torch" in line]
        assert found and len(found) == len(set(found))


def test_a_run_of_nothing_is_red(pytester):
    outcome = pytester.runpytest_subprocess("--lazyinit", "--lazyinit-framework=torch", "--lazyinit-device=cpu", "-q", "-p", "no:randomly", "-k", "nothing_of_that_name")
    assert outcome.ret == 1
    outcome.stdout.fnmatch_lines(["lazyinit: nothing ran: no *"])


def test_no_framework_at_all_is_red(pytester, monkeypatch):
    monkeypatch.setattr(frameworks, "installed", lambda name: False)
    outcome = pytester.runpytest("--lazyinit")
    assert outcome.ret == 1
    outcome.stdout.fnmatch_lines(["lazyinit: no framework; seed 0; not installed: torch, tensorflow, flax, mxnet",
                                  "lazyinit: nothing ran: no framework is installed; install one of pytest-lazyinit[[]torch],*"])


def test_a_report_asked_for_and_nothing_to_report_is_red(pytester):
    pytester.makepyfile("def test_one(): pass")
    outcome = pytester.runpytest("--lazyinit-report=r.json", "--no-summary")
    assert outcome.ret == 1 and not (pytester.path / "r.json").exists()
    outcome.stdout.fnmatch_lines(["lazyinit: nothing ran: no *"])


# -- what users see of it -----------------------------------------------------------------------------


def test_fixtures_and_markers_are_documented(pytester):
    shown = pytester.runpytest("--fixtures").stdout.str()
    for name in ("lazyinit_framework", "lazyinit_adapter", "lazyinit_device", "lazy_mlp", "partial_mlp", "eager_mlp", "mlp_input"):
        assert re.search(rf"^{name} -- .*\n    [A-Z].*\.$", shown, re.MULTILINE), name
    pytester.runpytest("--markers").stdout.fnmatch_lines([
        "@pytest.mark.lazyinit(subject, framework, devices): *.", "@pytest.mark.cpu: *.", "@pytest.mark.gpu: *.", "@pytest.mark.tpu: *."])


def test_what_a_run_in_this_process_imports_stays_imported(pytester):
    pytester.makepyfile("def test_it(): import wave")
    assert pytester.runpytest().ret == 0
    assert "wave" in sys.modules, "a framework that is imported a second time breaks"
