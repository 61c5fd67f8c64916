"""Widths: the sizes of the input that a trial varies, and the batches at them."""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, Optional, Sequence

import numpy as np

from ..frameworks.base import Batch
from ..inputs import Given, Resized


class Widths:
    """The part of a `Trial` that varies the size of the input's main axis."""

    @property
    def width(self) -> int:
        """The size of the input's main axis, on which parameters depend: its number of features."""
        return self.feed.main.size

    @property
    def other_width(self) -> Any:
        """A width, not the subject's, that a fresh model takes."""
        if self.subject.other_inputs:
            return Given("other_inputs[0]", makers(self.subject.other_inputs)[0])
        return tuple(self.subject.other_widths or (self.feed.main.other,))[0]

    @property
    def wrong_widths(self) -> tuple:
        """Neighbours, 1 and a multiple: the sizes that get broadcast or grouped by mistake; at every axis that counts."""
        given = self.subject.wrong_inputs
        if given:
            return tuple(Given(f"wrong_inputs[{index}]", make) for index, make in enumerate(makers(given)))
        if self.subject.wrong_widths is not None:
            return tuple(width for width in self.subject.wrong_widths if width != self.width)
        further = tuple(Resized(axis, size) for axis in self.feed.axes[1:] for size in neighbours(axis.size))
        return self._taken(neighbours(self.width) + further)

    def _taken(self, widths: tuple) -> tuple:
        """Those that a fresh model takes: only there does a rejection prove something."""
        if self.subject.shipped:
            return widths
        if "wrong" not in self.memo:
            self.memo["wrong"] = tuple(width for width in widths if self.fresh_shapes(self.at_width(width)) is not None)
        return self.require(self.memo["wrong"], "a fresh model takes no other size of the input; give wrong_inputs= that one takes")

    def batch(self, shape: Optional[tuple] = None, dtype: Optional[str] = None) -> Batch:
        """The example; or with its main leaf in another shape, its floating leaves in another dtype."""
        if shape is None:
            return self.feed.batch() if dtype is None else self.feed.cast(dtype)
        return self.feed.reshaped(shape, dtype)

    def later(self) -> Batch:
        """The input of passes after the first one."""
        return self.feed.later()

    def at_width(self, width: Any) -> Batch:
        """A batch like the subject's, with another size of the main axis; the example itself for ``None``."""
        return self.feed.batch() if width is None else self.feed.at(width)

    @property
    def varied_width(self) -> Any:
        """Another width where the input has an axis that counts, ``None`` (the example's) where it has none."""
        return self.other_width if self.subject.other_inputs or self.feed.axes else None

    def arrays(self) -> List[np.ndarray]:
        """The example's arrays in order, as NumPy."""
        return list(self.feed.example()[1].values())

    def fresh_shapes(self, batch: Batch) -> Optional[Mapping[str, Optional[tuple]]]:
        """Shapes of a fresh model after its first pass, ``None`` where it refuses."""
        try:
            return self.adapter.shapes_after(self.build(), batch)
        except Exception:
            return None


def neighbours(size: int) -> tuple:
    """The next sizes, 1 and a multiple."""
    return tuple(dict.fromkeys(other for other in (size + 1, size - 1, 1, 2 * size) if other > 0 and other != size))


def makers(given: Any) -> Sequence[Callable[[], Any]]:
    """One maker or several, as a list."""
    return [given] if callable(given) else list(given)
