"""The items of ``pytest --lazyinit-grade=FOLDER``: one for each exercise of each submission, red where a mark is lost."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from .pytest_mode import Grading, grading


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Submissions by name; the names are the same in every worker."""
    if "lazyinit_submission" in metafunc.fixturenames:
        cases = grading(metafunc.config).cases()
        metafunc.parametrize(("lazyinit_submission", "lazyinit_exercise"), cases, ids=[f"{submission.name}-{number}" for submission, number in cases])


@pytest.fixture(scope="session")
def lazyinit_grader(request: pytest.FixtureRequest) -> Iterator[Grading]:
    """The process that grades, one for each process of pytest."""
    grader = grading(request.config)
    yield grader
    grader.close()


def test_exercise(lazyinit_grader: Grading, lazyinit_submission: Any, lazyinit_exercise: str, record_property: Any) -> None:
    """An exercise of a submission has all its marks."""
    result = lazyinit_grader.exercise(lazyinit_submission, lazyinit_exercise)
    told = {"submission": lazyinit_submission.name, "exercise": lazyinit_exercise, **result.to_dict(), "isolation": lazyinit_grader.isolation}
    record_property("lazyinit_grade", told)
    if not result.full or result.status != "graded":
        status = "" if result.status == "graded" else f", {result.status}"
        pytest.fail("\n".join([f"{float(result.score):.4g} of {float(result.max):g}{status}", *result.feedback]), pytrace=False)
