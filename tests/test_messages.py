"""Bad input gets one clear sentence that says what is valid: no traceback of ours, exit code 4 for wrong usage."""

from __future__ import annotations

import mxnet
import pytest
import torch

from pytest_lazyinit import SubjectError, check, frameworks
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.clauses.failing import sizes_named
from pytest_lazyinit.frameworks.base import Unusable

nn = torch.nn

USAGE = [
    (["--lazyinit", "--lazyinit-framework=pytorch"], "--lazyinit-framework: there is no 'pytorch'; valid: torch, tensorflow, flax, mxnet"),
    (["--lazyinit", "--lazyinit-device=cuda"], "--lazyinit-device: there is no 'cuda'; valid: auto, cpu, gpu, tpu"),
    (["--lazyinit", "--lazyinit-seed=one"], "--lazyinit-seed: 'one' is not valid; valid: a whole number from 0 to 999999999"),
    (["--lazyinit", "--lazyinit-report=results.xml"], "has an unknown ending; valid: .json, .md, .html"),
    (["--lazyinit", "--lazyinit-report=nowhere/results.json"], "there is no folder"),
    (["--lazyinit", "--lazyinit-deviations=nowhere.toml"], "nowhere.toml: cannot be read as TOML"),
    (["--lazyinit", "--lazyinit-model=models.py", "--lazyinit-input=2,20"], "'models.py' names no model; valid: pkg.module:Name or file.py:Name"),
    (["--lazyinit", "--lazyinit-model=models.py:Net", "--lazyinit-input=2,20"], "there is no file"),
    (["--lazyinit", "--lazyinit-model=own:Net"], "give each model its input shape, such as"),
    (["--lazyinit", "--lazyinit-model=nowhere:Net", "--lazyinit-input=2,20"], "nowhere cannot be imported: ModuleNotFoundError"),
    (["--lazyinit", "--lazyinit-model=json:Net", "--lazyinit-input=2,20"], "json has no Net"),
    (["--lazyinit", "--lazyinit-model=json:dumps", "--lazyinit-input=2,x"], "'2,x' is not a shape; valid: positive sizes by comma"),
]


def said(result) -> str:
    return " ".join([*result.outlines, *result.errlines])


@pytest.mark.parametrize("arguments, message", USAGE)
def test_a_wrong_call_is_one_sentence_and_exit_code_4(pytester, arguments, message):
    result = pytester.runpytest_subprocess(*arguments)
    assert result.ret == 4 and message in said(result)
    assert "Traceback" not in said(result)


def test_a_device_that_is_absent_lists_what_was_found(pytester):
    result = pytester.runpytest_subprocess("--lazyinit", "--lazyinit-framework=torch", "--lazyinit-device=tpu")
    assert result.ret == 4 and "torch: cpu" in said(result) and "Traceback" not in said(result)


def test_a_report_that_cannot_be_written_stops_the_run_before_it_starts(pytester):
    folder = pytester.mkdir("results.json")
    result = pytester.runpytest_subprocess("--lazyinit", "--lazyinit-framework=torch", f"--lazyinit-report={folder}")
    assert result.ret == 4 and "results.json cannot be written" in said(result)


def test_a_deviations_file_with_typos_lists_all_of_them(pytester):
    pytester.path.joinpath("own.toml").write_text('[[deviation]]\nclause = "after.shape"\nversion = ">=1"\nkind = "bugg"\n', encoding="utf-8")
    text = said(pytester.runpytest_subprocess("--lazyinit", "--lazyinit-deviations=own.toml"))
    for message in ("unknown key 'version'", "no reason", "no url", "unknown kind 'bugg'; valid: bug, by-design, unsupported", "unknown clause 'after.shape'"):
        assert message in text


OWN = """
import torch
from pytest_lazyinit import contract
def lazy(): return torch.nn.Sequential(torch.nn.LazyLinear(4))
test_own = contract({})
"""

COLLECTION = [
    ("lazy(), input_shape=(2, 3)", "a builder is needed, not an instance of Sequential: write contract(lambda: Sequential(...), input_shape=...)"),
    ("lazy, input_shape=(2, 3), clauses=['after.shape']", "there is no clause 'after.shape'; valid are before.constructs, "),
    ("lazy, input_shape=(0, 3)", "input_shape=(0, 3) is not a shape: give positive sizes, batch first"),
    ("lazy", "input_shape=None is not a shape"),
    ("lazy, input_shape=(2, 3), dtype='float33'", "dtype='float33' is not a NumPy type"),
    ("lazy, input_shap=(2, 3)", "there is no input_shap=; valid are input_shape, "),
    ("lazy, input_shape=(2, 3), devices=['cuda']", "there is no device 'cuda'; valid are cpu, gpu, tpu"),
]


@pytest.mark.parametrize("arguments, message", COLLECTION)
def test_a_subject_that_cannot_be_checked_is_said_at_collection(pytester, arguments, message):
    pytester.makepyfile(OWN.format(arguments))
    result = pytester.runpytest_subprocess()
    assert result.ret == 2 and message in said(result) and "Traceback" not in said(result)


def raising():
    raise OSError("no weights here")


def other_framework():
    return mxnet.gluon.nn.Dense(3)


BUILDERS = [
    (raising, {}, "the builder of raising raised OSError: no weights here; give a builder that works without arguments"),
    (lambda: None, {}, "the builder of model returned NoneType; expected a model of one of torch, tensorflow, flax, mxnet"),
    (other_framework, {"framework": "torch"}, "the builder of other_framework returned a model of mxnet; expected one of torch"),
    (lambda: nn.LazyConv2d(4, 3), {}, "model refuses input_shape=(2, 20) at its first pass: RuntimeError:"),
]


@pytest.mark.parametrize("builder, known, message", BUILDERS)
def test_a_builder_that_builds_nothing_to_check_is_one_red_item(builder, known, message):
    results = check(builder, input_shape=(2, 20), **known)
    assert [result.clause for result in results if result.verdict == "FAIL"] == ["before.constructs"]
    assert message in results[0].message and "\n" not in results[0].message
    assert {result.verdict for result in results[1:]} == {"not run"} and len(results) == len(CONTRACT)


def test_check_refuses_an_instance():
    with pytest.raises(SubjectError, match="a builder is needed, not an instance of LazyLinear"):
        check(nn.LazyLinear(3), input_shape=(2, 20))


def test_an_unknown_framework_lists_the_valid_ones():
    with pytest.raises(Unusable, match="there is no framework 'caffe'; valid are torch, tensorflow, flax, mxnet"):
        frameworks.adapter("caffe")


def test_a_framework_that_is_broken_is_one_red_item(pytester):
    broken = pytester.mkdir("broken").joinpath("mxnet.py")
    broken.write_text("raise ImportError('libmxnet.so: cannot open shared object file')\n", encoding="utf-8")
    pytester.makeini("[pytest]\npythonpath = broken\n")
    result = pytester.runpytest_subprocess("--lazyinit", "--lazyinit-framework=mxnet", "-p", "no:randomly")
    assert result.ret == 1 and result.parseoutcomes()["failed"] == 1
    assert "mxnet cannot be imported" in said(result) and "libmxnet.so" in said(result)


@pytest.mark.parametrize("text, sizes", [
    ("mat1 and mat2 shapes cannot be multiplied (2x30 and 20x256)", {"2", "30", "20", "256"}),
    ('Input 0 of layer "dense_20" is incompatible with the layer: expected axis -1 to have value 7, but received shape (2, 30)', {"0", "1", "7", "2", "30"}),
    ("Exception encountered when calling layer 'sequential_20' (type Sequential). inputs=tf.Tensor(shape=(2, 30), dtype=float32)", {"2", "30"}),
    ("Shape inconsistent, Provided = [256,20], inferred shape=[256,30] at 0x7f2020200020", {"256", "20", "30"}),
    ("the input does not fit dense20_fwd", set()),
])
def test_a_name_or_an_address_is_no_size(text, sizes):
    """Keras counts its layers over the whole process: the number in a name is some size by chance."""
    assert sizes_named(text) == sizes
