"""Eager twins of the layers of Flax linen: whole shapes declared under the same names, and the layer's formula written anew.

Linen derives a parameter's key from its path, so the values of a layer and its twin agree bit for bit. Imported by the recipes
once Flax is there.
"""

from __future__ import annotations

import functools
import math
from typing import Any, Callable, Dict, Mapping, Sequence, Tuple

import jax
import numpy as np
from flax import linen as nn
from flax import traverse_util as flatten
from jax import lax
from jax import numpy as jnp

lecun, orthogonal = nn.initializers.lecun_normal(), nn.initializers.orthogonal()
zeros, ones = nn.initializers.zeros, nn.initializers.ones
Declared = Tuple[str, Callable, tuple]


class Held(nn.Module):
    """Parameters with declared shapes, and no pass but to hand them out; those of inner layers under their paths."""

    declared: Sequence[Declared]

    @nn.compact
    def __call__(self) -> Dict[str, Any]:
        return held(self, self.declared)


def held(module, declared: Sequence[Declared]) -> Dict[str, Any]:
    found, inner = {}, {}
    for path, first, shape in declared:
        layer, _, rest = path.partition("/")
        if rest:
            inner.setdefault(layer, []).append((rest, first, shape))
        else:
            found[path] = module.param(path, first, shape)
    for layer, parts in inner.items():
        found.update({f"{layer}/{name}": value for name, value in Held(tuple(parts), name=layer)().items()})
    return found


class Eager(nn.Module):
    """A layer that asks the data for nothing; ``keywords`` is the order of inputs that are given by name."""

    declared: Sequence[Declared]
    formula: Callable
    keywords: Sequence[str] = ()

    @nn.compact
    def __call__(self, *inputs: Any, **named: Any) -> Any:
        return self.formula(held(self, self.declared), *inputs, *(named[name] for name in self.keywords or named))


@functools.lru_cache(maxsize=None)
def of_name(name: str) -> type:
    """`Eager` under a layer's own name, which a report compares."""
    return type(name, (Eager,), {})


def eager(name: str, formula: Callable, declared: Sequence[Declared], keywords: Sequence[str] = ()) -> nn.Module:
    return of_name(name)(tuple(entry for entry in declared if entry), formula, tuple(keywords))


def computed(twin: nn.Module, values: Mapping[str, Any], arrays: Sequence[Any], stepped: bool = False) -> Tuple[np.ndarray, ...]:
    """What a twin makes of given parameters; ``stepped`` of a cell's input and carry."""
    paths = {name: tuple(name.split("/")) for name in values}
    tree = flatten.unflatten_dict({path if path[0] == "batch_stats" else ("params", *path): values[name] for name, path in paths.items()})
    named = {"inputs": arrays[0], "carry": tuple(arrays[1:]) if arrays[2:] else arrays[1]} if stepped else {}
    found, _ = twin.apply(tree, *(() if stepped else arrays), mutable=["batch_stats"], **named)
    return tuple(map(np.asarray, jax.tree_util.tree_leaves(found)))


# -- linear ---------------------------------------------------------------------------------------------------------------


def affine(of: Dict[str, Any], x: Any, layer: str = "") -> Any:
    bias = of.get(f"{layer}bias")
    found = jnp.tensordot(x, of[f"{layer}kernel"], 1)
    return found if bias is None else found + bias


def dense(width: int, units: int, bias: bool = True) -> nn.Module:
    return eager("Dense", affine, [("kernel", lecun, (width, units)), bias and ("bias", zeros, (units,))])


def flat(rows: int, shape: tuple) -> Callable:
    """The initializer of a matrix whose sides are several axes each."""
    return lambda key, _, dtype=jnp.float32: jnp.reshape(lecun(key, (rows, math.prod(shape) // rows), dtype), shape)


def dense_general(equation: str, shape: tuple, rows: int, biases: tuple, spread: tuple = ()) -> nn.Module:
    """``spread`` is the shape of the bias beside the output, where that is not its end."""
    def formula(of, x):
        found = jnp.einsum(equation, x, of["kernel"])
        return found + jnp.reshape(of["bias"], spread or biases)
    return eager("DenseGeneral", formula, [("kernel", flat(rows, shape), shape), ("bias", zeros, biases)])


def gated(width: int, units: int) -> nn.Module:
    def formula(of, x):
        found = affine(of, x, "Dense_0/")
        return found[..., :units] * jax.nn.gelu(found[..., units:])
    return eager("GeGLU", formula, [("Dense_0/kernel", lecun, (width, 2 * units)), ("Dense_0/bias", zeros, (2 * units,))])


# -- convolutions -----------------------------------------------------------------------------------------------------------


def batched(run: Callable, dims: int) -> Callable:
    """``run`` on one batch axis, made of all the leading ones or of none."""
    def formula(of, x):
        leading = x.shape[:-dims - 1]
        found = run(of, jnp.reshape(x, (math.prod(leading), *x.shape[-dims - 1:])))
        return jnp.reshape(found, (*leading, *found.shape[1:])) + of.get("bias", 0)
    return formula


def numbers(dims: int) -> Tuple[str, str, str]:
    space = "DHW"[-dims:]
    return f"N{space}C", f"{space}IO", f"N{space}C"


def conv(width: int, units: int, kernel: tuple, bias: bool = True, strides: int = 1, padding: Any = "SAME", groups: int = 1, dilation: int = 1,
         spread: int = 1, wrap: bool = False) -> nn.Module:
    dims = len(kernel)

    def run(of, x):
        reach = [(size - 1) * dilation + 1 for size in kernel]
        x = jnp.pad(x, [(0, 0), *[((size - 1) // 2, size // 2) for size in reach], (0, 0)], mode="wrap") if wrap else x
        return lax.conv_general_dilated(x, of["kernel"], (strides,) * dims, "VALID" if wrap else padding, (spread,) * dims, (dilation,) * dims,
                                        numbers(dims), groups)
    return eager("Conv", batched(run, dims), [("kernel", lecun, (*kernel, width // groups, units)), bias and ("bias", zeros, (units,))])


def conv_local(width: int, units: int, kernel: tuple, size: tuple, bias: bool = True) -> nn.Module:
    """``size`` is the image's, of which each place has a kernel of its own."""
    dims, rows = len(kernel), math.prod(kernel) * width

    def run(of, x):
        return lax.conv_general_dilated_local(x, of["kernel"], (1,) * dims, "SAME", kernel, (1,) * dims, (1,) * dims, numbers(dims))
    return eager("ConvLocal", batched(run, dims), [("kernel", lecun, (*size, rows, units)), bias and ("bias", zeros, (*size, units))])


def conv_transpose(width: int, units: int, kernel: tuple, bias: bool = True, strides: int = 1, padding: Any = "SAME", dilation: int = 1,
                   transposed: bool = False) -> nn.Module:
    dims = len(kernel)

    def run(of, x):
        return lax.conv_transpose(x, of["kernel"], (strides,) * dims, padding, (dilation,) * dims, transpose_kernel=transposed)
    sides = (units, width) if transposed else (width, units)
    return eager("ConvTranspose", batched(run, dims), [("kernel", lecun, (*kernel, *sides)), bias and ("bias", zeros, (units,))])


# -- normalizations -----------------------------------------------------------------------------------------------------------


def norm(name: str, shape: tuple, axes: Callable[[int], tuple], scale: bool = True, bias: bool = True, centred: bool = True,
         groups: int = 0, epsilon: float = 1e-6) -> nn.Module:
    """``(x - mean) / sqrt(variance + epsilon)`` over the ``axes`` of an input of some rank; over ``groups`` of the last axis too."""
    def formula(of, x):
        parts = jnp.reshape(x, (*x.shape[:-1], groups, x.shape[-1] // groups)) if groups else x
        parts = parts - parts.mean(axes(parts.ndim), keepdims=True) if centred else parts
        found = parts / jnp.sqrt((parts ** 2).mean(axes(parts.ndim), keepdims=True) + epsilon)
        return jnp.reshape(found, x.shape) * of.get("scale", 1) + of.get("bias", 0)
    return eager(name, formula, [scale and ("scale", ones, shape), bias and ("bias", zeros, shape)])


def last(rank: int) -> tuple:
    return (rank - 1,)


def places(rank: int) -> tuple:
    """All axes but the batch and the features."""
    return tuple(range(1, rank - 1))


def grouped(rank: int) -> tuple:
    """All axes but the batch and the groups, which stand last but one."""
    return (*range(1, rank - 2), rank - 1)


class Statistics(nn.Module):
    """A batch normalization with declared features; its variance is the mean square less the squared mean, as the layer's."""

    features: int
    axis: int
    momentum: float
    declared: Sequence[Declared]
    use_running_average: bool = False

    @nn.compact
    def __call__(self, x: Any) -> Any:
        mean = self.variable("batch_stats", "mean", jnp.zeros, (self.features,))
        var = self.variable("batch_stats", "var", jnp.ones, (self.features,))
        of, own = held(self, self.declared), self.axis % x.ndim
        others = tuple(axis for axis in range(x.ndim) if axis != own)
        used = mean.value, var.value
        if not self.use_running_average:
            middle = x.mean(others)
            used = middle, jnp.maximum(0.0, jnp.square(x).mean(others) - jnp.square(middle))
            if not self.is_initializing():
                mean.value, var.value = (self.momentum * kept.value + (1 - self.momentum) * new for kept, new in zip((mean, var), used))
        shape = [self.features if axis == own else 1 for axis in range(x.ndim)]
        neutral = jnp.ones(self.features), jnp.zeros(self.features)
        middle, spread, scale, bias = (jnp.reshape(part, shape) for part in (*used, of.get("scale", neutral[0]), of.get("bias", neutral[1])))
        return (x - middle) * (jax.lax.rsqrt(spread + 1e-5) * scale) + bias


BatchNorm = type("BatchNorm", (Statistics,), {})


def batch_norm(width: int, axis: int = -1, momentum: float = 0.99, scale: bool = True, bias: bool = True) -> nn.Module:
    declared = tuple(entry for entry in (scale and ("scale", ones, (width,)), bias and ("bias", zeros, (width,))) if entry)
    return BatchNorm(width, axis, momentum, declared)
