"""Reports on results: the terminal's summary, Markdown, HTML. A report reads results and nothing else."""

from __future__ import annotations

from ..results import Report


def render(ending: str, report: Report) -> str:
    """A report as a page, by the ending of its file: ``.md`` or ``.html``."""
    from . import html, markdown
    return {".md": markdown.page, ".html": html.page}[ending](report)
