"""``lazyinit exercises``: writes the sheet of a framework, as a file or as a notebook."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Dict, List

from .settings import FRAMEWORKS

BREAK = "# %% "


class WrongCall(Exception):
    """A call that cannot be carried out; one sentence that says what to write."""


def add(verbs: Any) -> None:
    """Add the verb to the command's parser."""
    verb = verbs.add_parser("exercises", help="write the chapter's exercises as a sheet to fill in")
    verb.add_argument("--framework", metavar="NAME", help="torch, tensorflow, flax or mxnet")
    verb.add_argument("-o", "--output", metavar="FILE", default="answers.py", help="answers.py or answers.ipynb; - for standard output (default: answers.py)")
    verb.add_argument("--force", action="store_true", help="overwrite the file if it exists")


def run(chosen: argparse.Namespace, screen: Any) -> int:
    """Write; the exit status is 0, or 2 for a wrong call."""
    try:
        write(chosen)
    except WrongCall as reason:
        print(f"lazyinit exercises: {reason}", file=sys.stderr)
        return 2
    return 0


def write(chosen: argparse.Namespace) -> None:
    """The sheet to where it was asked for; a file with answers in it is not lost."""
    if chosen.framework not in FRAMEWORKS:
        raise WrongCall(f"--framework says which framework the sheet is for: {', '.join(FRAMEWORKS)}" + (f", not {chosen.framework!r}" if chosen.framework else ""))
    if chosen.output == "-":
        sys.stdout.write(sheet(chosen.framework))
        return
    target = Path(chosen.output).expanduser()
    if target.suffix not in (".py", ".ipynb"):
        raise WrongCall(f"-o: {chosen.output} has an unknown ending; valid: .py, .ipynb")
    try:
        with open(target, "w" if chosen.force else "x", encoding="utf-8") as file:
            file.write(sheet(chosen.framework) if target.suffix == ".py" else notebook(chosen.framework))
    except FileExistsError:
        raise WrongCall(f"{chosen.output} exists; name another file, or overwrite it with --force") from None
    except OSError as error:
        raise WrongCall(f"{chosen.output} cannot be written: {os.strerror(error.errno or 0)}") from None


def sheet(framework: str) -> str:
    """The sheet as Python source."""
    return Path(__file__).with_name("sheets").joinpath(f"{framework}.py").read_text(encoding="utf-8")


def notebook(framework: str) -> str:
    """The sheet as a notebook of nbformat 4: the introduction as text, then a heading and a cell for each exercise."""
    first, *others = sheet(framework).split(f"\n{BREAK}")
    _, introduction, imports = first.split('"""')
    cells = [markdown("0", introduction.strip()), code("1", imports.strip())]
    for number, part in enumerate(others, start=1):
        heading, _, body = part.partition("\n")
        cells += [markdown(f"{number}-heading", f"## {heading}"), code(f"{number}-answer", body.strip())]
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1, ensure_ascii=False) + "\n"


def markdown(name: str, text: str) -> Dict[str, Any]:
    return {"cell_type": "markdown", "id": f"lazyinit-{name}", "metadata": {}, "source": lines(text)}


def code(name: str, text: str) -> Dict[str, Any]:
    return {"cell_type": "code", "id": f"lazyinit-{name}", "metadata": {}, "execution_count": None, "outputs": [], "source": lines(text)}


def lines(text: str) -> List[str]:
    return text.splitlines(keepends=True)
