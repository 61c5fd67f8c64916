"""Comparisons with names in their messages: shapes, values, outputs."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from .clause import Violation, expect, sentence


def paired(found: Mapping[str, Any], due: Mapping[str, Any], whose: str) -> Sequence[Tuple[str, Any, Any]]:
    """``(name, found, due)`` matched by name where the names agree, else by order."""
    expect(len(found) == len(due), f"{len(due)} parameters, as {whose}: {list(due)}", f"{len(found)}: {list(found)}")
    if set(found) == set(due):
        return [(name, found[name], due[name]) for name in due]
    return [(name, found[name], other) for name, other in zip(found, due.values())]


def same_shapes(found: Mapping[str, Optional[tuple]], due: Mapping[str, Optional[tuple]], whose: str) -> None:
    """Shapes agree, parameter by parameter."""
    wrong = {name: (one, other) for name, one, other in paired(found, due, whose) if one != other}
    cause = "a wrong axis was inferred" if set(found) == set(due) else "the twin names its parameters otherwise, and the order does not tell; give names="
    expect(not wrong, f"shapes as {whose}: " + ", ".join(f"{name} {other}" for name, (_, other) in wrong.items()),
           ", ".join(f"{name} {one}" for name, (one, _) in wrong.items()), cause)


def same_values(found: Mapping[str, np.ndarray], due: Mapping[str, np.ndarray], whose: str, cause: str = "") -> None:
    """Values agree bit for bit, NaN included."""
    wrong = [name for name, one, other in paired(found, due, whose)
             if one.shape != other.shape or one.dtype != other.dtype or one.tobytes() != other.tobytes()]
    if wrong:
        pairs = {name: (one, other) for name, one, other in paired(found, due, whose)}
        shown = ", ".join(f"{name} {excerpt(pairs[name][0])} instead of {excerpt(pairs[name][1])}" for name in wrong)
        raise Violation(sentence(f"values bit for bit as {whose}", shown, cause))


def nearly_same_values(found: Mapping[str, np.ndarray], due: Mapping[str, np.ndarray], whose: str) -> None:
    """Values agree but for the rounding of a few operations in their type."""
    for name, one, other in paired(found, due, whose):
        expect(one.dtype == other.dtype, f"{name} of type {other.dtype} as {whose}", one.dtype)
        close([one], [other], f"values of {name} as {whose},", 1e-6)


def close(found: Sequence[np.ndarray], due: Sequence[np.ndarray], what: str, tolerance: float = 1e-5) -> None:
    """Outputs agree within a relative and absolute tolerance, that of single precision; a millionth of it where both are double."""
    expect(len(found) == len(due), f"{len(due)} arrays in {what}", len(found))
    for one, other in zip(found, due):
        expect(one.shape == other.shape, f"{what} of shape {other.shape}", one.shape)
        expect(one.dtype == other.dtype, f"{what} of type {other.dtype}", one.dtype)
        allowed = tolerance * (1e-6 if one.dtype == other.dtype == np.float64 else 1)
        near = np.allclose(one, other, rtol=allowed, atol=allowed)
        expect(near, f"{what} {excerpt(other)}", excerpt(one))


def changed(found: Mapping[str, np.ndarray], due: Mapping[str, np.ndarray]) -> Sequence[str]:
    """Names whose values differ."""
    return [name for name in due if name not in found or not np.array_equal(found[name], due[name])]


def expected_shapes(given: Union[Mapping[str, tuple], Sequence[tuple]], found: Mapping[str, tuple]) -> Dict[str, tuple]:
    """The user's ``shapes=`` (names, globs or a list in order) by the names that the model has."""
    from .failing import matches
    if not isinstance(given, Mapping):
        expect(len(given) == len(found), f"{len(given)} parameters as in shapes=", f"{len(found)}: {list(found)}")
        return dict(zip(found, map(tuple, given)))
    absent = [glob for glob in given if not any(matches(name, [glob]) for name in found)]
    expect(not absent, f"parameters named {absent}", list(found), "another name, or the pass did not reach the layer")
    return {name: tuple(shape) for name in found for glob, shape in given.items() if matches(name, [glob])}


def excerpt(array: np.ndarray) -> str:
    """Shape, type and first values, short enough for a message."""
    first = ", ".join(f"{value:.6g}" if np.issubdtype(array.dtype, np.number) else str(value) for value in array.ravel()[:3])
    return f"{array.dtype}{list(array.shape)} [{first}{', …' if array.size > 3 else ''}]"
