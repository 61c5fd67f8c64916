"""Every route by which PyTorch sets dtype, device and trainability of a whole model before its first pass."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterator, List, Mapping

from .base import Batch, Placement
from .torch_compiler import uncompiled
from .torch_routes import copies


def placements(torch, place: str) -> List[Placement]:
    """Every route to dtype, device and trainability before the first pass."""
    return [*to_double(torch, place), *other_types(torch), *defaults(torch), *trainability(torch),
            *devices(torch, place), *to_meta(torch, place)]


def to_double(torch, place: str) -> Iterator[Placement]:
    """Whole-module conversions to float64, and what a converted model goes through before its first pass."""
    double = torch.float64

    def each_parameter(model):
        for parameter in model.parameters():
            parameter.data = parameter.data.to(double)
        for buffer in model.buffers():
            buffer.data = buffer.data.to(double) if buffer.dtype.is_floating_point else buffer.data
        return model
    conversions: Mapping[str, Callable[[Any], Any]] = {
        "Module.double()": lambda model: model.double(),
        "Module.to(float64)": lambda model: model.to(double),
        "Module.to(device, float64)": lambda model: model.to(place, double),
        "Module.to(tensor)": lambda model: model.to(torch.zeros((), dtype=double, device=place)),
        "Module.type(float64)": lambda model: model.type(double),
        "Module.to(float64, memory_format)": lambda model: model.to(dtype=double, memory_format=torch.channels_last),
        "Parameter.data = data.double()": each_parameter,
        "Module.double() twice": lambda model: model.double().double(),
        **{f"Module.double(), {name}": lambda model, route=route: route(model.double())
           for name, route in copies(torch).items()},
    }
    for name, prepare in conversions.items():
        yield Placement(name, {"dtype": "float64"}, prepare, input_dtype="float64")
    for flag in ("overwrite_module_params_on_conversion", "swap_module_params_on_conversion"):
        if hasattr(torch.__future__, f"set_{flag}"):
            yield Placement(f"Module.double() with {flag}", {"dtype": "float64"}, lambda model: model.double(),
                            around=lambda flag=flag: future(torch, flag), input_dtype="float64")


@contextlib.contextmanager
def future(torch, flag: str) -> Iterator[None]:
    """One of the flags of ``torch.__future__`` set, and put back."""
    setting = getattr(torch.__future__, f"set_{flag}")
    before = getattr(torch.__future__, f"get_{flag}")()
    setting(True)
    try:
        yield
    finally:
        setting(before)


def other_types(torch) -> Iterator[Placement]:
    """The narrow types in which this build computes, by method and by ``to``; a detour through each of them."""
    for dtype, method in ((torch.bfloat16, "bfloat16"), (torch.float16, "half")):
        if computes(torch, dtype):
            name, due = str(dtype).split(".")[-1], {"dtype": str(dtype).split(".")[-1]}
            narrow = cast(torch, dtype=dtype)
            yield Placement(f"Module.{method}()", due, lambda model, method=method: getattr(model, method)(), convert=narrow)
            yield Placement(f"Module.to({name})", due, lambda model, dtype=dtype: model.to(dtype), convert=narrow)
    for method in ("bfloat16", "half", "double"):
        yield Placement(f"Module.{method}().float()", {"dtype": "float32"},
                        lambda model, method=method: getattr(model, method)().float())


def computes(torch, dtype) -> bool:
    """Whether ordinary layers compute in a type; where they do not there is nothing to ask of lazy ones."""
    nn = torch.nn
    layers = (nn.Conv1d(1, 2, 1), nn.BatchNorm1d(2), nn.Sigmoid(), nn.Dropout(), nn.Flatten(), nn.Linear(6, 2))
    try:
        with torch.random.fork_rng([]):
            nn.Sequential(*layers).to(dtype)(torch.ones(2, 1, 3, dtype=dtype))
    except RuntimeError:
        return False
    return True


def cast(torch, **where: Any) -> Callable[[Batch], Batch]:
    """Convert the floating tensors of an input as ``Tensor.to(**where)`` does."""
    def moved(leaf):
        floating = isinstance(leaf, torch.Tensor) and leaf.is_floating_point()
        return leaf.to(**where) if floating else leaf
    return lambda batch: Batch(tuple(map(moved, batch.args)), {key: moved(leaf) for key, leaf in batch.kwargs.items()})


def defaults(torch) -> Iterator[Placement]:
    """The default dtype at construction decides; one that is set later does not."""
    def set_late(model):
        torch.set_default_dtype(torch.float64)
        return model
    yield Placement("set_default_dtype(float64)", {"dtype": "float64"},
                    around=lambda: default_dtype(torch, torch.float64), input_dtype="float64")
    yield Placement("set_default_dtype(float64) after construction", {"dtype": "float32"}, set_late,
                    around=lambda: default_dtype(torch, torch.float32))


@contextlib.contextmanager
def default_dtype(torch, dtype) -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def trainability(torch) -> Iterator[Placement]:
    """Freezing, and what a frozen model goes through before its first pass; ``no_grad`` freezes nothing."""
    def by_attribute(model):
        for parameter in model.parameters():
            parameter.requires_grad = False
        return model

    def by_method(model):
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        return model
    frozen = {"trainable": False}
    yield Placement("Parameter.requires_grad = False", frozen, by_attribute)
    yield Placement("Parameter.requires_grad_(False)", frozen, by_method)
    yield Placement("Module.requires_grad_(False)", frozen, lambda model: model.requires_grad_(False))
    yield Placement("frozen, Module.double()", {**frozen, "dtype": "float64"}, lambda model: by_attribute(model).double(),
                    input_dtype="float64")
    yield Placement("Module.double(), frozen", {**frozen, "dtype": "float64"}, lambda model: by_attribute(model.double()),
                    input_dtype="float64")
    yield Placement("built in no_grad", {"trainable": True}, around=torch.no_grad)


def devices(torch, place: str) -> Iterator[Placement]:
    """Routes to the device on which the harness stands."""
    kind, due = torch.device(place).type, {"device": place}
    yield Placement("Module.to(device)", due, lambda model: model.to(place))
    yield Placement("Module.to(memory_format)", due, lambda model: model.to(memory_format=torch.channels_last))
    if hasattr(torch.nn.Module, kind):
        yield Placement(f"Module.{kind}()", due, lambda model: getattr(model, kind)())
    if hasattr(torch.nn.Module, "to_empty"):
        yield Placement("Module.to_empty(device)", due, lambda model: model.to_empty(device=place))


def to_meta(torch, place: str) -> Iterator[Placement]:
    """The meta device: a second place on every machine, from the version on that documents it for modules."""
    if not hasattr(torch.nn.utils, "skip_init"):
        return
    due, convert = {"device": "meta"}, cast(torch, device="meta")
    around = lambda: cheap(torch, contextlib.nullcontext())
    yield Placement("Module.to(meta)", due, lambda model: model.to("meta"), around, convert=convert)
    yield Placement("Module.to_empty(meta)", due, lambda model: model.to_empty(device="meta"), around, convert=convert)
    if hasattr(torch, "set_default_device") and place == "cpu":
        def set_late(model):
            torch.set_default_device("meta")
            return model
        yield Placement("with torch.device(meta)", due, around=lambda: cheap(torch, torch.device("meta")), convert=convert)
        for name, route in copies(torch).items():
            def copied(model, route=route):
                with torch.device(place):  # so that the default is not what puts the copy where the original is
                    return route(model)
            yield Placement(f"with torch.device(meta), {name}", due, copied, lambda: cheap(torch, torch.device("meta")), convert=convert)
        yield Placement("set_default_device(meta)", due, around=lambda: cheap(torch, default_device(torch, "meta")), convert=convert)
        yield Placement("set_default_device(meta) after construction", {"device": place}, set_late,
                        around=lambda: default_device(torch, place))


@contextlib.contextmanager
def cheap(torch, mode) -> Iterator[None]:
    """``mode``, in which dense layers of meta tensors compute their shapes: torch's own import a solver for that (seconds)."""
    functional = torch.nn.functional
    linear, relu = functional.linear, functional.relu

    def linear_shape(input, weight, bias=None):
        fits = input.device.type == weight.device.type == "meta" and input.dim() > 1 and input.shape[-1] == weight.shape[-1]
        if not fits:
            return linear(input, weight, bias)
        # Of both operands, so that the result is mapped where either of them is.
        return input.new_empty((*input.shape[:-1], weight.shape[0])) + weight.new_empty(())

    def relu_shape(input, inplace=False):
        return input if input.device.type == "meta" else relu(input, inplace)
    functional.linear, functional.relu = linear_shape, relu_shape
    try:
        with uncompiled(torch), mode:
            yield
    finally:
        functional.linear, functional.relu = linear, relu


@contextlib.contextmanager
def default_device(torch, device: str) -> Iterator[None]:
    torch.set_default_device(device)
    try:
        yield
    finally:
        torch.set_default_device(None)
