"""Options and ini keys: the command line wins, and a wrong value is a usage error that lists the valid ones."""

from __future__ import annotations

import pytest

from pytest_lazyinit.options import settings


@pytest.mark.parametrize("arguments, message", [
    (["--lazyinit-framework=torch,caffe"], "*--lazyinit-framework: there is no 'caffe'; valid: torch, tensorflow, flax, mxnet*"),
    (["--lazyinit-device=cuda"], "*--lazyinit-device: there is no 'cuda'; valid: auto, cpu, gpu, tpu*"),
    (["--lazyinit-seed=-1"], "*--lazyinit-seed: '-1' is not valid; valid: a whole number from 0 to*"),
    (["--lazyinit-strict=maybe"], "*--lazyinit-strict: there is no 'maybe'; valid: yes, no*"),
    (["--lazyinit-examples=0"], "*--lazyinit-examples: '0' is not valid; valid: a whole number from 1 to*"),
    (["--lazyinit-report=r.txt"], "*r.txt has an unknown ending; valid: .json, .md, .html*"),
    (["--lazyinit-report=none/r.json"], "*--lazyinit-report: there is no folder *none*"),
    (["--lazyinit-report=/proc/r.json"], "*--lazyinit-report: /proc/r.json cannot be written (*); valid: a file that can be*"),
    (["--lazyinit-report="], "*--lazyinit-report: no file is named*"),
    (["--lazyinit-deviations=none.toml"], "*deviations that cannot be used:*"),
    (["--lazyinit-model=a:B", "--lazyinit-input=2,20"], "*--lazyinit-model is for the shipped suites; valid: together with --lazyinit*"),
    (["--lazyinit", "--lazyinit-model=a:B"], "*--lazyinit-model is given 1 times and --lazyinit-input 0 times*"),
    (["--lazyinit", "--lazyinit-model=B", "--lazyinit-input=2,20"], "*'B' names no model; valid: pkg.module:Name or file.py:Name*"),
    (["--lazyinit", "--lazyinit-model=none.py:B", "--lazyinit-input=2,20"], "*there is no file *none.py*"),
    (["--lazyinit", "--lazyinit-model=a:B", "--lazyinit-input=2x20"], "*'2x20' is not a shape; valid: positive sizes by comma, batch first*"),
])
def test_a_wrong_option_is_a_usage_error(pytester, arguments, message):
    outcome = pytester.runpytest(*arguments)
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines([message])


@pytest.mark.parametrize("line, message", [
    ("lazyinit_device = cuda", "*there is no 'cuda'; valid: auto, cpu, gpu, tpu*"),
    ("lazyinit_models = pkg.models:Encoder", "*'pkg.models:Encoder' has no input shape; valid: a line such as pkg.models:Encoder 32,20*"),
])
def test_a_wrong_ini_key_is_a_usage_error(pytester, line, message):
    pytester.makeini(f"[pytest]\n{line}\n")
    outcome = pytester.runpytest()
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines([message])


def test_a_wrong_deviations_file_tells_everything(pytester):
    pytester.makefile(".toml", mine='[[deviation]]\nclause = "after.shape"\nversions = ">=2,<1"\nkind = "bug"\nreason = "x"\n')
    outcome = pytester.runpytest("--lazyinit-deviations=mine.toml")
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines(["*mine.toml: deviation 1: no url", "*unknown clause 'after.shape'; valid: *after.shapes*", "*no version satisfies*"])


def test_an_existing_report_survives_a_run_that_does_not_start(pytester):
    report = pytester.path / "r.json"
    report.write_text("old")
    assert pytester.runpytest("--lazyinit-report=r.json", "--lazyinit-device=cuda").ret == pytest.ExitCode.USAGE_ERROR
    pytester.makepyfile("import nothing_of_that_name")
    assert pytester.runpytest("--lazyinit-report=r.json").ret == pytest.ExitCode.INTERRUPTED
    assert report.read_text() == "old"


def parsed(pytester, *arguments):
    return settings(pytester.parseconfig(*arguments))


def test_nothing_given(pytester):
    found = parsed(pytester)
    assert not found.active and found.frameworks is None and found.report is None
    assert (found.device, found.seed, found.examples, found.models) == ("auto", 0, 10, ())


def test_the_command_line_wins(pytester):
    pytester.makeini("[pytest]\nlazyinit_framework = torch\nlazyinit_seed = 7\nlazyinit_device = cpu\nlazyinit_models = a.b:C 2,20\n")
    found = parsed(pytester)
    assert (found.frameworks, found.seed, found.device, found.models, found.inputs) == (("torch",), 7, "cpu", ("a.b:C",), (((2, 20),),))
    found = parsed(pytester, "--lazyinit-framework=flax, torch,flax", "--lazyinit-seed=8", "--lazyinit-device=auto",
                   "--lazyinit-model=d:E.f", "--lazyinit-input=4,3,8,8")
    assert (found.frameworks, found.seed, found.device, found.models, found.inputs) == (("flax", "torch"), 8, "auto", ("d:E.f",), (((4, 3, 8, 8),),))


def test_inputs_of_several_kinds(pytester):
    found = parsed(pytester, "--lazyinit-model=a:B", "--lazyinit-input=4,6; int64:4,7<50", "--lazyinit-model=a:c", "--lazyinit-input=-")
    assert found.inputs == (((4, 6), ("int64", (4, 7), 50)), ())


def test_paths_are_relative_to_where_they_are_written(pytester, monkeypatch):
    pytester.makeini("[pytest]\nlazyinit_report = r.md\nlazyinit_models =\n    my models.py:Encoder 2, 20\n")
    pytester.path.joinpath("my models.py").touch()
    sub = pytester.mkdir("sub")
    monkeypatch.chdir(sub)
    assert parsed(pytester, str(pytester.path)).report == pytester.path / "r.md"
    assert parsed(pytester, str(pytester.path)).models == (f"{pytester.path / 'my models.py'}:Encoder",)
    assert parsed(pytester, str(pytester.path)).inputs == (((2, 20),),)
