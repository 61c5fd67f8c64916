"""Notebooks as Python source: code cells one after the other, each under a line with its number, line for line as it was written."""

from __future__ import annotations

import difflib
import json
import logging
import re
import warnings
from typing import Any, List

from .answers.loading import CELL
from .submissions import NoSubmissions, Refused

RUNNING = ("time", "capture", "prun")
"""Cell magics below which the cell is ordinary code."""

MOST_CELLS, MOST_SPECIAL, MOST_READ = 1000, 50_000, 300_000
"""Bounds that no honest notebook meets: cells, characters of a cell with magics, characters that are read for the magics of all cells."""

SPECIAL = re.compile(r"^\s*[%!?]|\?\s*$|=\s*[%!]|^\s*(>>>|In \[)|\A\s*\n?[ \t]", re.MULTILINE)
"""What only IPython understands; a cell without it is Python."""

OTHER = re.compile(r"^%%(\w+)")


def require() -> None:
    """Raise NoSubmissions where the packages for notebooks are missing."""
    try:
        import IPython.core.inputtransformer2  # noqa: F401
        import nbformat  # noqa: F401
    except ImportError as error:
        raise NoSubmissions(f"notebooks need {error.name}: pip install 'pytest-lazyinit[grading]'") from None


def source(text: str) -> str:
    """The source of a notebook of nbformat 3 or 4.

    Raises
    ------
    Refused
        For what is no notebook, and for one of another language.
    """
    notebook = _read(text)
    language = _language(notebook) or _old_language(text)
    if language not in ("python", "python3", "ipython"):
        raise Refused(f"It is a notebook of {language[:40]}, not of Python.")
    cells = [str(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    transformer = _transformer()
    parts = [f"{CELL}{number}\n{_plain(cell, transformer)}" for number, cell in enumerate(cells, start=1)]
    return "\n".join(parts) if parts else f"{CELL}1\n"


def _read(text: str) -> Any:
    """The notebook in the newest format, without what is no code of it: outputs may be large, and be anything."""
    import nbformat
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what is not quite valid is read all the same
    try:
        raw = json.loads(text.lstrip("\ufeff"))
        cells = [cell for sheet in raw.get("worksheets", [raw]) for cell in sheet["cells"]]
        if len(cells) > MOST_CELLS:
            raise Refused(f"It is a notebook of more than {MOST_CELLS} cells.")
        for cell in cells:
            cell.update({"metadata": {}}, **({"outputs": []} if cell["cell_type"] == "code" else {}))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(json.dumps(raw), as_version=4)
        [(cell.cell_type, cell.source) for cell in notebook.cells]
        return notebook
    except Refused:
        raise
    except (Exception, RecursionError):  # whatever a reader of a stranger's JSON may raise
        raise Refused("It is no notebook that can be read: neither nbformat 3 nor 4.") from None


def _language(notebook: Any) -> str:
    """The language by its metadata; empty where nothing is said."""
    metadata = notebook.get("metadata", {})
    for holder, key in (("language_info", "name"), ("kernelspec", "language")):
        told = metadata.get(holder, {}) if hasattr(metadata, "get") else {}
        if hasattr(told, "get") and isinstance(told.get(key), str):
            return told[key].strip().lower()
    return ""


def _old_language(text: str) -> str:
    """In nbformat 3 each cell says its language; Python where none does."""
    found = json.loads(text.lstrip("\ufeff"))
    told = [cell.get("language") for sheet in found.get("worksheets", ()) for cell in sheet.get("cells", ()) if cell.get("cell_type") == "code"]
    return next((one.strip().lower() for one in told if isinstance(one, str)), "python")


def _plain(cell: str, transformer: Any) -> str:
    """A cell without magics and shell lines, each line on its own place."""
    lines = cell.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ").split("\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    magic = OTHER.match(lines[first].strip())
    if magic and magic.group(1) not in RUNNING:
        return "\n".join("" for _ in lines)
    if magic:
        lines[first] = ""
    text = "\n".join(lines)
    return "\n".join(_aligned(lines, _transformed(text, transformer))) if len(text) <= MOST_SPECIAL and SPECIAL.search(text) else text


def _transformed(text: str, transformer: Any) -> List[str]:
    """As IPython would execute it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return transformer.transform_cell(text).rstrip("\n").split("\n")
    except (Exception, RecursionError):  # a cell that is no Python fails when it is executed
        return text.split("\n")


def _transformer() -> Any:
    """IPython's transformer of cells. It reads a cell anew for each magic, so what it reads of a notebook is bounded; after that magics stay."""
    from IPython.core.inputtransformer2 import TransformerManager

    class Bounded(TransformerManager):
        left = MOST_READ

        def do_one_token_transform(self, lines: List[str]) -> Any:
            self.left -= sum(map(len, lines))
            return super().do_one_token_transform(lines) if self.left >= 0 else (False, lines)
    return Bounded()


def _aligned(lines: List[str], made: List[str]) -> List[str]:
    """The made lines, with empty ones where IPython joined or dropped some, so that all others keep their number."""
    if len(lines) == len(made):
        return made
    found: List[str] = []
    for _, start, end, begin, stop in difflib.SequenceMatcher(None, [line.strip() for line in lines], [line.strip() for line in made], autojunk=False).get_opcodes():
        block = made[begin:stop]
        found += block + [""] * (end - start - len(block))
    return found
