"""What a PyTorch model says of itself: values, dimensions, reading, printing, asking, configuration."""

from __future__ import annotations

import copy
import dataclasses
import importlib.util
import math
from collections.abc import Mapping as AnyMapping
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional

import numpy as np

from .base import Initializer

INPUT_FACING = ("in_features", "in1_features", "in2_features", "in_channels", "num_features", "input_size", "embed_dim",
                "num_channels")
OTHERS = ("out_features", "out_channels", "hidden_size", "num_embeddings", "embedding_dim")

READS: Mapping[str, Callable[[Any], Any]] = {
    "data": lambda p: p.data,
    "grad": lambda p: p.grad,
    "shape": lambda p: p.shape,
    "size()": lambda p: p.size(),
    "ndim": lambda p: p.ndim,
    "dim()": lambda p: p.dim(),
    "stride()": lambda p: p.stride(),
    "numel()": lambda p: p.numel(),
    "len": len,
    "detach()": lambda p: p.detach(),
    "clone()": lambda p: p.clone(),
    "item()": lambda p: p.item(),
    "tolist()": lambda p: p.tolist(),
    "storage()": lambda p: p.storage(),
    "data_ptr()": lambda p: p.data_ptr(),
    "T": lambda p: p.T,
    "numpy()": lambda p: p.numpy(),
    "numpy.asarray": np.asarray,
    "float": float,
    "list": list,
    "p[0]": lambda p: p[0],
    "p + 1": lambda p: p + 1,
    "-p": lambda p: -p,
    "p == p": lambda p: p == p,
    "p @ p": lambda p: p @ p,
    "sum()": lambda p: p.sum(),
    "backward()": lambda p: p.backward(),
}
"""Every way to read a value, a size or a gradient.

Conversions (``p.double()``, ``p.to(…)``) are not among them: PyTorch documents that they are allowed.
"""


def devices(torch) -> Dict[str, List[str]]:
    """Devices by kind; ``torch_xla`` alone is asked for a TPU, since torch lists none."""
    gpus: List[str] = []
    tpus: List[str] = []
    for kind in ("cuda", "xpu"):
        backend = getattr(torch, kind, None)
        if backend is not None and backend.is_available():
            gpus += [f"{kind}:{index}" for index in range(backend.device_count())]
    mps = getattr(torch.backends, "mps", None)
    if mps is not None and mps.is_available():
        gpus.append("mps:0")
    if importlib.util.find_spec("torch_xla"):
        from torch_xla.core import xla_model
        tpus += map(str, xla_model.get_xla_supported_devices() or [])
    return {"cpu": ["cpu"], "gpu": gpus, "tpu": tpus}


def classes(torch, model) -> List[str]:
    """Class names of a module and of all modules inside it, and what is particular about the lazy ones."""
    return [name for module in model.modules() for name in (type(module).__name__, *particulars(torch, module))]


def particulars(torch, module) -> Iterator[str]:
    """``LazyBatchNorm1d with UninitializedBuffer``, ``Mine without LazyModuleMixin``."""
    name, lazy = type(module).__name__, getattr(torch.nn.parameter, "is_lazy", lambda tensor: False)
    if any(map(lazy, module.buffers(recurse=False))):
        yield f"{name} with UninitializedBuffer"
    if any(map(lazy, module.parameters(recurse=False))) and not isinstance(module, torch.nn.modules.lazy.LazyModuleMixin):
        yield f"{name} without LazyModuleMixin"


def flattened(torch, output: Any) -> Iterator[Any]:
    """Tensors and numbers of an output of any form; a distribution stands for its parameters."""
    if isinstance(output, (torch.Tensor, np.ndarray, bool, int, float, complex)):
        yield output
    elif isinstance(output, torch.distributions.Distribution):
        yield from flattened(torch, [getattr(output, name) for name in sorted(output.arg_constraints)])
    elif isinstance(output, AnyMapping):
        yield from flattened(torch, list(output.values()))
    elif dataclasses.is_dataclass(output):
        yield from flattened(torch, [getattr(output, item.name) for item in dataclasses.fields(output)])
    elif isinstance(output, (tuple, list)):
        for part in output:
            yield from flattened(torch, part)


def array(torch, leaf: Any) -> np.ndarray:
    """A copy of a tensor's values; a tensor on the meta device has a shape and no values, which reads as NaN."""
    if not isinstance(leaf, torch.Tensor):
        return np.array(leaf)
    tensor = leaf.detach()
    if tensor.device.type == "meta":
        return np.full(tuple(tensor.shape), np.nan)
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    # NumPy has no such types.
    if tensor.is_floating_point() and tensor.dtype not in (torch.float16, torch.float32, torch.float64):
        tensor = tensor.float()
    return tensor.cpu().numpy().copy()


def held(torch, tensor: Any) -> int:
    """Bytes behind an uninitialized parameter and its gradient."""
    with torch._C.DisableTorchFunction():
        # Uninitialized ones refuse numel(), so they are asked as the ordinary tensors that they also are.
        return sum(part.numel() * part.element_size() for part in (tensor.data, tensor.grad) if part is not None)


def declared(torch, model) -> Dict[str, Optional[int]]:
    """Dimensions by layer; a lazy layer spells an unknown one as 0, other libraries as -1."""
    found = {}
    for name, module in model.named_modules():
        lazy = isinstance(module, torch.nn.modules.lazy.LazyModuleMixin)
        for key in INPUT_FACING + OTHERS:
            size = vars(module).get(key)  # of its own, since some wrappers hand on the attributes of what they wrap
            if isinstance(size, int):
                unknown = size < 0 or lazy and size == 0 and key in INPUT_FACING
                found[f"{name}.{key}" if name else key] = None if unknown else size
    return found


def accesses(handles: Mapping[str, Any], kinds: tuple) -> Dict[str, Callable[[], Any]]:
    """All reads of the first uninitialized parameter of each class (parameter, buffer)."""
    firsts: Dict[type, tuple] = {}
    for name, tensor in handles.items():
        if isinstance(tensor, kinds):
            firsts.setdefault(type(tensor), (name, tensor))
    return {f"{read} of {name}": lambda read=read, tensor=tensor: READS[read](tensor)
            for name, tensor in firsts.values() for read in READS}


def display(model, handles: Mapping[str, Any], kinds: tuple) -> Dict[str, Callable[[], str]]:
    """All texts of the model and of one parameter, an uninitialized one while there is one."""
    shown = {"repr(model)": lambda: repr(model), "str(model)": lambda: str(model), "f'{model}'": lambda: f"{model}",
             "repr(state_dict())": lambda: repr(model.state_dict())}
    lazy_first = sorted(handles.values(), key=lambda tensor: not isinstance(tensor, kinds))
    for parameter in lazy_first[:1]:
        shown.update({"repr(parameter)": lambda: repr(parameter), "str(parameter)": lambda: str(parameter),
                      "f'{parameter}'": lambda: f"{parameter}"})
    return shown


def queries(torch, model) -> Dict[str, Callable[[], Any]]:
    """Everything that merely asks a module."""
    lazy = torch.nn.modules.lazy.LazyModuleMixin
    asked = {
        "parameters()": lambda: list(model.parameters()),
        "named_parameters()": lambda: dict(model.named_parameters()),
        "buffers()": lambda: list(model.buffers()),
        "named_buffers()": lambda: dict(model.named_buffers()),
        "modules()": lambda: list(model.modules()),
        "named_modules()": lambda: dict(model.named_modules()),
        "children()": lambda: list(model.children()),
        "named_children()": lambda: dict(model.named_children()),
        "state_dict()": lambda: model.state_dict(),
        "state_dict(keep_vars=True)": lambda: model.state_dict(keep_vars=True),
        "has_uninitialized_params()": lambda: [m.has_uninitialized_params() for m in model.modules() if isinstance(m, lazy)],
        "counting": lambda: sum(parameter.numel() for parameter in model.parameters()),
        "sizes": lambda: [parameter.size() for parameter in model.parameters()],
        "dtypes": lambda: [parameter.dtype for parameter in model.parameters()],
        "devices": lambda: [parameter.device for parameter in model.parameters()],
        "requires_grad": lambda: [parameter.requires_grad for parameter in model.parameters()],
        "parameters_to_vector": lambda: torch.nn.utils.parameters_to_vector(model.parameters()),
        "isnan": lambda: [torch.isnan(parameter).any() for parameter in model.parameters()],
        "hash": lambda: {parameter for parameter in model.parameters()},
        "training": lambda: model.training,
        "dir": lambda: dir(model),
    }
    if hasattr(torch.nn.Module, "get_parameter"):
        asked["get_parameter()"] = lambda: [model.get_parameter(name) for name, _ in model.named_parameters()]
    return asked


def configuration(model) -> Dict[str, Any]:
    """Class, plain attributes, attribute names, hooks and state keys of every module, and the whole repr."""
    found: Dict[str, Any] = {"repr": repr(model), "state_keys": list(model.state_dict())}
    for name, module in model.named_modules():
        prefix = f"{name}." if name else ""
        found[f"{prefix}class"] = type(module).__qualname__
        found[f"{prefix}attributes"] = sorted(vars(module))
        for key, value in vars(module).items():
            if key.endswith("_hooks"):
                found[prefix + key] = len(value)
            elif plain(value):
                found[prefix + key] = value
    return found


def plain(value: Any) -> bool:
    """Data that two models can be compared by; parameters, modules and functions are compared elsewhere."""
    if isinstance(value, (tuple, list)):
        return all(map(plain, value))
    return value is None or isinstance(value, (bool, int, float, str))


def initializers(torch, model) -> Dict[str, Initializer]:
    """Documented first values of the layers whose documentation states them; subclasses may do otherwise."""
    known = {name for name, _ in model.named_parameters()}
    found = {}
    for prefix, module in model.named_modules():
        for name, parameter in module.named_parameters(recurse=False):
            full = f"{prefix}.{name}" if prefix else name
            initializer = documented(torch, module, name)
            if full in known and initializer:
                found[full] = initializer
    return found


def documented(torch, module, name: str) -> Optional[Initializer]:
    nn, kind = torch.nn, type(module)
    source = f"torch.nn.{kind.__name__}, Variables"
    convolutions = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    if kind in (nn.Linear,) + convolutions:
        # groups / (C_in · kernel) for a convolution and groups / (C_out · kernel) for a transposed one: in
        # either layout the product of all axes of the weight but the first.
        return Initializer("uniform", 1 / math.sqrt(max(1, math.prod(module.weight.shape[1:]))), source)
    if kind is nn.Bilinear:
        return Initializer("uniform", 1 / math.sqrt(module.weight.shape[1]), source)
    if kind in (nn.RNN, nn.LSTM, nn.GRU, nn.RNNCell, nn.LSTMCell, nn.GRUCell):
        return Initializer("uniform", 1 / math.sqrt(module.hidden_size), source)
    if kind is nn.Embedding and module.padding_idx is None:
        return Initializer("normal", 1.0, source)
    norms = tuple(getattr(nn, f"{norm}Norm{d}d") for norm in ("Batch", "Instance") for d in (1, 2, 3))
    if kind in norms + (nn.SyncBatchNorm, nn.LayerNorm, nn.GroupNorm) and name in ("weight", "bias"):
        return Initializer("constant", float(name == "weight"), source)
    return None


def state(model, kinds: tuple) -> Any:
    """A ``state_dict`` with values of its own; uninitialized entries have none to copy."""
    found = copy.copy(model.state_dict())
    for key, value in found.items():
        found[key] = value.clone() if hasattr(value, "clone") and not isinstance(value, kinds) else value
    return found
