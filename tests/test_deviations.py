"""Deviations: what an entry applies to, and every error of a file at once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_lazyinit import deviations, frameworks
from pytest_lazyinit.deviations import Deviation, DeviationError, load, validate
from pytest_lazyinit.judging import stale
from pytest_lazyinit.options import Settings
from pytest_lazyinit.starting import clause_ids

CLAUSES = ("after.shapes", "after.output", "mismatch.rejected")
ENTRY = dict(clause="after.shapes", versions=">=2,<3", kind="bug", reason="it is", url="https://example.org/1")


@pytest.fixture
def file(tmp_path):
    """Write a deviations file of entries."""
    def write(*entries, head=""):
        lines = [head]
        for entry in entries:
            lines += ["[[deviation]]", *(f"{key} = {value!r}" for key, value in entry.items())]
        path = tmp_path / "mine.toml"
        path.write_text("\n".join(lines))
        return path
    return write


def problems(path, framework="nothing"):
    with pytest.raises(DeviationError) as caught:
        load(framework, path, CLAUSES)
    return [problem.split(": ", 1)[1] for problem in caught.value.problems]


def test_an_entry_is_read_with_its_place(file):
    path = file(ENTRY, dict(ENTRY, clause="after.*", layer="Lazy*", probe="positional", device="cpu", raises="TypeError"))
    first, second = load("nothing", path, CLAUSES)
    assert (first.entry, second.entry, second.source) == ("mine:1", "mine:2", str(path))
    assert (second.layer, second.probe, second.device, second.raises) == ("Lazy*", "positional", "cpu", "TypeError")
    assert first.to_dict() == dict(kind="bug", reason="it is", url="https://example.org/1", entry="mine:1", source=str(path))


@pytest.mark.parametrize("change, message", [
    (dict(reasn="x"), "unknown key 'reasn'; valid: clause, versions, kind, reason, url, layer, probe, device, raises, repro, framework"),
    (dict(clause="after.shape"), "unknown clause 'after.shape'; valid: after.shapes, after.output, mismatch.rejected"),
    (dict(clause="before.*"), "unknown clause 'before.*'"),
    (dict(reason=" "), "no reason"),
    (dict(url=""), "no url"),
    (dict(url="unreported"), "url = 'unreported' without repro"),
    (dict(url="issue 7"), "url 'issue 7' is no link"),
    (dict(versions=">=2,<1"), "no version satisfies versions '>=2,<1'"),
    (dict(versions="new ones"), "versions 'new ones' is no PEP 440 range"),
    (dict(requires="keras"), "requires 'keras' is no package with a range such as 'keras<3.2'"),
    (dict(requires="<3.2"), "requires '<3.2' is no package with a range"),
    (dict(requires="keras<3.2; python_version<'3.9'"), "requires \"keras<3.2; python_version<'3.9'\" is no package"),
    (dict(requires="keras>3.2,<3"), "no version satisfies requires '<3,>3.2'"),
    (dict(clause=["after.shapes", "after.shape"]), "unknown clause 'after.shape'; valid: after.shapes, after.output, mismatch.rejected"),
    (dict(clause=[]), "clause = [] is not a string nor a list of different strings"),
    (dict(layer=["a", "a"]), "layer = ['a', 'a'] is not a string nor a list of different strings"),
    (dict(device=["cpu"]), "device = ['cpu'] is not a string"),
    (dict(kind="feature"), "unknown kind 'feature'; valid: bug, by-design, unsupported"),
    (dict(device="cuda"), "unknown device 'cuda'; valid: cpu, gpu, tpu"),
    (dict(raises=1), "raises = 1 is not a string"),
])
def test_a_wrong_entry_says_what_is_valid(file, change, message):
    found = problems(file(ENTRY, {**ENTRY, **change}))
    assert len(found) == 1 and found[0].startswith(f"deviation 2: {message}")


def test_a_departure_is_declared_once_for_all_its_places(file):
    path = file(ENTRY, dict(ENTRY, layer=["RNN", "GRU"], clause=["after.shapes", "after.output"], probe="a"))
    assert [(entry.entry, entry.layer, entry.clause, entry.probe) for entry in load("nothing", path, CLAUSES)] == [
        ("mine:1", "", "after.shapes", ""), ("mine:2.1", "RNN", "after.shapes", "a"), ("mine:2.2", "RNN", "after.output", "a"),
        ("mine:2.3", "GRU", "after.shapes", "a"), ("mine:2.4", "GRU", "after.output", "a")]


def test_all_errors_come_at_once(file):
    found = problems(file({}, dict(ENTRY, kind="x", device="y"), head="[other]"))
    assert found == ["unknown table or key 'other'; valid: [[deviation]]",
                     *(f"deviation 1: no {key}" for key in deviations.REQUIRED),
                     "deviation 2: unknown kind 'x'; valid: bug, by-design, unsupported",
                     "deviation 2: unknown device 'y'; valid: cpu, gpu, tpu"]


def test_a_file_that_is_missing_or_broken_says_so(tmp_path):
    assert problems(tmp_path / "none.toml")[0].startswith("cannot be read as TOML")
    (tmp_path / "mine.toml").write_text("[[deviation")
    assert problems(tmp_path / "mine.toml")[0].startswith("cannot be read as TOML")


def test_an_unreported_bug_with_its_repro_is_fine(file):
    assert load("nothing", file(dict(ENTRY, url="unreported", repro="import torch")), CLAUSES)


def test_a_file_of_ones_own_may_name_the_framework(file):
    path = file(ENTRY, dict(ENTRY, framework="other"))
    assert [entry.entry for entry in load("nothing", path)] == ["mine:1"]
    assert [entry.entry for entry in load("other", path)] == ["mine:1", "mine:2"]


@pytest.mark.parametrize("version, inside", [
    ("2.0", True), ("2.9.9", True), ("3.0", False), ("1.13.1", False),
    ("2.1.0+cpu", True), ("3.0.0a0+git1234", False), ("2.0.0.dev2024", True), ("unknown", False),
])
def test_a_development_build_counts_as_its_release(version, inside):
    assert Deviation(**ENTRY).in_range(version) is inside


def test_what_an_entry_applies_to():
    entry = Deviation(**dict(ENTRY, clause="after.*", layer="LazyBatchNorm*", device="cpu"))
    assert entry.applies("2.1", "after.shapes", "cpu", ("mlp", "LazyBatchNorm1d"))
    assert not entry.applies("2.1", "after.shapes", "gpu", ("mlp", "LazyBatchNorm1d"))
    assert not entry.applies("2.1", "after.shapes", "cpu", ("mlp", "LazyLinear"))
    assert not entry.applies("2.1", "before.shapes", "cpu", ("mlp", "LazyBatchNorm1d"))
    assert not entry.applies("1.1", "after.shapes", "cpu", ("mlp", "LazyBatchNorm1d"))


@pytest.mark.parametrize("versions, met", [
    ({"tensorflow": "2.16.2", "keras": "3.0.5"}, True), ({"tensorflow": "2.16.2", "keras": "3.2.0"}, False),
    ({"Keras": "3.2.0.dev1"}, False), ({"Keras": "3.1.1+cpu"}, True), ({"tensorflow": "2.16.2"}, False), ({}, False), (None, False),
])
def test_a_further_package_may_decide(versions, met):
    entry = Deviation(**ENTRY, requires="keras<3.2")
    assert entry.applies("2.1", "after.shapes", "cpu", (), versions) is met
    assert not entry.applies("3.1", "after.shapes", "cpu", (), versions)
    assert Deviation(**ENTRY).applies("2.1", "after.shapes", "cpu", (), versions)


def test_an_entry_is_strict_where_it_speaks_of_the_subject():
    own, layer = Deviation(**ENTRY, source="mine.toml"), Deviation(**ENTRY, layer="Lazy*", source="mine.toml")
    shipped = Deviation(**ENTRY, source="pytest_lazyinit/deviations/torch.toml")
    assert shipped.strict_for("mlp", shipped=True) and not shipped.strict_for("Encoder", shipped=False)
    assert own.strict_for("Encoder", shipped=False)
    assert layer.strict_for("LazyLinear", shipped=False) and not layer.strict_for("Encoder", shipped=False)
    assert Deviation.expected("after.shapes", "so it is").strict_for("Encoder", shipped=False)


def test_the_authors_own_deviation_holds_for_every_version():
    entry = Deviation.expected("after.*", "so it is")
    assert entry.applies("0.1", "after.shapes", "gpu", ()) and entry.label == "expected:after.*"


def test_the_shipped_deviations_are_valid():
    validate(frameworks.names(), None, clause_ids(frameworks.names()))


def test_a_place_that_is_not_met_is_stale_alone(file, result):
    path = file(dict(ENTRY, clause=["after.shapes", "after.output"]))
    met = dict(entry="mine:1.1", source=str(path), kind="bug", reason="", url="")
    results = [result(framework="nothing", verdict="deviation", deviation=[met]), result("after.output", "ok", framework="nothing")]
    assert [entry.clause for entry in stale(results, Settings(deviations=path))] == ["after.output"]


def test_a_stale_entry_is_found(file, result, monkeypatch):
    path = file(ENTRY, dict(ENTRY, versions="<2"), dict(ENTRY, device="gpu"), dict(ENTRY, clause="after.output"))
    used = dict(entry="mine:4", source=str(path), kind="bug", reason="", url="")
    results = [result(framework="nothing", verdict="ok"), result("after.output", "deviation", framework="nothing", deviation=[used])]
    assert [entry.entry for entry in stale(results, Settings(deviations=path))] == ["mine:1"]
    path.write_text(path.read_text().replace("[[deviation]]", "[[deviation]]\nrequires = 'keras<3.2'", 1))
    deviations._read.cache_clear()
    for version, due in (("3.1", ["mine:1"]), ("3.2", [])):
        monkeypatch.setattr(frameworks, "adapter", lambda *_: SimpleNamespace(versions=lambda: {"keras": version}))
        assert [entry.entry for entry in stale(results, Settings(deviations=path))] == due
    failed = result("after.shapes", "FAIL", framework="nothing")
    assert not list(stale([*results, failed], Settings(deviations=path)))
