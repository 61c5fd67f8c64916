"""Reports to merge, for the tests of the matrix."""

from __future__ import annotations

import json

import pytest

from pytest_lazyinit.matrix.columns import titled
from pytest_lazyinit.report.matrix import sheets

BUG = {"kind": "bug", "reason": "it is | slow", "url": "https://github.com/a/b/issues/7", "entry": "torch:1", "source": "torch.toml"}
UNREPORTED = {**BUG, "reason": "nobody knows", "url": "unreported"}


@pytest.fixture
def write(tmp_path, result):
    """Write a report; a cell is a verdict or the fields of a result."""
    def make(version, cells, name=None, framework="torch", device="cpu", python="3.11.7", **run):
        results = []
        for clause, cell in cells.items():
            subject, _, clause = clause.rpartition("/")
            fields = {"verdict": cell} if isinstance(cell, str) else dict(cell)
            verdict = fields.pop("verdict", "ok")
            results.append(result(clause, verdict, framework=framework, version=version, device=device, **{"subject": subject or "mlp", **fields}).to_dict())
        versions = {"pytest-lazyinit": "0.1.0", framework: version, **run.pop("versions", {})}
        document = {"schema": 1, "results": results, "run": {"versions": versions, "python": python, "platform": "Linux-6.1-x86_64", "planned": len(results),
                                                            "ran": len(results), "running": [], "complete": True, "problems": [], **run}}
        path = tmp_path / (name or f"{framework}-{version}-{device}-{python}.json")
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)
    return make


def failed(message="expected a; found b", **more):
    return {"verdict": "FAIL", "message": message, **more}


def told(matrix):
    """Each row of the first table as ``[(versions, cell), …]``."""
    sheet = sheets(matrix)[0]
    return {row.row.clause: [(titled(sheet.columns, span), sheet.outcome(span).verdict if span.number else "–") for span in row.cells]
            for _, rows in sheet.subjects() for row in rows}


@pytest.fixture
def many(write):
    """Reports with all verdicts, notes, markup in every text."""
    text = '<b>"x"</b> & `y` | z'
    rows = {"mlp/before.display": {"verdict": "deviation", "deviation": [BUG, UNREPORTED], "message": text}, "mlp/after.shapes": "ok", text + "/after.shapes": failed(text),
            "mlp/varying.tied": {"verdict": "n/a", "message": "not offered"}, "mlp/after.output": {"observations": {text: text}}}
    return [write("1.0", rows), write("2.0", {**rows, "mlp/after.shapes": failed("$x 100%\nsecond"), "mlp/after.output": {"observations": {text: "other"}}})]
