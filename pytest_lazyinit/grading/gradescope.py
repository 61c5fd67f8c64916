"""Gradescope's ``results.json``: one test an exercise. See https://gradescope-autograders.readthedocs.io/en/latest/specs/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence

from .results import save

NAMES = {"1": "Exercise 1: the first layer alone knows its width", "2": "Exercise 2: mismatching dimensions", "3": "Exercise 3: inputs of any width"}


def write(results: Sequence[Mapping[str, Any]], folder: Any) -> None:
    """``results.json`` in the folder for one submission; for several in a folder of each, by its name."""
    top = Path(folder).expanduser()
    for result in results:
        home = top if len(results) == 1 else top.joinpath(*parts(result["submission"]))
        home.mkdir(parents=True, exist_ok=True)
        save(home / "results.json", json.dumps(document(result), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def parts(name: str) -> List[str]:
    """A submission's name as folders; none of them leads elsewhere."""
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")] or ["submission"]


def document(result: Mapping[str, Any]) -> Dict[str, Any]:
    """One submission's results as Gradescope reads them."""
    return {
        "score": result["score"], "execution_time": result["seconds"], "output": "" if result["status"] == "graded" else f"Status: {result['status']}.",
        "output_format": "text", "test_output_format": "text", "test_name_format": "text", "visibility": "visible", "stdout_visibility": "hidden",
        "extra_data": {"submission": result["submission"], "status": result["status"], "isolation": list(result["isolation"])},
        "tests": [test(number, exercise) for number, exercise in result["exercises"].items()],
    }


def test(number: str, exercise: Mapping[str, Any]) -> Dict[str, Any]:
    full = exercise["score"] == exercise["max"]
    lines = list(exercise["feedback"])
    if exercise["status"] != "graded":
        lines.insert(0, f"Status: {exercise['status']}.")
    return {
        "number": number, "name": NAMES.get(number, f"Exercise {number}"), "name_format": "text", "score": exercise["score"], "max_score": exercise["max"],
        "status": "passed" if full else "failed", "output": "\n".join(lines) or "All correct.", "output_format": "text", "visibility": "visible",
        "tags": [exercise["status"]],
    }
