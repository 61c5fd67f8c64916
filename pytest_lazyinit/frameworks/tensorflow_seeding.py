"""Seeding TensorFlow without building all of its kernels again each time.

`tf.random.set_seed` drops every kernel that an eager run has made, to start anew those that hold a random state of their
own; each operation after it is then made afresh, which costs more than it computes. Keras draws initial values by operations
without state (Keras 3, and Keras 2 in later releases), so that most of the time no kernel with a state has run since the last seed.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import random
from typing import Any, Callable, Optional

CONTEXT, SEEDS = "tensorflow.python.eager.context", "tensorflow.python.framework.random_seed"


class Seeding:
    """One process' seed, and whether an operation that draws by it has run since it was set."""

    def __init__(self, tf: Any):
        self.tf = tf
        self.seeded = self.drawn = self.traced = False
        try:
            self.kind = type(importlib.import_module(CONTEXT).context())
            self.whole: Optional[Callable] = self.kind._set_global_seed
            self._notice(importlib.import_module(SEEDS))
        except (ImportError, AttributeError):  # another release keeps them elsewhere: everything is seeded each time
            self.whole = None

    def _notice(self, seeds: Any) -> None:
        """Every operation with a random state asks here for its seed when it is run, or traced."""
        ask = seeds.get_seed

        @functools.wraps(ask)
        def noticed(*args, **kwargs):
            self.drawn = True
            self.traced = self.traced or not self.tf.executing_eagerly()  # what was traced may run again without asking
            return ask(*args, **kwargs)
        seeds.get_seed = noticed

    def __call__(self, set_seed: Callable[[int], None], seed: int) -> None:
        """``set_seed(seed)``, which drops TensorFlow's kernels only where one of them may hold a random state."""
        with self._kept() if self.seeded and not self.drawn and not self.traced else contextlib.nullcontext():
            set_seed(seed)
        self.seeded, self.drawn = True, False

    @contextlib.contextmanager
    def _kept(self):
        if self.whole is None:
            yield
            return
        self.kind._set_global_seed = without_kernels
        try:
            yield
        finally:
            self.kind._set_global_seed = self.whole


def without_kernels(context: Any, seed: int) -> None:
    """What TensorFlow's own does, but for the kernels."""
    context._seed, context._rng = seed, random.Random(seed)


@functools.lru_cache(maxsize=None)
def seeding() -> Seeding:
    return Seeding(importlib.import_module("tensorflow"))
