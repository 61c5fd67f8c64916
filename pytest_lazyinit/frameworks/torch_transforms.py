"""What PyTorch offers around a whole lazy module: shape-only passes, compilers, calls with other values, wrappers."""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
from typing import Any, Callable, Dict, Iterator, Mapping

from .base import Batch, NotOffered
from .torch_compiler import uncompiled
from .torch_placements import cast, cheap
from .transforms import Compiled, Inferred


# -- shapes alone -----------------------------------------------------------------------------------------------------


def abstractions(torch, adapter) -> Dict[str, Callable[[Callable[[], Any], Batch], Inferred]]:
    """A pass on the meta device or under fake tensors, of a copy or of a model that is built there."""
    to_meta = cast(torch, device="meta")

    def built_on_meta(build, batch):
        with cheap(torch, torch.device("meta")):
            model = build()
            adapter.run(model, to_meta(batch))
        return Inferred(shapes(adapter, model), allocated(torch, adapter, model))

    def moved_to_meta(build, batch):
        model = build()
        copied = copy.deepcopy(model).to("meta")
        with cheap(torch, contextlib.nullcontext()):
            adapter.run(copied, to_meta(batch))
        return Inferred(shapes(adapter, copied), allocated(torch, adapter, copied), model)

    def fake(build, batch):
        model = build()
        with fake_mode(torch) as convert:
            adapter.run(model, convert(batch))
        return Inferred(shapes(adapter, model), allocated(torch, adapter, model), model)

    def built_fake(build, batch):
        with fake_mode(torch) as convert:
            model = build()
            adapter.run(model, convert(batch))
        return Inferred(shapes(adapter, model), allocated(torch, adapter, model))
    found = {"a copy moved to meta": moved_to_meta}
    if hasattr(torch, "set_default_device"):
        found["built on meta"] = built_on_meta
    if hasattr(torch, "compile"):
        found.update({"FakeTensorMode": fake, "built in FakeTensorMode": built_fake})
    return found


@contextlib.contextmanager
def fake_mode(torch) -> Iterator[Callable[[Batch], Batch]]:
    """Tensors that have a shape and no values, and what makes such of a batch."""
    from torch._subclasses.fake_tensor import FakeTensorMode
    mode = FakeTensorMode(allow_non_fake_inputs=True)  # as an eager model with its real parameters needs it

    def convert(batch: Batch) -> Batch:
        def faked(leaf):
            return mode.from_tensor(leaf) if isinstance(leaf, torch.Tensor) else leaf
        return Batch(tuple(map(faked, batch.args)), {key: faked(leaf) for key, leaf in batch.kwargs.items()})
    with uncompiled(torch), mode:
        yield convert


def shapes(adapter, model) -> Mapping[str, Any]:
    return {fact.name: fact.shape for fact in adapter.parameters(model)}


def allocated(torch, adapter, model) -> int:
    """Bytes of tensors with values: those on the meta device, of which fake tensors are, have none."""
    held = 0
    for tensor in adapter.handles(model).values():
        with torch._C.DisableTorchFunction():
            inner = tensor.data
            held += 0 if inner.device.type == "meta" or type(inner).__name__ == "FakeTensor" else inner.numel() * inner.element_size()
    return held


# -- compiled, traced, mapped -------------------------------------------------------------------------------------------


def compilations(torch, adapter) -> Dict[str, Compiled]:
    """``torch.compile`` with a backend that generates no code, scripting, tracing, exporting, symbolic tracing, mapping."""
    called_plainly(adapter)
    found = {
        "jit.script": Compiled(lambda model, batch: torch.jit.script(model)),
        "jit.trace": Compiled(lambda model, batch: torch.jit.trace(model, one_input(batch), check_trace=False)),
    }
    if hasattr(torch, "fx") and hasattr(torch.fx, "symbolic_trace"):
        found["fx.symbolic_trace"] = Compiled(lambda model, batch: torch.fx.symbolic_trace(model))
    if hasattr(torch, "func"):
        # The default refuses random numbers, with which a first pass draws values.
        found["func.vmap"] = Compiled(lambda model, batch: mapped(torch, model), poisonable=True)
        found["func.vmap, randomness=same"] = Compiled(lambda model, batch: mapped(torch, model, randomness="same"), poisonable=True)
    if hasattr(torch, "compile"):
        found["compile"] = Compiled(lambda model, batch: compiled(torch, model), costly=True)
        found["compile, dynamic=True"] = Compiled(lambda model, batch: compiled(torch, model, dynamic=True), costly=True)
    # The first release with an exporter could not run what it exported of batch statistics, eager ones either.
    if hasattr(torch, "export") and hasattr(torch.export, "Dim"):
        found["export"] = Compiled(lambda model, batch: exported(torch, model, batch), sizes=False, costly=True)
    return found


def called_plainly(adapter) -> None:
    """What traces or replaces a model runs its ``forward``, with the input alone."""
    if any(how is not None for how in (adapter.calls.call, adapter.calls.first_pass, adapter.calls.train)):
        raise NotOffered("PyTorch transforms a module's forward, and this model is called, initialized or told its mode in another way.")


def one_input(batch: Batch) -> tuple:
    if batch.kwargs:
        raise NotOffered("torch.jit.trace takes positional inputs.")
    return tuple(batch.args)


def compiled(torch, model, **how: Any):
    import torch._dynamo
    torch._dynamo.reset()
    return torch.compile(model, backend="eager", **how)


def exported(torch, model, batch: Batch):
    strict = {"strict": False} if "strict" in inspect.signature(torch.export.export).parameters else {}
    program = torch.export.export(model, tuple(batch.args), dict(batch.kwargs), **strict)
    return program.module() if hasattr(program, "module") else program


def mapped(torch, model, **how: Any):
    """Each row of the batch by itself, in a batch of one."""
    inner = torch.func.vmap(lambda *rows: model(*(row[None] for row in rows)), **how)
    return lambda *inputs: inner(*inputs)[:, 0]


# -- other values ---------------------------------------------------------------------------------------------------------


def functionals(torch, adapter) -> Dict[str, Callable[[Any, Any, Batch], Any]]:
    """Calls of a module with the parameters of another one, by every spelling that the version has."""
    called_plainly(adapter)
    found: Dict[str, Callable[[Any, Any, Batch], Any]] = {}

    def called(function):
        def call(model, state, batch):
            known = adapter.handles(model)  # of tied parameters one name, as a call demands
            return function(model, {key: value for key, value in state.items() if key in known}, tuple(batch.args), dict(batch.kwargs))
        return call
    if hasattr(torch, "func"):
        found["func.functional_call"] = called(torch.func.functional_call)
    if hasattr(torch.nn.utils, "stateless"):
        found["stateless.functional_call"] = called(torch.nn.utils.stateless.functional_call)
    if not found:
        raise NotOffered(f"torch {adapter.version} calls no module with the values of another; functional_call came with torch 1.12.")
    return found


# -- wrappers and conversions ------------------------------------------------------------------------------------------------


def wrappers(torch) -> Dict[str, Callable[[Any], Any]]:
    """What wraps a whole model, and what is applied to each layer with a weight."""
    nn, utils = torch.nn, torch.nn.utils
    found: Dict[str, Callable[[Any], Any]] = {
        "DataParallel": nn.DataParallel,
        "DistributedDataParallel": lambda model: distributed(torch, model),
        "share_memory": lambda model: model.share_memory(),
        "convert_sync_batchnorm": lambda model: synchronized(torch, model),
        "utils.weight_norm": each_weight(utils.weight_norm),
        "utils.spectral_norm": each_weight(utils.spectral_norm),
        **pruned(),
        "quantize_dynamic": lambda model: quantization(torch).quantize_dynamic(model),
    }
    if hasattr(utils, "parametrize"):
        register = utils.parametrize.register_parametrization
        found["register_parametrization"] = each_weight(lambda layer: register(layer, "weight", doubled(torch)))
        norms = getattr(utils, "parametrizations", None)
        found.update({f"parametrizations.{name}": each_weight(getattr(norms, name))
                      for name in ("weight_norm", "spectral_norm", "orthogonal") if hasattr(norms, name)})
    return found


def each_weight(apply: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Apply to every layer that has a weight of its own."""
    def wrap(model):
        layers = [module for module in model.modules() if module._parameters.get("weight") is not None]
        layers.sort(key=lambda layer: type(layer.weight).__name__ != "UninitializedParameter")  # what refuses one has touched no other yet
        if not layers:
            raise NotOffered(f"{type(model).__name__} has no layer with a weight before its first pass.")
        for layer in layers:
            apply(layer)
        return model
    return wrap


def synchronized(torch, model):
    try:
        torch.nn.SyncBatchNorm(2)(torch.ones(2, 2))
    except ValueError as error:
        raise NotOffered(f"torch {torch.__version__} computes no SyncBatchNorm here: {error}.") from error
    return torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)


def pruned() -> Dict[str, Callable[[Any], Any]]:
    from torch.nn.utils import prune
    return {
        "prune.identity": each_weight(lambda layer: prune.identity(layer, "weight")),
        "prune.l1_unstructured": each_weight(lambda layer: prune.l1_unstructured(layer, "weight", amount=0.5)),
        "prune.random_structured": each_weight(lambda layer: prune.random_structured(layer, "weight", amount=1, dim=0)),
    }


def quantization(torch):
    return torch.ao.quantization if hasattr(torch, "ao") and hasattr(torch.ao, "quantization") else torch.quantization


@functools.lru_cache(maxsize=None)
def doubling(torch) -> type:
    class Doubled(torch.nn.Module):
        def forward(self, weight):
            return 2 * weight

        def right_inverse(self, weight):
            return weight / 2
    return Doubled


def doubled(torch):
    """A parametrization of one's own."""
    return doubling(torch)()


def distributed(torch, model):
    """In a group of one process on the CPU; the group is gone when the model is wrapped or refused."""
    if not torch.distributed.is_available() or torch.distributed.is_initialized():
        raise NotOffered("This build has no distributed package, or a process group is in use.")
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        return torch.nn.parallel.DistributedDataParallel(model)
    finally:
        torch.distributed.destroy_process_group()
