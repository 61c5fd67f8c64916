"""Programs that XLA has compiled, kept for a run: every child compiles anew what it does not find there.

They are machine code, so only right answers of the grader's own may write them; a submission's child can read them and no more.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any, Dict

from . import namespaces
from .settings import Settings

FRAMEWORKS = ("flax",)
RIGHT_ANSWERS = Path(__file__).with_name("compiled_answers.py")
NEVER = 1e9


def environment(folder: str) -> Dict[str, str]:
    """What JAX reads when it is imported."""
    return {"JAX_COMPILATION_CACHE_DIR": folder, "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0", "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1"}


def make(folder: str) -> str:
    """An empty folder that the zygotes own, whoever they will be."""
    os.mkdir(folder, 0o700)
    if namespaces.plans()[0].stranger:
        os.chown(folder, namespaces.STRANGER, namespaces.STRANGER)
    return folder


def fill(worker: Any, settings: Settings) -> None:
    """Grade right answers with the run's own draw in a trusted child, which compiles what most submissions will need."""
    from . import judge
    from .session import Gone, Session
    for number in settings.marks:
        with Session(worker, RIGHT_ANSWERS.read_text(encoding="utf-8"), "answers.py", settings.limits, trusted=True) as session:
            try:
                session.load()
                judge.grade_exercise(number, session, random.Random(f"{settings.seed}:{number}"), settings)
            except Gone:
                return  # slower, and no less right


def read_only() -> None:
    """In a child, before a submission: do not even try to write."""
    import sys
    jax = sys.modules.get("jax")
    if jax is not None:
        jax.config.update("jax_persistent_cache_min_compile_time_secs", NEVER)
