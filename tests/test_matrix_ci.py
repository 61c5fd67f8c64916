"""What ``docs/ci.md`` and the composite action say: commands that exist, inputs that are declared, scripts that run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_lazyinit import cli

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION = (ROOT / "action.yml").read_text(encoding="utf-8")
WORKFLOWS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def inputs():
    """Name → default of the action's inputs."""
    part = ACTION[ACTION.index("\ninputs:"):ACTION.index("\noutputs:")]
    return dict(re.findall(r'^  ([\w-]+):\n    description: .*\n    default: "(.*)"$', part, re.MULTILINE))


def script(step):
    """The shell script of a step of the action."""
    block = re.search(rf"    - name: {step}\n(?:      .*\n)*?      run: \|\n((?:        .*\n|\n)+)", ACTION)[1]
    return re.sub("^        ", "", block, flags=re.MULTILINE)


def test_the_guide_and_the_action_name_the_same_inputs():
    table = dict(re.findall(r"^\| `([\w-]+)` \| (?:`(.*?)`)? ?\|", GUIDE, re.MULTILINE))
    assert {name: table[name] for name in inputs()} == inputs() and set(re.findall(r"inputs\.([\w-]+)", ACTION)) == set(inputs())
    used = {name for text in WORKFLOWS for block in re.findall(r"uses: OWNER/pytest-lazyinit@main\n\s+with:\n((?:          .*\n)+)", text) for name in re.findall(r"^\s+([\w-]+):", block, re.MULTILINE)}
    assert len(used) >= 4 and used <= set(inputs())


@pytest.mark.parametrize("command", re.findall(r"^\s*(?:- )?(?:run: )?(lazyinit matrix .*)$", GUIDE, re.MULTILINE))
def test_the_commands_of_the_guide_exist(command, monkeypatch):
    seen = []
    monkeypatch.setattr(cli.matrix_command, "run", lambda chosen, screen: seen.append(chosen) or 0)
    assert cli.main(shlex.split(re.sub(r"\$\{\{.*?\}\}", "1", command))[1:]) == 0 and seen[0].reports


def test_no_input_stands_in_a_script():
    """GitHub would paste it into the script as it is; through the environment it stays a text."""
    for step in ("Install pytest-lazyinit", "Check lazy initialization", "Report"):
        assert "${{" not in script(step)
    assert not re.search(r"- run: .*\$\{\{ (github\.event|inputs)", GUIDE)


def test_workflows_have_no_tabs_and_pair_their_brackets():
    assert len(WORKFLOWS) == 3
    for text in [*WORKFLOWS, ACTION]:
        assert "\t" not in text and text.count("{") == text.count("}") and text.count("[") == text.count("]")
        yaml = pytest.importorskip("yaml") if "yaml" in sys.modules else None
        if yaml:
            yaml.safe_load(text)


@pytest.fixture
def action(tmp_path, result):
    """Run the action's scripts as GitHub does, with a pytest that writes a report of one result and ends as it is told."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'''#!/bin/sh
if [ "$1 $2" = "-m pytest" ]; then
  echo "$@" > pytest.txt
  for word; do case "$word" in --lazyinit-report=*) cp made.json "${{word#--lazyinit-report=}}";; esac; done
  exit "${{ENDS:-0}}"
fi
exec {shlex.quote(sys.executable)} "$@"
''')
    python.chmod(0o755)

    def run(verdict="ok", ends=0, **given):
        report = {"schema": 1, "results": [result("after.shapes", verdict, message="" if verdict == "ok" else "expected a").to_dict()],
                  "run": {"versions": {"torch": "2.1.0"}, "planned": 1, "ran": 1, "complete": True}}
        (tmp_path / "made.json").write_text(json.dumps(report))
        output, summary = tmp_path / "output.txt", tmp_path / "summary.md"
        values = {**inputs(), **{name.replace("_", "-"): value for name, value in given.items()}}
        environment = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}", "ENDS": str(ends), "GITHUB_OUTPUT": str(output),
                       "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_ACTIONS": "true", "FRAMEWORK": values["framework"], "ARGUMENTS": values["arguments"],
                       "REPORT": values["report"], "BASELINE": values["baseline"], "FAIL_ON": values["fail-on"]}
        bash = [shutil.which("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c"]
        subprocess.run([*bash, script("Check lazy initialization")], cwd=tmp_path, env=environment, check=True, capture_output=True)
        environment["STATUS"] = re.findall(r"status=(\d+)", output.read_text())[-1]
        done = subprocess.run([*bash, script("Report")], cwd=tmp_path, env=environment, capture_output=True, text=True)
        return done, summary.read_text(encoding="utf-8") if summary.exists() else ""
    return run


def test_the_action_writes_page_and_summary(action, tmp_path):
    done, summary = action(framework="torch,flax", arguments="tests -k 'a'", report="out/r.json")
    assert done.returncode == 0, done.stderr
    assert "--lazyinit --lazyinit-framework=torch,flax --lazyinit-report=out/r.json tests -k" in (tmp_path / "pytest.txt").read_text()
    assert (tmp_path / "out" / "r.html").exists() and "# Lazy initialization across versions" in summary
    assert "out/r.json\nout/r.html\n" in (tmp_path / "output.txt").read_text()


@pytest.mark.parametrize("fail_on, before, verdict, ends, status", [
    ("failure", None, "ok", 0, 0), ("failure", None, "FAIL", 1, 1), ("worse", None, "FAIL", 1, 0), ("worse", "FAIL", "FAIL", 1, 0), ("worse", "ok", "FAIL", 1, 1),
    ("worse", "FAIL", "ok", 0, 0), ("worse", "ok", "ok", 4, 1), ("sometimes", None, "ok", 0, 2)])
def test_when_the_action_is_red(action, tmp_path, fail_on, before, verdict, ends, status):
    if before:
        action(before)
        (tmp_path / "lazyinit.json").rename(tmp_path / "old.json")
    done, _ = action(verdict, ends, baseline="old.json", fail_on=fail_on)
    assert done.returncode == status, done.stdout + done.stderr
    assert ("::error title=torch%2C cpu 2.1.0%3A after.shapes::" in done.stdout) == (verdict == "FAIL")
