"""`.ci/bisect`: the release in which something changed is found, with as few environments as may be."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from .matrix_reports import write  # noqa: F401

RELEASES = [f"1.{number}" for number in range(10)]


@pytest.fixture
def bisect(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = str(Path(__file__).parents[1] / ".ci" / "bisect")
    spec = importlib.util.spec_from_loader("bisect_releases", SourceFileLoader("bisect_releases", path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def search(bisect, write, tmp_path, monkeypatch, capsys):  # noqa: F811
    """Search among ten releases, of which each has the cells that it is said to have."""
    def run(cells, absent=(), wording=()):
        ran = []

        def report(self, release, path):
            ran.append(release)
            return release not in absent and bool(write(release, cells(int(release[2:])), name=str(path)))
        monkeypatch.setattr(bisect, "REPORTS", tmp_path / "bisect")
        (tmp_path / "bisect").mkdir(exist_ok=True)
        monkeypatch.setattr(bisect, "between", lambda *_: RELEASES[1:-1])
        monkeypatch.setattr(bisect.Search, "ran", report)
        ends = [write(release, cells(int(release[2:]))) for release in (RELEASES[0], RELEASES[-1])]
        monkeypatch.setattr(sys, "argv", ["bisect", *ends, "--python", "3.11", *wording, "torch=={}", "numpy<2"])
        bisect.main()
        return ran, [line for line in capsys.readouterr().out.splitlines() if line.startswith("torch 1")]
    return run


@pytest.mark.parametrize("when", range(1, 10))
def test_the_release_is_found(search, when):
    ran, told = search(lambda number: {"after.shapes": "ok", "after.output": "ok" if number < when else "n/a"})
    assert f"torch 1.{when - 1} → 1.{when}: 1 changes" in told and len(ran) <= 4


def test_one_search_answers_for_all_rows(search):
    ran, told = search(lambda number: {"after.shapes": "ok" if number < 2 else "n/a", "after.output": "ok" if number < 7 else "n/a"})
    assert {"torch 1.1 → 1.2: 1 changes", "torch 1.6 → 1.7: 1 changes"} <= set(told) and len(ran) == len(set(ran)) < 8


def test_what_changed_and_changed_back_between_runs_is_found_where_it_is_met(search):
    _, told = search(lambda number: {"after.shapes": "ok" if number < 7 else "n/a", "after.output": "FAIL" if number == 4 else "ok"})
    assert {"torch 1.3 → 1.4: 1 changes", "torch 1.4 → 1.5: 1 changes", "torch 1.6 → 1.7: 1 changes"} <= set(told)


def test_what_is_not_to_be_had_is_named(search):
    ran, told = search(lambda number: {"after.shapes": "ok" if number < 5 else "n/a"}, absent=("1.4", "1.5"))
    assert "torch 1.3 → 1.6: 1 changes (not run or not to be had: 1.4, 1.5)" in told


def test_a_release_that_does_not_work_with_the_others_is_passed_over(search):
    _, told = search(lambda number: {"present.usable": "FAIL" if number == 4 else "ok", "after.shapes": "FAIL" if number == 4 else "ok" if number < 6 else "n/a"})
    assert "torch 1.5 → 1.6: 1 changes" in told
    assert not any("1.4 →" in line or "→ 1.4" in line for line in told)


def test_wording_is_searched_on_demand(search):
    def cells(number):
        return {"after.shapes": {"observations": {"raises": "ValueError: a" if number < 3 else "ValueError: b"}}}
    ran, told = search(cells)
    assert ran == [] and told == ["torch 1.0 → 1.9: 0 changes"]
    ran, told = search(cells, wording=["--wording"])
    assert "torch 1.2 → 1.3: 1 changes" in told


def test_nothing_is_run_where_nothing_changed(search):
    assert search(lambda number: {"after.shapes": "ok"}) == ([], ["torch 1.0 → 1.9: 0 changes"])
