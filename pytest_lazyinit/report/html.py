"""HTML: one file that needs nothing else, readable without JavaScript."""

from __future__ import annotations

import string
from html import escape
from pathlib import Path
from typing import Any

from ..results import VERDICTS, Report
from .tables import Link, Table, tables, totals

TEMPLATE = Path(__file__).with_name("page.html")


def page(report: Report) -> str:
    """The whole page."""
    template = string.Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(totals=escape(totals(report)), tables="\n".join(map(section, tables(report))))


def section(table: Table) -> str:
    """A heading and its table."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.head)
    rows = "\n".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in table.rows)
    inner = f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>"
    return f'<h2>{escape(table.title)}</h2>\n<div class="wide"><table>\n{inner}\n</table></div>'


def cell(content: Any) -> str:
    if isinstance(content, Link):
        text, url = escape(content.text), escape(content.url)
        return f'<td><a href="{url}">{text}</a></td>' if content.leads else f"<td>{text} ({url})</td>"
    return f"<td{marked(str(content))}>{escape(str(content))}</td>"


def marked(text: str) -> str:
    """The class of a cell that holds a verdict, or counts of which one is bad."""
    if text in VERDICTS:
        return f' class="{text.replace("/", "").replace(" ", "-")}"'
    return ' class="FAIL"' if text[:1].isdigit() and (" FAIL" in text or " error" in text) else ""
