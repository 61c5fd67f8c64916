"""docs/contract.md lists every clause with its statement; written by this test when asked."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_lazyinit.clauses import CONTRACT

PAGE = Path(__file__).parents[1] / "docs" / "contract.md"
HEAD = """# The contract

One clause is one pytest item, with a stable id. What a clause needs of the framework (a capability) or of the subject
(what to give) stands beside it; where it is not there, the clause reads `n/a` with the reason.

"""


def page() -> str:
    lines = [HEAD]
    for phase in dict.fromkeys(clause.phase for clause in CONTRACT.values()):
        lines.append(f"## {phase}\n\n| clause | statement | needs |\n| --- | --- | --- |\n")
        for clause in (found for found in CONTRACT.values() if found.phase == phase):
            needs = ", ".join([*clause.capabilities, *(f"`{name}=`" for name in clause.knowledge)]) or "–"
            lines.append(f"| `{clause.id}` | {clause.statement} | {needs} |\n")
        lines.append("\n")
    return "".join(lines).rstrip() + "\n"


def test_the_page_lists_the_clauses_as_they_are():
    if os.environ.get("LAZYINIT_WRITE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "run the test with LAZYINIT_WRITE_DOCS=1 to write the page anew"


def test_every_clause_has_a_statement_that_ends_in_a_full_stop():
    assert all(clause.statement.endswith(".") for clause in CONTRACT.values())
