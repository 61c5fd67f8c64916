"""How much of the contract is asked of each model of the zoo and of each layer.

A model is asked a quarter of the clauses, another one each by turns, and always those that concern it: so every
clause meets every framework's sound models many times a run. The layers of the catalogue are asked a tenth, which the suites ask whole. ``LAZYINIT_WHOLE=1`` (``tox run -e whole``) asks all of all.
"""

from __future__ import annotations

import os
from typing import Iterable, List

from pytest_lazyinit.clauses import CONTRACT

SHARE = 4


def whole() -> bool:
    return os.environ.get("LAZYINIT_WHOLE") == "1"


def portion(turn: int, always: Iterable[str] = (), share: int = SHARE) -> List[str]:
    """The clauses for the model whose turn it is, in the contract's order."""
    return [name for place, name in enumerate(CONTRACT) if whole() or name in always or (place + turn) % share == 0]
