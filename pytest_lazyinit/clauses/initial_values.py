"""Whether values could have come from an initializer's distribution, with a stated error probability.

Bounds are exact. For n values, the mean and the mean square are asymptotically normal; each is
refused beyond ``Z`` standard errors, which a correct initializer exceeds with a probability under
1e-6 a parameter. The seed is fixed, so a verdict never changes from run to run.
"""

from __future__ import annotations

from typing import Optional

import numpy as np

from ..frameworks.base import Initializer

Z = 5.0
# Fourth moment over the squared second one: decides the standard error of the mean square.
KURTOSIS = {"uniform": 1.8, "normal": 3.0, "truncated_normal": 2.3684}
# tf and jax cut a normal at two deviations of the untruncated one and rescale to the stated deviation.
TRUNCATED_BOUND = 2 / 0.87962566103423978
FEWEST = 30


def departure(values: np.ndarray, initializer: Initializer) -> Optional[str]:
    """What is wrong with ``values``, as a text, or ``None``.

    Below ``FEWEST`` values only bounds, finiteness and distinctness are asked.
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    if not flat.size or not np.isfinite(flat).all():
        return None if not flat.size else "values that are not finite"
    if initializer.kind == "constant":
        return None if (flat == constants(values, initializer)).all() else f"values from {flat.min():.6g} to {flat.max():.6g}"
    if initializer.kind == "orthogonal":
        return not_orthogonal(np.asarray(values, dtype=np.float64), initializer.scale)
    return out_of_bounds(flat, initializer) or repeated(flat) or (moments(flat, initializer) if flat.size >= FEWEST else None)


def constants(values: np.ndarray, initializer: Initializer) -> np.ndarray:
    """The constant, or each of several in its equal part of the last axis, over and over."""
    parts = np.atleast_1d(np.float32(initializer.scale))
    row = np.repeat(parts, max(1, np.shape(values)[-1] // len(parts))) if len(parts) > 1 else parts
    return np.resize(row, np.size(values))


def not_orthogonal(values: np.ndarray, gain: float) -> Optional[str]:
    """What is wrong with a matrix whose shorter side should be orthogonal, of length ``gain``."""
    matrix = values.reshape(-1, values.shape[-1])
    product = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
    wrong = np.abs(product - gain ** 2 * np.eye(len(product))).max()
    return None if wrong < 1e-4 * max(1.0, gain ** 2) else f"products of its rows or columns wrong by up to {wrong:.3g}"


def deviation(initializer: Initializer) -> float:
    """The standard deviation that the initializer documents."""
    return initializer.scale / np.sqrt(3) if initializer.kind == "uniform" else initializer.scale


def out_of_bounds(flat: np.ndarray, initializer: Initializer) -> Optional[str]:
    bounds = {"uniform": initializer.scale, "truncated_normal": TRUNCATED_BOUND * initializer.scale}
    bound = bounds.get(initializer.kind, np.inf)
    largest = np.abs(flat).max()
    return f"|value| up to {largest:.6g}, beyond {bound:.6g}" if largest > bound * (1 + 1e-5) else None


def repeated(flat: np.ndarray) -> Optional[str]:
    """Random values hardly ever coincide; filled, zeroed or tiled ones do."""
    distinct = len(np.unique(flat))
    return f"only {distinct} distinct values of {flat.size}" if distinct < 0.9 * flat.size else None


def moments(flat: np.ndarray, initializer: Initializer) -> Optional[str]:
    sigma = deviation(initializer)
    if abs(flat.mean()) > Z * sigma / np.sqrt(flat.size):
        return f"mean {flat.mean():.4g} (0 ± {Z * sigma / np.sqrt(flat.size):.2g})"
    error = Z * np.sqrt((KURTOSIS[initializer.kind] - 1) / flat.size)
    ratio = (flat ** 2).mean() / sigma ** 2
    return f"deviation {np.sqrt(ratio) * sigma:.4g} instead of {sigma:.4g}" if abs(ratio - 1) > error else None


def spelled(scale) -> str:
    return ", ".join(f"{number:.6g}" for number in np.atleast_1d(scale))
