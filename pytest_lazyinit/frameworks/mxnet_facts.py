"""Facts of a Gluon block: its layers, its parameters and what they say of themselves.

Plain functions of Gluon objects; the framework itself arrives as the argument ``mx``.
"""

from __future__ import annotations

import contextlib
import math
import re
from typing import Any, Iterator, Mapping, Optional

import numpy as np

from . import mxnet_generations as generations
from .base import Initializer, Parameter

# What an unknown dimension looks like: 0 under classic semantics, -1 under NumPy's.
UNKNOWN = (0, -1)
# How layers report dimensions: Dense(-1 -> 256, …), Conv2D(None -> 6, …), BatchNorm(…, in_channels=None).
MAPPING = re.compile(r"^\w+\((-?\d+|None) -> (-?\d+|None)\b")
CHANNELS = re.compile(r"\bin_channels=(-?\d+|None)\b")
# Automatic counters: dense12_weight, hybridsequential3_ (.
COUNTER = re.compile(r"([a-z])\d+_")


@contextlib.contextmanager
def semantics(mx, numpy: bool) -> Iterator[None]:
    """NumPy or classic semantics inside, whatever holds outside; both flags as they were afterwards."""
    # MXNet refuses arrays without shapes, so shapes go on first and off last.
    scopes = (mx.util.np_shape, mx.util.np_array)
    with contextlib.ExitStack() as stack:
        for scope in scopes if numpy else reversed(scopes):
            stack.enter_context(scope(numpy))
        yield


def uses_numpy(mx, built) -> bool:
    """Whether a block was made for NumPy semantics.

    Its class is decorated with ``use_np``, or the semantics was on when it was built, as it is after
    ``npx.set_np()``. A block that has an attribute ``numpy_semantics`` says it itself.
    """
    constructor = getattr(type(built).__init__, "__code__", None)
    decorated = constructor is not None and constructor.co_name in ("_with_np_shape", "_with_np_array")
    return decorated or bool(mx.util.is_np_array())


def blocks(block, path: str = "") -> Iterator[tuple]:
    """``(path, block)`` of a block and of all blocks inside it, in the order of registration."""
    yield path, block
    for name, child in generations.children(block):
        yield from blocks(child, f"{path}.{name}" if path else name)


def named(model) -> Mapping[str, Any]:
    """Parameter objects by structural name (``0.weight``), a shared one once, by its first name."""
    found = {}
    for name, parameter in model._collect_params_with_prefix().items():
        found.setdefault(id(parameter), (name, parameter))
    # A parameter that is not an attribute of its block is in the block's dictionary only.
    for name, parameter in model.collect_params().items():
        found.setdefault(id(parameter), (COUNTER.sub(r"\1_", name), parameter))
    return dict(found.values())


def peculiarities(model) -> list:
    """What besides the classes of layers a deviation can speak of: the kind of arrays and of parameters, a fixed plan of memory."""
    arrays = "mx.np.ndarray" if model.numpy_semantics else "mx.nd.NDArray"
    kinds = {type(parameter).__name__ for parameter in named(model).values()} - {"Parameter"}
    static = any(("static_shape", True) in getattr(block, "_flags", ()) for _, block in blocks(model))
    return [arrays, *sorted(kinds), *(["static_shape"] if static else [])]


def touched(parameter) -> bool:
    """Whether ``initialize()`` or a load has reached a parameter; Gluon has no public word for it."""
    return parameter._data is not None or bool(parameter._deferred_init)


def unfilled(parameter) -> bool:
    """Whether a parameter has no values."""
    return parameter._data is None


def unknown(parameter) -> bool:
    """Whether a parameter has no values and no shape either, so that ``initialize()`` must wait."""
    return unfilled(parameter) and (parameter.shape is None or any(size in UNKNOWN for size in parameter.shape))


def buffer(mx, parameter) -> bool:
    """Whether a parameter is no subject of learning by its nature: running statistics, constants."""
    return not parameter._differentiable or isinstance(parameter, mx.gluon.Constant)


def described(mx, name: str, parameter) -> Parameter:
    """What one parameter says of itself."""
    shape = parameter.shape
    return Parameter(
        name=name,
        shape=None if shape is None else tuple(None if size in UNKNOWN else int(size) for size in shape),
        initialized=parameter._data is not None,
        dtype=np.dtype(parameter.dtype).name,
        device=", ".join(map(str, generations.places(parameter))) if touched(parameter) else None,
        trainable=parameter.grad_req != "null",
        buffer=buffer(mx, parameter),
    )


def held(parameter) -> int:
    """Bytes of the arrays in and beside a parameter: values, gradients, values waiting to be set."""
    waiting = [value for value in parameter._deferred_init[3:] if value is not None]
    arrays = list(parameter._data or ()) + list(parameter._grad or ()) + waiting
    return sum(array.size * np.dtype(array.dtype).itemsize for array in arrays)


def declared(model) -> Mapping[str, Optional[int]]:
    """Dimensions that layers report. Only their repr does: ``Dense`` has no public attribute for them."""
    found = {}
    for path, block in blocks(model):
        text, prefix = repr(block) if block._reg_params else "", f"{path}." if path else ""
        mapping, channels = MAPPING.search(text), CHANNELS.search(text)
        if mapping:
            found[prefix + "in_units"], found[prefix + "units"] = map(size, mapping.groups())
        elif channels:
            found[prefix + "in_channels"] = size(channels.group(1))
    return found


def size(text: str) -> Optional[int]:
    """A dimension from its text, ``None`` for the signs of an unknown one."""
    return None if text == "None" or int(text) in UNKNOWN else int(text)


def configuration(model) -> Mapping[str, Any]:
    """Plain data in which a lazily initialized model agrees with its eager twin; not what a recurrent layer notes of its last call."""
    found = {"repr": COUNTER.sub(r"\1_", repr(model)), "state_keys": sorted(model._collect_params_with_prefix())}
    for path, block in blocks(model):
        prefix = f"{path}." if path else ""
        found[prefix + "class"] = type(block).__name__
        found[prefix + "hooks"] = (len(block._forward_hooks), len(block._forward_pre_hooks))
        found.update({prefix + key: value for key, value in sorted(vars(block).items())
                      if not key.startswith("_") and key != "skip_states" and isinstance(value, (bool, int, float, str, tuple))})
    for name, parameter in named(model).items():
        keys = ("grad_req", "lr_mult", "wd_mult")
        found.update({f"{name}.{key}": getattr(parameter, key) for key in keys})
    return found


def initializers(mx, model, plain: bool) -> Mapping[str, Initializer]:
    """Those that are known; where no plain ``initialize()`` was called, of parameters with an ``init`` of their own alone."""
    known = {name: p for name, p in named(model).items() if p._data and (plain or p.init is not None)}
    found = {name: initializer(mx, parameter) for name, parameter in known.items()}
    return {name: initializer for name, initializer in found.items() if initializer is not None}


def initializer(mx, parameter) -> Optional[Initializer]:
    """The documented distribution of a parameter after a plain ``initialize()``, if it is a known one.

    A parameter's own ``init`` comes first, ``Uniform()`` of ``Block.initialize`` otherwise. An
    initializer of a parameter fills it as a weight, whatever the parameter's name.
    """
    own = mx.init.Uniform() if parameter.init is None else mx.init.create(parameter.init)
    kind, source = type(own).__name__, f"mxnet.initializer.{type(own).__name__}"
    if kind in ("Zero", "One"):
        return Initializer("constant", float(kind == "One"), source)
    if kind == "Constant" and np.isscalar(own.value):
        return Initializer("constant", float(own.value), source)
    if kind in ("Uniform", "Normal"):
        return Initializer(kind.lower(), float(own.scale if kind == "Uniform" else own.sigma), source)
    if kind in ("Xavier", "MSRAPrelu") and parameter.shape is not None and len(parameter.shape) > 1:
        return Initializer("normal" if own.rnd_type == "gaussian" else "uniform", xavier_scale(own, parameter.shape), source)
    return None


def xavier_scale(own, shape: tuple) -> float:
    """The scale that ``Xavier`` documents: by fan in, fan out or their mean, times the receptive field."""
    field = math.prod(shape[2:])
    fans = {"in": shape[1] * field, "out": shape[0] * field, "avg": (shape[0] + shape[1]) * field / 2}
    return math.sqrt(own.magnitude / fans[own.factor_type])
