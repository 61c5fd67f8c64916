"""The environments of ``tox.ini``: which versions are there, that each names what it must find, and the command that runs them all."""

from __future__ import annotations

import configparser
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_lazyinit.matrix import reading as matrix_reading
from pytest_lazyinit.report import matrix_markdown, matrix_page

ROOT = Path(__file__).parents[1]
# What the matrix promises: framework → releases of which one patch release each must be there.
PROMISED = {
    "torch": ["1.8.1", "1.10", "1.13", "2.1", "2.6", "2.13", "2.15"], "tensorflow-cpu": ["2.8", "2.11", "2.15", "2.16", "2.18", "2.21"],
    "flax": ["0.6", "0.7", "0.8", "0.10", "0.12"], "mxnet": ["1.6", "1.7", "1.8", "1.9.1", "2.0.0b1"], "keras": ["3.0", "3.15"]}
FRAMEWORKS = {"torch": "torch", "tensorflow": "tensorflow", "flax": "flax", "mxnet": "mxnet", "keras3": "keras"}


def expanded(text):
    """``a{b,c}`` as ``ab``, ``ac``."""
    found = re.search(r"\{([^{}]*,[^{}]*)\}", text)
    return [text] if not found else [one for choice in found[1].split(",") for one in expanded(text[:found.start()] + choice + text[found.end():])]


def listed(text):
    """The names of a list in which braces may hold commas."""
    return [one for part in re.findall(r"(?:[^,{}\s]|\{[^{}]*\})+", text) for one in expanded(part)]


@pytest.fixture(scope="module")
def config():
    found = configparser.ConfigParser(interpolation=None)
    found.read(ROOT / "tox.ini", encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def labels(config):
    lines = config["tox"]["labels"].strip().splitlines()
    return {name.strip(): listed(names) for name, names in (line.split("=", 1) for line in lines)}


@pytest.fixture(scope="module")
def sections(config):
    """Environment → the section that says what it is."""
    return {name: config[section] for section in config.sections() if section.startswith("testenv:") for name in expanded(section[len("testenv:"):])}


def chosen(text, name):
    """The lines of a setting that are for an environment: those without factors, and those whose factors it has."""
    factors = {*name.split("-"), name}
    for line in text.strip().splitlines():
        found = re.match(r"([\w.,!-]+):\s+(.*)", line.strip())
        if not found:
            yield line.strip()
        elif any(set(group.split("-")) <= factors for group in found[1].split(",")):
            yield found[2]


def matrix(labels):
    return [name for label in labels if label.startswith("matrix-") or label in ("latest", "nightly") for name in labels[label]]


def test_every_label_names_environments_that_exist(labels, sections):
    assert {"matrix-torch", "matrix-tensorflow", "matrix-flax", "matrix-mxnet", "matrix-keras", "latest", "nightly"} <= set(labels)
    assert all(name in sections for names in labels.values() for name in names)
    assert {name.split("-")[0] for label in ("latest", "nightly") for name in labels[label]} == {"torch", "tensorflow", "flax", "mxnet"}


def test_every_environment_of_the_matrix_has_a_label(labels, sections):
    reporting = {name for name, section in sections.items() if "{[matrix]report}" in section.get("commands", "")}
    assert len(reporting) >= 40 and reporting == set(matrix(labels))


@pytest.mark.parametrize("package, releases", PROMISED.items())
def test_the_promised_versions_are_there(labels, sections, package, releases):
    pinned = {line[len(package) + 2:] for name in matrix(labels) for line in chosen(sections[name]["deps"], name) if line.startswith(f"{package}==")}
    assert [release for release in releases if not any((found + ".").startswith(release + ".") for found in pinned)] == []


def test_every_environment_names_the_framework_that_it_must_find(labels, sections):
    for name in matrix(labels):
        framework = FRAMEWORKS[re.match(r"[a-z]+3?(?=[\d.]|-|$)", name)[0]]
        commands = sections[name]["commands"]
        assert f"--lazyinit-framework={framework} " in commands and "--lazyinit-report={[matrix]report}" in commands, name


def test_every_environment_has_an_interpreter_and_none_is_left_out(config, labels, sections):
    assert config["tox"]["skip_missing_interpreters"] == "false" and "ignore_outcome" not in (ROOT / "tox.ini").read_text(encoding="utf-8")
    told = {name: python[1] for name in matrix(labels) for python in [re.search(r"-py(\d+)$", name)] if python}
    assert set(told.values()) == {"39", "310", "311", "312", "313"}
    for name, python in told.items():
        base = sections[name]["base_python"].replace("{[matrix]base_python}", config["matrix"]["base_python"])
        assert f"python3.{python[1:]}" in list(chosen(base, name)), name


def test_pins_stand_beside_their_reason():
    """Every bound on numpy, protobuf, scipy or setuptools has a comment on the line before it, or shares one."""
    lines = (ROOT / "tox.ini").read_text(encoding="utf-8").splitlines()
    bounds = [number for number, line in enumerate(lines) if re.search(r"(numpy|protobuf|scipy|setuptools)<", line)]
    assert len(bounds) >= 8
    for number in bounds:
        above = next(line for line in reversed(lines[:number]) if not re.search(r"(numpy|protobuf|scipy|setuptools)<", line))
        assert above.strip().startswith("# "), lines[number]


@pytest.mark.parametrize("version, status", [("2.0.0", 1), ("2.1.0.dev20260101", 0), ("2.0.0b1", 0)])
def test_a_nightly_that_found_a_release_is_red(config, tmp_path, version, status):
    (tmp_path / f"some_framework-{version}.dist-info").mkdir()
    (tmp_path / f"some_framework-{version}.dist-info" / "METADATA").write_text(f"Metadata-Version: 2.1\nName: some-framework\nVersion: {version}\n")
    code = re.match(r'python -c "(.*)"$', config["matrix"]["prerelease"])[1]
    done = subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}", "some-framework"], capture_output=True, text=True)
    assert done.returncode == status and ("some-framework 2.0.0 is no pre-release" in done.stderr) == bool(status)


# -- one after the other ------------------------------------------------------------------------------

TOX = '''#!{python}
import json, pathlib, sys
name, root = sys.argv[-1], pathlib.Path({root!r})
if sys.argv[1] == "list":
    print("\\n".join({labels!r}[name]))
elif "--notest" in sys.argv:
    if name.startswith("absent"):
        sys.exit("could not find python interpreter matching 'python3.99'")
    home = root / ".tox" / name
    home.mkdir(parents=True)
    (home / "wheel").write_bytes(bytes(3_000_000))
    print("others", sorted(path.name for path in home.parent.iterdir()))
else:
    (root / "reports/matrix" / (name + ".json")).write_text(json.dumps(dict(schema=1, results=[], run=dict(planned=5, ran=4 if "red" in name else 5))))
    sys.exit("red" in name)
'''


@pytest.fixture
def command(tmp_path, monkeypatch, capfd):
    """`.ci/matrix` with a tox that installs and runs nothing."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "matrix").write_text((ROOT / ".ci" / "matrix").read_text(encoding="utf-8"), encoding="utf-8")
    labels = {label: [f"{label[7:]}1", f"{label[7:]}2"] for label in ("matrix-torch", "matrix-tensorflow", "matrix-flax", "matrix-mxnet", "matrix-keras")}
    (tmp_path / "tox").write_text(TOX.format(python=sys.executable, root=str(tmp_path), labels=labels))
    (tmp_path / "tox").chmod(0o755)
    monkeypatch.setenv("TOX", str(tmp_path / "tox"))

    def run(*names):
        status = runpy.run_path(str(tmp_path / ".ci" / "matrix"))["main"](list(names))
        return status, capfd.readouterr().out, (tmp_path / "reports" / "matrix" / "costs.md").read_text(encoding="utf-8")
    return run


def test_each_environment_is_removed_before_the_next(command, tmp_path):
    status, out, costs = command()
    assert status == 0 and re.findall(r"others (.*)", out) == [f"['{name}{number}']" for name in ("torch", "tensorflow", "flax", "mxnet", "keras") for number in (1, 2)]
    assert list((tmp_path / ".tox").iterdir()) == [] and "red or not installed: 0" in out
    assert "10 environments, 10 green: 50 of 50 items ran" in costs and re.search(r"^\| flax2 \| green \| 5 \| 5 \| \d+ \| \d+ \| 3 \|$", costs, re.MULTILINE)


def test_what_was_red_or_could_not_be_installed_is_shown(command):
    status, out, costs = command("absent-py399", "red1", "matrix-torch")
    assert status == 1 and out.endswith("red or not installed: 2 absent-py399 (not installed), red1 (red)\n")
    assert "4 environments, 2 green: 14 of 15 items ran" in costs and "| absent-py399 | not installed | – | – | 0 | 0 | 0 |" in costs


def test_the_table_of_costs_keeps_what_ran_in_another_call(command):
    command("red1", "flax1")
    _, _, costs = command("red1", "mxnet1")
    assert re.findall(r"^\| (\w+\d) \|", costs, re.MULTILINE) == ["red1", "flax1", "mxnet1"] and "3 environments, 2 green" in costs


def test_the_reports_that_are_kept_are_those_of_the_matrix(labels):
    kept = sorted((ROOT / "docs" / "matrix").glob("*.json"))
    assert kept and {path.stem for path in kept} <= set(matrix(labels))
    for path in kept:
        run = json.loads(path.read_text(encoding="utf-8"))["run"]
        assert run["complete"] and run["planned"] == run["ran"] > 0 and not run["problems"], path.name


@pytest.mark.parametrize("name, pieces", [("matrix/index.html", matrix_page.page), ("compatibility.md", lambda found: (f"{line}\n" for line in matrix_markdown.page(found)))])
def test_the_pages_are_those_of_the_reports(monkeypatch, name, pieces):
    """After another report or another template: ``tox run -e page``."""
    monkeypatch.chdir(ROOT)
    found = matrix_reading.matrix(["docs/matrix"])
    assert not found.problems and (ROOT / "docs" / name).read_text(encoding="utf-8") == "".join(pieces(found))
