"""Reports on results: what the pages and the terminal show, and that nothing in them is taken for markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from pytest_lazyinit.report import render, terminal
from pytest_lazyinit.report.tables import tables, totals
from pytest_lazyinit.results import Report

DEVIATION = {"kind": "bug", "reason": "a | b", "url": "https://example.org/1?a=1&b=2", "entry": "torch:1", "source": "torch.toml"}
FRAMEWORKS = ("torch", "tensorflow", "flax", "mxnet")


class Screen:
    """What a terminal reporter is asked to write."""

    def __init__(self):
        self.text = ""
        self.markup = []

    def write(self, text, **markup):
        self.text += text
        self.markup += [(text, name) for name in markup]

    def write_line(self, text, **markup):
        self.write(text + "\n", **markup)

    def write_sep(self, sign, title):
        self.text += f"{sign} {title}\n"

    @property
    def lines(self):
        return self.text.splitlines()


@pytest.fixture
def report(result):
    results = [result(clause, framework=name) for name in FRAMEWORKS for clause in ("book.prints", "before.display", "after.shapes", "after.output")]
    results += [
        result("before.access_refused", "FAIL", message="expected <UninitializedParameter>\n  found [0, 0] | `x`", observations={"type": "<b>"}),
        result("before.display", "deviation", framework="flax", deviation=[DEVIATION]),
        result("before.display", "n/a", framework="mxnet", message="it has no summary"),
        result("before.partial", "n/a", framework="mxnet", message="it has no summary"),
        result("mismatch.rejected", "not run", framework="mxnet", message="no mxnet"),
    ]
    return Report(results, {"planned": len(results), "ran": len(results) - 1, "versions": {"torch": "2.1.0"}, "not_installed": []})


def screen(report, problems=(), verbosity=0):
    shown = Screen()
    terminal.write(shown, report, problems, verbosity)
    return shown


def test_totals(report):
    assert totals(report) == "planned 21, ran 20: 16 ok, 1 dev, 1 FAIL, 2 n/a, 1 not run"


def test_the_tables_agree_with_the_results(report):
    found = {table.title: table for table in tables(report)}
    assert [row[0] for row in found["Phases against frameworks"].rows] == ["before", "after", "mismatch", "book"]
    assert found["Phases against frameworks"].rows[0] == ["before", "1 ok, 1 FAIL", "1 ok", "1 ok, 1 dev", "1 ok, 2 n/a"]
    assert found["Not offered (n/a)"].rows == [["2", "mxnet", "it has no summary"]]
    assert len(found["All results"].rows) == len(report.results)


def test_devices_are_named_where_there_are_several(result):
    table = tables(Report([result(), result(device="gpu")]))[0]
    assert table.head == ["phase", "torch cpu", "torch gpu"]


@pytest.mark.parametrize("width", [40, 60, 80, 132])
def test_the_terminal_keeps_to_its_width(report, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = screen(report).lines
    assert max(map(len, lines[1:-1])) <= width and not any(line != line.rstrip() for line in lines)
    assert sum(len(re.findall(r"\bok\b", line)) for line in lines) == 13  # three phases in four frameworks, and the totals


def test_the_terminal_tells_the_reason_and_at_v_everything(report, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    short, long = screen(report).text, screen(report, verbosity=1).text
    assert "FAIL torch cpu mlp before.access_refused: expected <UninitializedParameter> fou…" in short
    assert "2 n/a mxnet: it has no summary" in short and "1 not run mxnet: no mxnet" in short
    assert "found [0, 0] | `x`" in long
    assert "1 dev flax torch:1 (bug) before.display: a | b https://example.org/1?a=1&b=2" in long and "example.org" not in short


def test_quiet_is_one_line_and_problems_are_always_told(report):
    assert screen(report, verbosity=-1).lines == [f"lazyinit: {totals(report)}"]
    assert screen(report, ["nothing is right"], verbosity=-2).lines == ["lazyinit: nothing is right"]


def test_failures_are_red(report):
    assert ("1 FAIL", "red") in screen(report).markup


def test_markdown_takes_nothing_for_markup(report):
    page = render(".md", report)
    assert r"expected &lt;UninitializedParameter&gt;<br>found \[0, 0\] \| \`x\`" in page
    assert r"[a \| b](<https://example.org/1?a=1&b=2>)" in page
    assert "<UninitializedParameter>" not in page


class Checking(HTMLParser):
    """Every tag that is opened is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_whole_escaped_and_needs_nothing_else(report):
    page, parser = render(".html", report), Checking()
    parser.feed(page)
    assert not parser.open and "uninitializedparameter" not in parser.seen and not {"script", "link", "img"} & set(parser.seen)
    assert "&lt;UninitializedParameter&gt;" in page
    assert '<a href="https://example.org/1?a=1&amp;b=2">a | b</a>' in page
    assert '<td class="FAIL">FAIL</td>' in page and "$" not in page


def test_a_link_that_is_none_is_text(result):
    entry = {**DEVIATION, "url": "javascript:alert(1)"}
    page = render(".html", Report([result(verdict="deviation", deviation=[entry])]))
    assert "href=" not in page and "javascript:alert(1)" in page


def test_declared_deviations_stand_in_the_order_of_their_files_whatever_ran_first(result):
    entries = [dict(DEVIATION, entry=f"torch:{number}") for number in (10, 2, 1)]
    found = [result(verdict="deviation", deviation=[entry]) for entry in entries]
    table = next(table for table in tables(Report(found)) if table.title == "Declared deviations")
    assert [row[0] for row in table.rows] == ["torch:1", "torch:2", "torch:10"]
