"""Markdown: a page that reads as text and renders where Markdown does."""

from __future__ import annotations

import html
import re
from typing import Any, List, Sequence

from ..results import Report
from .tables import Link, Table, tables, totals


def page(report: Report) -> str:
    """The whole page."""
    return "\n\n".join(["# Lazy parameter initialization", totals(report), *map(section, tables(report))]) + "\n"


def section(table: Table) -> str:
    """A heading and its table."""
    return "\n".join([f"## {table.title}", "", *lines(table.head, table.rows)])


def lines(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> List[str]:
    return [line(head), line(["---"] * len(head)), *map(line, rows)]


def line(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(map(text, cells))} |"


def text(cell: Any) -> str:
    """A cell on one line, in which nothing is taken for markup."""
    if isinstance(cell, Link):
        return f"[{text(cell.text)}](<{cell.url}>)" if cell.leads else f"{text(cell.text)} ({text(cell.url)})"
    if cell == "---":
        return cell
    plain = html.escape(str(cell).strip(), quote=False)
    return re.sub(r"\s*\n\s*", "<br>", re.sub(r"([\\`*_\[\]|~])", r"\\\1", plain))
