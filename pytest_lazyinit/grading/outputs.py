"""Everything that is written of a run beside results.json: CSV, Gradescope, JUnit XML, HTML. Paths are checked before anything is graded."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, Sequence

from . import gradescope, junit, page
from . import results as results_

Results = Sequence[Mapping[str, Any]]


class WrongOutput(ValueError):
    """A file or folder that cannot be written; one sentence."""


def check(chosen: Any) -> None:
    """Raise WrongOutput for what could not be written; nothing is left behind."""
    given = {name: getattr(chosen, name, None) for name in ("out", *FILES)}
    for name, path in given.items():
        if path:
            _check_file(f"--{name}", Path(path).expanduser())
    paths = [Path(path).expanduser().resolve() for path in given.values() if path]
    if len(set(paths)) < len(paths):
        named = ", ".join(f"--{name}" for name, path in given.items() if path)
        raise WrongOutput(f"two outputs would be written to the same file; valid: another file for each of {named}")
    folder = getattr(chosen, "gradescope", None)
    if folder:
        _check_folder("--gradescope", Path(folder).expanduser())


def _check_file(option: str, path: Path) -> None:
    if not path.name:
        raise WrongOutput(f"{option}: no file is named")
    if not path.parent.is_dir():
        raise WrongOutput(f"{option}: {path} cannot be written: there is no folder {path.parent}")
    if path.is_dir():
        raise WrongOutput(f"{option}: {path} cannot be written: it is a folder")
    if not os.access(path if path.exists() else path.parent, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise WrongOutput(f"{option}: {path} cannot be written: permission denied")


def _check_folder(option: str, path: Path) -> None:
    above = next(folder for folder in (path, *path.parents) if folder.exists())
    if not above.is_dir():
        raise WrongOutput(f"{option}: {path} cannot be made: {above} is a file")
    if not os.access(above, os.W_OK):
        raise WrongOutput(f"{option}: {path} cannot be written: permission denied")


def write(results: Results, chosen: Any) -> None:
    """Write all that was asked for.

    Raises
    ------
    WrongOutput
        Where a file cannot be written after all; the others are written first.
    """
    problems = []
    jobs: Dict[str, Callable[[Any], None]] = {"out": lambda path: results_.write(results, path)}
    for name, text in FILES.items():
        jobs[name] = lambda path, text=text: results_.save(path, text(results))
    jobs["gradescope"] = lambda path: gradescope.write(results, path)
    for name, job in jobs.items():
        path = getattr(chosen, name, None)
        if path:
            try:
                job(path)
            except OSError as error:
                problems.append(f"--{name}: {path} cannot be written: {error.strerror}")
    if problems:
        raise WrongOutput("; ".join(problems))


def table(results: Results) -> str:
    """CSV, a line a submission; numbers in full, so that thirds add up."""
    numbers = results_.NUMBERS
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["submission", "status", "score", "max", *numbers, "seconds"])
    for result in results:
        scores = [result["exercises"].get(number, {}).get("score", "") for number in numbers]
        writer.writerow([harmless(result["submission"]), result["status"], result["score"], result["max"], *scores, result["seconds"]])
    return target.getvalue()


def harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t") else name


FILES: Dict[str, Callable[[Results], str]] = {"csv": table, "junit": junit.document, "html": page.page}
