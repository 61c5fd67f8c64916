"""Axes: on which axes of the example the shape of a parameter depends, found by building at two sizes."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence, Tuple

import numpy as np

from ..inputs import Axis, Path
from .clause import Lacking

NO_AXIS = "no parameter depends on a size of the input; give other_inputs= and wrong_inputs= to have this clause checked"


class Axes:
    """The part of a `Feed` that finds the axes that count."""

    @property
    def main(self) -> Axis:
        """The axis that clauses vary.

        Raises
        ------
        Lacking
            Where no parameter depends on a size of the input.
        """
        if not self.axes:
            raise Lacking(NO_AXIS)
        return self.axes[0]

    @property
    def axes(self) -> List[Axis]:
        """All axes of the example on which the shape of a parameter depends, features first."""
        if "axes" not in self.memo:
            self.memo["axes"] = self._assumed() if self.subject.shipped and self.subject.inputs is None else self._found()
        return self.memo["axes"]

    def _assumed(self) -> List[Axis]:
        shape = self.subject.shapes_in[0]
        return [Axis(((("args", 0), len(shape) - 1),), shape[-1], shape[-1] + 10)]

    def _found(self) -> List[Axis]:
        arrays, base = self.example()[1], self.shapes_of(self.batch())
        if base is None:
            return []
        places = [(path, axis) for path, array in floats_first(arrays) for axis in self._candidates(array)]
        single = [self._probed(((path, axis),), base) for path, axis in places]
        found = [axis for axis in single if isinstance(axis, Axis)]
        refused = [place for place, axis in zip(places, single) if axis is None]
        return found + [axis for axis in map(lambda group: self._probed(group, base), _of_one_size(refused, arrays))
                        if isinstance(axis, Axis)]

    def _candidates(self, array: np.ndarray) -> List[int]:
        """Axes to try, the last one first; not the batch."""
        return [axis for axis in reversed(range(array.ndim)) if array.shape[axis] and axis != self.subject.batch_axis]

    def _probed(self, places: Sequence[Tuple[Path, int]], base: Mapping) -> Any:
        """The axis at these places, ``False`` where no parameter depends on it, ``None`` where every other size is refused."""
        arrays = self.example()[1]
        size = arrays[places[0][0]].shape[places[0][1]]
        for other in (size + 10, 2 * size, size + 1, size - 1):
            shapes = self.shapes_of(self.sized(places, other)) if other > 0 else None
            if shapes is not None:
                return Axis(tuple(places), size, other) if shapes != base else False
        return None


def floating(array: np.ndarray) -> bool:
    return array.dtype.kind in "fc" or array.dtype.name == "bfloat16"


def floats_first(arrays: Mapping[Path, np.ndarray]) -> List[Tuple[Path, np.ndarray]]:
    return sorted(arrays.items(), key=lambda item: not floating(item[1]))


def _of_one_size(places: Sequence[Tuple[Path, int]], arrays: Mapping[Path, np.ndarray]) -> List[tuple]:
    """Places that no model takes alone, by their size: what hangs together has one."""
    groups: Dict[int, list] = {}
    for path, axis in places:
        groups.setdefault(arrays[path].shape[axis], []).append((path, axis))
    return [tuple(group) for group in groups.values() if len(group) > 1]
