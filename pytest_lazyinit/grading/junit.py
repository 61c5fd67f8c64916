"""JUnit XML: a suite for each submission, a case for each exercise; one that did not come to its end is an error."""

from __future__ import annotations

import re
from typing import Any, Mapping, Sequence
from xml.etree import ElementTree

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(results: Sequence[Mapping[str, Any]]) -> str:
    """The document, with the score of each exercise as a property."""
    root = ElementTree.Element("testsuites", name="lazyinit grade")
    for result in results:
        suite = ElementTree.SubElement(root, "testsuite", name=clean(result["submission"]), tests=str(len(result["exercises"])), time=f"{result['seconds']:.3f}")
        kinds = [case(suite, result, number, exercise) for number, exercise in result["exercises"].items()]
        suite.set("failures", str(kinds.count("failure")))
        suite.set("errors", str(kinds.count("error")))
        suite.set("skipped", "0")
    ElementTree.indent(root) if hasattr(ElementTree, "indent") else None
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def case(suite: Any, result: Mapping[str, Any], number: str, exercise: Mapping[str, Any]) -> str:
    """One exercise; ``failure``, ``error`` or nothing."""
    one = ElementTree.SubElement(suite, "testcase", classname=clean(result["submission"]), name=f"exercise {number}")
    properties = ElementTree.SubElement(one, "properties")
    for name in ("score", "max"):
        ElementTree.SubElement(properties, "property", name=name, value=repr(exercise[name]))
    if exercise["status"] == "graded" and exercise["score"] == exercise["max"]:
        return ""
    kind = "failure" if exercise["status"] == "graded" else "error"
    message = f"{exercise['score']:.4g} of {exercise['max']:g}" if kind == "failure" else exercise["status"]
    ElementTree.SubElement(one, kind, message=message, type=exercise["status"]).text = clean("\n".join(exercise["feedback"]))
    return kind


def clean(text: str) -> str:
    """Text without what XML cannot hold."""
    return NO_XML.sub("?", text)
