"""The pages of a matrix as text: whole, escaped, complete."""

from __future__ import annotations

from html.parser import HTMLParser

from pytest_lazyinit import cli
from pytest_lazyinit.matrix import reading as matrix_reading
from pytest_lazyinit.report import matrix_markdown, matrix_page
from pytest_lazyinit.report.matrix import compact

from .matrix_reports import BUG, many, write  # noqa: F401


class Checking(HTMLParser):
    """Every tag that is opened is closed, and nothing is asked for from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links = [], [], []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        assert "src" not in given and tag not in ("link", "img", "iframe", "b\"")
        if tag not in ("meta", "br", "wbr", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_its_links_lead_somewhere(many):
    parser = Checking()
    parser.feed("".join(matrix_page.page(matrix_reading.matrix(many))))
    assert not parser.open and len(parser.ids) == len(set(parser.ids))
    assert {link for link in parser.links if not link.startswith("#")} == {BUG["url"]}
    assert {link[1:] for link in parser.links if link.startswith("#")} <= set(parser.ids)


def test_texts_are_no_markup(many):
    page = "".join(matrix_page.page(matrix_reading.matrix(many)))
    assert "<b>&quot;" not in page and '<b>"x"' not in page and "&lt;b&gt;&quot;x&quot;&lt;/b&gt; &amp; `y` | z" in page and "$x 100%" in page
    assert ">a/b#7</a>" in page and "nobody knows <span>unreported</span>" in page


def test_markdown_has_everything_in_writing(many, tmp_path, capsys):
    assert cli.main(["matrix", *many, "--markdown", str(tmp_path / "m.md")]) == 1
    page = (tmp_path / "m.md").read_text(encoding="utf-8")
    assert "| `before.display` | dev <sup>1–2</sup> | dev <sup>1–2</sup> |" in page
    assert r"1. bug: [it is \| slow](<https://github.com/a/b/issues/7>)" in page and "2. bug: nobody knows (unreported)" in page
    assert "- **worse**: mlp `after.shapes`: ok → FAIL" in page and "| `varying.tied` | n/a <sup>" in page
    assert "**torch, cpu: 1.0 → 2.0**" in page and "<b>" not in page and "| clause | 1.0 | 2.0 |" in page
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) == 5 and len({line.replace(r"\|", "").count("|") for line in rows}) == 1


def test_no_place_ranks_frameworks(many):
    page = "".join(matrix_page.page(matrix_reading.matrix(many))) + "".join(matrix_markdown.page(matrix_reading.matrix(many)))
    assert " % of" not in page and "score" not in page.lower() and "passed" not in page


def test_compact():
    assert compact([1, 2, 3, 5, 7, 8]) == "1–3, 5, 7–8" and compact([4]) == "4"
