"""Feed: the inputs of a trial, and what is derived from the author's example: other widths, batch sizes, forms, dtypes.

One axis of one leaf is changed at a time, and only an axis on which the shape of a parameter depends: two fresh
models at two sizes tell (`Feed.axes`). "The last axis plus one" would be wrong for tokens, for images whose
channels come first, for an optional memory.
"""

from __future__ import annotations

import random
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple

import numpy as np

from ..frameworks.base import Adapter, Batch
from ..inputs import Given, Path, Resized, arguments, copied, rebuilt, resized, walk
from ..subjects import Subject
from .axes import Axes, floating, floats_first
from .clause import Lacking

NO_BATCH = "the subject says batch_axis=None; its inputs have no batch axis"


class Feed(Axes):
    """The inputs of one subject on one adapter.

    Parameters
    ----------
    subject : Subject
    adapter : Adapter
    seed : int
        Seeds the data, whatever the model's own seed is.
    memo : dict
        Holds the example and its axes, so that they are established once.
    shapes_of : callable
        ``batch -> shapes`` of a fresh model after its first pass, ``None`` where it refuses.
    """

    def __init__(self, subject: Subject, adapter: Adapter, seed: int, memo: dict, shapes_of: Callable[[Batch], Optional[Mapping]]):
        self.subject = subject
        self.adapter = adapter
        self.seed = seed
        self.memo = memo
        self.shapes_of = shapes_of

    # -- the example ------------------------------------------------------------------------------------

    def example(self, which: str = "inputs") -> Tuple[Mapping[str, Any], Dict[Path, np.ndarray]]:
        """The nest ``{"args": …, "kwargs": …}`` and the arrays at its dense leaves."""
        if which not in self.memo:
            self.memo[which] = self._taken(self._made(which))
        return self.memo[which]

    def prepare(self) -> None:
        """Make the examples before a model is: to draw them is to seed the generator from which the model takes its values."""
        self.example()
        if self.subject.later_inputs:
            self.example("later_inputs")

    def _made(self, which: str) -> Any:
        maker = getattr(self.subject, which)
        if maker is None:
            return tuple(self.drawn(shape, index=index) for index, shape in enumerate(self.subject.shapes_in))
        return self._from(maker)

    def _from(self, maker: Callable[[], Any]) -> Any:
        """What a maker gives, under the data's seed in every generator that it may draw from."""
        before = random.getstate(), np.random.get_state()
        random.seed(self.seed)
        np.random.seed(self.seed)
        self.adapter.seed(self.seed)
        try:
            return maker()
        finally:
            random.setstate(before[0])
            np.random.set_state(before[1])

    def _taken(self, made: Any) -> Tuple[Mapping[str, Any], Dict[Path, np.ndarray]]:
        args, kwargs = arguments(made)
        nest = {"args": tuple(args), "kwargs": dict(kwargs)}
        dense = {path: self.adapter.dense(leaf) for path, leaf in walk(nest)}
        return nest, {path: np.array(array) for path, array in dense.items() if array is not None}

    def drawn(self, shape: Sequence[int], dtype: Optional[str] = None, index: int = 0) -> np.ndarray:
        """Seeded data of a shape: standard normal, or below ``high`` for integers."""
        source = np.random.RandomState(self.seed + index)
        given = self.subject.dtypes_in[index]
        wanted = np.dtype(dtype or given)
        if np.issubdtype(np.dtype(given), np.integer):
            return np.asarray(source.randint(0, self.subject.highs_in[index], tuple(shape)), dtype=wanted)
        data = np.asarray(source.standard_normal(tuple(shape)), dtype=wanted if wanted != bool else None)
        return data > 0 if wanted == bool else data

    # -- batches ------------------------------------------------------------------------------------------

    def batch(self, changes: Optional[Mapping[Path, np.ndarray]] = None, which: str = "inputs") -> Batch:
        """The example as the framework's tensors, fresh, with some leaves replaced."""
        nest, arrays = self.example(which)
        return self._batch(nest, {**arrays, **(changes or {})})

    def _batch(self, nest: Mapping[str, Any], arrays: Mapping[Path, np.ndarray]) -> Batch:
        made = rebuilt(nest, lambda path, leaf: self.adapter.tensor(arrays[path]) if path in arrays else copied(leaf))
        return Batch(made["args"], made["kwargs"])

    def later(self) -> Batch:
        """The input of passes after the first one."""
        return self.batch(which="later_inputs" if self.subject.later_inputs else "inputs")

    def given(self, given: Given) -> Batch:
        if ("given", given.label) not in self.memo:
            self.memo["given", given.label] = self._taken(self._from(given.make))
        return self._batch(*self.memo["given", given.label])

    def sized(self, places: Sequence[Tuple[Path, int]], size: int) -> Batch:
        """The example with another size at some axes of some leaves."""
        arrays = dict(self.example()[1])
        for path, axis in places:
            shape = arrays[path].shape[:axis] + (size,) + arrays[path].shape[axis + 1:]
            arrays[path] = self._as_drawn(path, shape) if self._simple else resized(arrays[path], axis, size)
        return self.batch(arrays)

    @property
    def _simple(self) -> bool:
        return self.subject.inputs is None

    def _as_drawn(self, path: Path, shape: Sequence[int]) -> np.ndarray:
        return self.drawn(shape, index=path[1])

    def at(self, width: Any) -> Batch:
        """A batch of a size of the main axis, of another axis (`Resized`) or of the author's own (`Given`)."""
        if isinstance(width, Given):
            return self.given(width)
        if isinstance(width, Resized):
            return self.sized(width.axis.places, width.size)
        return self.sized(self.main.places, width)

    # -- batch sizes, forms, dtypes -----------------------------------------------------------------------------

    @property
    def rows(self) -> int:
        """The example's batch size.

        Raises
        ------
        Lacking
            Where the inputs have no batch axis.
        """
        axis, arrays = self.subject.batch_axis, [array for _, array in floats_first(self.example()[1])]
        if axis is None or not arrays or arrays[0].ndim <= axis:
            raise Lacking(NO_BATCH)
        return arrays[0].shape[axis]

    def _batched(self) -> Dict[Path, int]:
        """The batch axis of every leaf that has one: the subject's, or else the axis of that size (states of recurrent layers)."""
        rows, axis, found = self.rows, self.subject.batch_axis, {}
        for path, array in self.example()[1].items():
            fitting = [at for at in (axis, *range(array.ndim)) if at < array.ndim and array.shape[at] == rows]
            found.update({path: fitting[0]} if fitting else {})
        return found

    def mapped(self, change: Callable[[np.ndarray, int], np.ndarray]) -> Batch:
        """``change(array, batch axis)`` at every leaf that has a batch axis."""
        arrays = self.example()[1]
        return self.batch({path: change(arrays[path], axis) for path, axis in self._batched().items()})

    def of_rows(self, size: int) -> Batch:
        """The first rows of the example, and they again where more are wanted."""
        return self.batch({path: self._rows(path, axis, size) for path, axis in self._batched().items()})

    def _rows(self, path: Path, axis: int, size: int) -> np.ndarray:
        array = self.example()[1][path]
        drawn = self._as_drawn(path, _with(array.shape, axis, self.rows + 8)) if self._simple else array
        return resized(drawn, axis, size)

    def leading(self, first: int, second: int) -> Batch:
        """Rows under an extra leading dimension, ``(first, second, …)``."""
        found = {}
        for path, axis in self._batched().items():
            rows = self._rows(path, axis, first * second)
            found[path] = rows.reshape(*rows.shape[:axis], first, second, *rows.shape[axis + 1:])
        return self.batch(found)

    def second(self) -> Batch:
        """Other data of the same shapes: the rows in reverse, floating ones doubled."""
        which = "later_inputs" if self.subject.later_inputs else "inputs"
        axis = self.subject.batch_axis
        arrays = {path: array * 2 if floating(array) else array for path, array in self.example(which)[1].items()}
        if axis is not None:
            arrays = {path: np.flip(array, axis).copy() if array.ndim > axis else array for path, array in arrays.items()}
        return self.batch(arrays, which)

    def cast(self, dtype: str) -> Batch:
        """The example with its floating leaves in another dtype."""
        arrays = self.example()[1]
        return self.batch({path: array.astype(dtype) for path, array in arrays.items() if floating(array)})

    def reshaped(self, shape: Sequence[int], dtype: Optional[str] = None) -> Batch:
        """The leaf of the main axis, or the leaves where sizes hang together, in another shape or dtype."""
        found = {}
        for path in dict.fromkeys(path for path, _ in self.main.places):
            data = self.drawn(shape, dtype, path[1]) if self._simple else np.resize(self.example()[1][path], tuple(shape))
            found[path] = data.astype(dtype) if dtype else data
        return self.batch(found)


def _with(shape: Sequence[int], axis: int, size: int) -> tuple:
    return (*shape[:axis], size, *shape[axis + 1:])
