"""The contract: every clause, in the order of the phases.

The subpackage is not called ``contract``: a subpackage of that name would replace the public
function ``pytest_lazyinit.contract`` as soon as it is imported.
"""

from __future__ import annotations

from typing import Dict, Sequence

from . import after, before, mismatch, state, transform, varying
from .clause import Clause

CONTRACT: Dict[str, Clause] = {
    found.id: found for module in (before, after, mismatch, varying, state, transform) for found in vars(module).values()
    if isinstance(found, Clause) and found.id.startswith(module.__name__.rsplit(".", 1)[-1] + ".")
}


def ids() -> Sequence[str]:
    """The ids of all clauses, in the contract's order."""
    return tuple(CONTRACT)
