"""``lazyinit trace``: its table on a terminal and in a pipe, its JSON, and what it says of a wrong call."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.resources import files

import jsonschema
import pytest

from pytest_lazyinit import cli

from . import trace_models

MODELS = trace_models.__file__
FRAMEWORKS = ["torch", "tensorflow", "flax", "mxnet"]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def no_columns(monkeypatch):
    """A runner of tests may set the width of a terminal that is not there."""
    monkeypatch.delenv("COLUMNS", raising=False)


OWN = """
import torch
from pytest_lazyinit import Subject

own = Subject(lambda: torch.nn.LazyLinear(3), input_shape=(2, 5), name="own")
instance = torch.nn.LazyLinear(3)
words = lambda: torch.nn.Sequential(torch.nn.Embedding(50, 4), torch.nn.LazyLinear(2))

def broken():
    raise OSError("no weights here")

def nothing():
    return None

class Loud(torch.nn.Module):
    def __init__(self):
        super().__init__()
        print("building")
        self.inner = torch.nn.LazyLinear(3)
    def forward(self, x):
        print("forward")
        return self.inner(x)
"""

WRONG = [
    ([], "name a model, such as pkg.module:Name --input 32,20, or give --framework for its reference MLP"),
    (["own.py"], "'own.py' names no model; valid: pkg.module:Name or file.py:Name"),
    (["nowhere.py:Net", "--input=2,5"], "there is no file nowhere.py"),
    (["nowhere:Net", "--input=2,5"], "nowhere cannot be imported: ModuleNotFoundError: No module named 'nowhere'"),
    (["own.py:Net", "--input=2,5"], "own.py has no Net"),
    (["own.py:instance", "--input=2,5"], "a builder is needed, not an instance of LazyLinear: name one, such as lambda: LazyLinear(...)"),
    (["own.py:Loud"], "own.py:Loud is no Subject, so it needs the shape of its input, such as --input 32,20"),
    (["own.py:Loud", "--input=2,x"], "--input: '2,x' is not a shape; valid: positive sizes by comma, batch first, such as 32,20"),
    (["own.py:Loud", "--input=0,5"], "--input: '0,5' is not a shape"),
    (["own.py:broken", "--input=2,5"], "the builder of broken raised OSError: no weights here; give a builder that works without arguments"),
    (["own.py:nothing", "--input=2,5"], "the builder of nothing returned NoneType; expected a model of one of torch, tensorflow, "),
    (["own.py:own", "--framework=mxnet"], "the builder of own returned a model of torch; expected one of mxnet"),
    (["--framework=caffe"], "--framework: there is no 'caffe'; valid: torch, tensorflow, "),
    (["own.py:own", "--seed=one"], "--seed: 'one' is not valid; valid: a whole number from 0 to 999999999"),
    (["own.py:own", "--device=cuda"], "--device: there is no 'cuda'; valid: cpu, gpu, tpu"),
    (["own.py:own", "--json=nowhere/trace.json"], "nowhere/trace.json cannot be written: there is no folder nowhere"),
    (["own.py:own", "--html=."], ". cannot be written: it is a folder"),
]


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder with a file of models, as the current one."""
    tmp_path.joinpath("own.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return cli.main(["trace", *arguments])


@pytest.mark.parametrize("arguments, sentence", WRONG)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(own, capsys, arguments, sentence):
    assert run(*arguments) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith(f"lazyinit trace: {sentence}") and shown.err.count("\n") == 1 and not shown.out


def test_a_device_that_is_absent_is_one_sentence(own, capsys):
    assert run("own.py:own", "--device=tpu") == 2
    assert re.fullmatch(r"lazyinit trace: torch \S+ finds no tpu on this machine.\n", capsys.readouterr().err)


def test_an_unknown_option_is_exit_code_2(capsys):
    with pytest.raises(SystemExit) as end:
        run("--inputs=2")
    assert end.value.code == 2 and "unrecognized arguments: --inputs=2" in capsys.readouterr().err


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_reference_mlp_needs_no_model(capsys, framework):
    assert run("--framework", framework, "--input", "3,30") == 0
    shown = capsys.readouterr().out
    assert "input 3 × 30, seed 0" in shown and "Still uninitialized: nothing." in shown
    assert ("30 × 256" if framework in ("tensorflow", "flax") else "256 × 30") in shown


@pytest.mark.parametrize("framework, before", [("torch", r" \? +256 × 20 "), ("tensorflow", " absent +20 × 256 "),
                                               ("flax", " absent +20 × 256 "), ("mxnet", r" 256 × \? +256 × 20 ")])
def test_the_table_shows_each_shape_before_and_after(capsys, framework, before):
    assert run("--framework", framework) == 0
    assert re.search(before, capsys.readouterr().out)


def test_a_subject_brings_its_input_and_another_can_be_given(own, capsys):
    assert run("own.py:own") == 0 and run("own.py:own", "--input=4,9") == 0
    shown = capsys.readouterr().out
    assert "input 2 × 5" in shown and "input 4 × 9" in shown and "3 × 9" in shown


def test_integer_inputs(own, capsys):
    assert run("own.py:words", "--input=int64:4,7<50") == 0
    assert "Initialized before the pass: 0.weight (50 × 4)." in capsys.readouterr().out


def test_a_model_is_named_by_its_module_too(capsys):
    assert run(f"{trace_models.__name__}:torch_unused", "--input=2,20") == 0
    assert "lazyinit trace: torch_unused, torch" in capsys.readouterr().out


def test_a_pass_that_fails_is_shown_and_exit_code_1(capsys):
    assert run(f"{MODELS}:torch_failing", "--input=2,20") == 1
    shown = capsys.readouterr()
    assert not shown.err and "The pass failed in layer 1.1 (Linear): RuntimeError: mat1 and mat2" in shown.out
    assert "Sizes that disagree: 256 of the data against 128 that 1.1.weight demands." in shown.out
    assert re.search(r"   0    LazyLinear  2 × 20   → 2 × 256\n   1.0  ReLU        2 × 256  → 2 × 256\n   1.1  Linear      2 × 256  → failed\n", shown.out)


def test_what_is_left_uninitialized_has_its_reason(capsys):
    assert run(f"{MODELS}:torch_unused", "--input=2,20") == 0
    assert "  unused.weight (?): layer unused (LazyLinear) was never called by this pass.\n" in capsys.readouterr().out


# -- JSON ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("kind", ["convolutional", "recurrent", "failing", "unused"])
def test_json_is_valid_by_the_published_schema(tmp_path, capsys, framework, kind):
    shape = ",".join(map(str, trace_models.shape(framework, kind)))
    path = tmp_path / "trace.json"
    assert run(f"{MODELS}:{framework}_{kind}", f"--input={shape}", f"--json={path}") == (1 if kind == "failing" else 0)
    found = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(found, json.loads(files("pytest_lazyinit").joinpath("schema/trace-1.json").read_text(encoding="utf-8")))
    assert found["schema"] == 1 and (found["failure"] is not None) == (kind == "failing") and capsys.readouterr().out


def test_json_on_standard_output_is_json_alone(own, capsys):
    assert run("own.py:Loud", "--input=2,5", "--json=-") == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["subject"] == "Loud" and "building" in shown.err and "forward" in shown.err


# -- the terminal -------------------------------------------------------------------------------------

def on_a_terminal(columns, *arguments):
    """What the command writes on a terminal of a width, and its exit status."""
    import fcntl
    import pty
    import struct
    import termios
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen([sys.executable, "-m", "pytest_lazyinit.cli", "trace", *arguments], stdout=writer, env=environment)
    os.close(writer)
    shown = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(reader)
    return shown.decode(), process.wait()


@pytest.mark.parametrize("columns", [60, 80, 132])
def test_a_terminal_gets_colours_and_lines_that_fit(columns):
    shown, status = on_a_terminal(columns, "--framework=torch")
    plain = COLOUR.sub("", shown).splitlines()
    assert status == 0 and "\x1b[32m256 × 20" in shown and "\x1b[33m?" in shown
    assert max(map(len, plain)) <= columns
    assert len([line for line in plain if "256 × 20" in line]) == 1


def test_a_failure_is_red_on_a_terminal():
    shown, status = on_a_terminal(100, f"{MODELS}:torch_failing", "--input=2,20")
    assert status == 1 and "\x1b[31mThe pass failed in layer 1.1 (Linear)" in shown


def test_a_pipe_gets_plain_text_and_one_line_a_parameter():
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run([sys.executable, "-m", "pytest_lazyinit.cli", "trace", "--framework=torch"], capture_output=True, env=environment)
    shown = done.stdout.decode()
    assert done.returncode == 0 and "\x1b" not in shown and not done.stderr
    rows = [line for line in shown.splitlines() if re.match(r"\d+  ", line)]
    assert len(rows) == 4 and all(re.search(r"float32  cpu +[\d,]+ ", row) for row in rows)
    heads = next(line for line in shown.splitlines() if line.startswith("#"))
    assert len({row.index("float32") for row in rows} | {heads.index("dtype")}) == 1


def test_an_encoding_without_the_signs_is_no_traceback():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-m", "pytest_lazyinit.cli", "trace", "--framework=torch"], capture_output=True, env=environment)
    assert done.returncode == 0 and b"256 ? 20" in done.stdout and not done.stderr


def test_the_command_imports_no_framework():
    code = "import sys, pytest_lazyinit.cli; sys.exit(bool({'torch', 'tensorflow', 'jax', 'flax', 'mxnet'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
