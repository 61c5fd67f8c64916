"""The PyTorch adapter: modules with ``UninitializedParameter`` (``torch.nn.Lazy*``, ``LazyModuleMixin``)."""

from __future__ import annotations

import inspect
import sys
import weakref
from typing import Any, Callable, List, Mapping, Optional, Sequence, Set

import numpy as np

from . import torch_facts as facts
from . import torch_calls, torch_placements
from . import torch_routes as routes
from .tensorflow_layers import backend_of
from .torch_learning import Learning
from .torch_lending import Lending
from .base import Adapter, Batch, Context, Initializer, NotOffered, Parameter, Placement, Registration, Unusable


class Torch(Learning, Lending, Adapter):
    """A model is the builder's ``torch.nn.Module`` itself.

    PyTorch offers all that the contract asks for in one form or another, so nothing is ``missing``;
    what it offers and does otherwise than the contract says is a declared deviation.
    """

    name = "torch"
    distributions = ("torch",)
    missing: Mapping[str, str] = {}

    # torch.nn.parameter: "some properties, like their shape, will throw a runtime error"; functions raise ValueError.
    access_errors = (RuntimeError, ValueError)
    mismatch_errors = (RuntimeError, ValueError)
    # IndexError is not among them: "tuple index out of range" for a scalar is a crash, not a refusal.
    refusal_errors = (RuntimeError, TypeError, ValueError)
    state_errors = (RuntimeError,)
    # A lazy layer spells an unknown dimension as 0: LazyLinear(in_features=0, …), LazyConv2d(0, 8, …).
    unknown_marks = (r"\bUninitialized ?(?i:parameter|buffer)\b", r"\bLazy\w+\((\w+=)?0\b")

    def __init__(self, device: str = "cpu"):
        super().__init__(device)
        try:
            import torch
            import torch.multiprocessing  # registers how tensors are sent to another process
            import torch.optim.swa_utils
        except Exception as error:
            raise Unusable(f"torch cannot be imported: {type(error).__name__}: {error}") from error
        if not hasattr(torch.nn, "LazyLinear"):
            raise Unusable(f"torch {torch.__version__} has no lazy modules; they came with torch 1.8.")
        self.torch = torch
        kinds = ("UninitializedTensorMixin", "UninitializedParameter")
        self.uninitialized = tuple(getattr(torch.nn.parameter, kind) for kind in kinds if hasattr(torch.nn.parameter, kind))
        places = self.devices()[device]
        if not places:
            raise Unusable(f"torch {self.version} finds no {device} on this machine.")
        self.place = places[0]
        # manual_seed takes a trace of the stack for each kind of accelerator that is not there, a quarter of a suite's time.
        alone = not any(found for kind, found in self.devices().items() if kind != "cpu")
        self._seed = torch.default_generator.manual_seed if alone else torch.manual_seed
        # A lazy layer changes its class at the first pass, so its name is noted when the model is taken up.
        self._layers: Mapping[Any, List[str]] = weakref.WeakKeyDictionary()
        self._lazy: Mapping[Any, Set[str]] = weakref.WeakKeyDictionary()

    # -- who and where ------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        return str(self.torch.__version__).split("+")[0]

    @staticmethod
    def claims(built: Any) -> bool:
        module = getattr(getattr(sys.modules.get("torch"), "nn", None), "Module", None)
        return module is not None and isinstance(built, module) and backend_of(built) is None  # Keras on torch makes its layers modules

    def devices(self) -> Mapping[str, Sequence[str]]:
        return facts.devices(self.torch)

    def layers(self, model) -> Sequence[str]:
        return list(dict.fromkeys(self._layers.get(model, []) + facts.classes(self.torch, model)))

    # -- building and running -----------------------------------------------------------------------

    def adopt(self, built: Any):
        self._layers[built] = facts.classes(self.torch, built)
        self._lazy[built] = {name for name, tensor in self.handles(built).items() if isinstance(tensor, self.uninitialized)}
        return built if self.place == "cpu" else built.to(self.place)

    def tensor(self, array: np.ndarray):
        return self.torch.tensor(array, device=self.place)

    def apply(self, model, batch: Batch):
        output = self.run(model, batch)
        self._wait()
        return output

    def _wait(self) -> None:
        """Errors of an accelerator surface when it is waited for."""
        backend = getattr(self.torch, self.torch.device(self.place).type, None)
        getattr(backend, "synchronize", lambda: None)()

    def dense(self, leaf: Any) -> Optional[np.ndarray]:
        if isinstance(leaf, self.torch.Tensor):
            return facts.array(self.torch, leaf) if leaf.layout == self.torch.strided else None
        return super().dense(leaf)

    def leaves(self, output: Any) -> Sequence[np.ndarray]:
        return [facts.array(self.torch, leaf) for leaf in facts.flattened(self.torch, self.counted(output))]

    def keyword(self, model) -> str:
        takes_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        for parameter in inspect.signature(model.forward).parameters.values():
            if parameter.kind in takes_name:
                return parameter.name
        raise NotOffered(f"{type(model).__name__}.forward names no input.")

    # -- asking -------------------------------------------------------------------------------------

    def parameters(self, model) -> Sequence[Parameter]:
        return [self._fact(name, tensor) for name, tensor in self.handles(model).items()]

    def _fact(self, name: str, tensor: Any) -> Parameter:
        """An uninitialized parameter knows its dtype, device and trainability, and nothing of its shape."""
        lazy = isinstance(tensor, self.uninitialized)
        return Parameter(name, shape=None if lazy else tuple(tensor.shape), initialized=not lazy,
                         dtype=str(tensor.dtype).split(".")[-1], device=str(tensor.device),
                         trainable=tensor.requires_grad, buffer=not isinstance(tensor, self.torch.nn.Parameter))

    def values(self, model) -> Mapping[str, np.ndarray]:
        return {name: facts.array(self.torch, tensor) for name, tensor in self.handles(model).items()
                if not isinstance(tensor, self.uninitialized)}

    def handles(self, model) -> Mapping[str, Any]:
        return {**dict(model.named_parameters()), **dict(model.named_buffers())}

    def allocated(self, model) -> int:
        lazy = [tensor for tensor in self.handles(model).values() if isinstance(tensor, self.uninitialized)]
        return sum(facts.held(self.torch, tensor) for tensor in lazy)

    def declared(self, model) -> Mapping[str, Optional[int]]:
        return facts.declared(self.torch, model)

    def accesses(self, model):
        return facts.accesses(self.handles(model), self.uninitialized)

    def display(self, model):
        return facts.display(model, self.handles(model), self.uninitialized)

    def queries(self, model):
        return facts.queries(self.torch, model)

    def configuration(self, model) -> Mapping[str, Any]:
        return facts.configuration(model)

    def hooked(self, model) -> None:
        routes.hooked(model)

    def misfits(self, shape, axis):
        wider = [size + (at == axis) for at, size in enumerate(shape)]
        return {"two dimensions too many": (1, 1, *shape), "one feature more": wider}

    # -- random numbers and initial values ------------------------------------------------------------

    def seed(self, seed: int) -> None:
        self._seed(seed)

    def draw(self) -> np.ndarray:
        return facts.array(self.torch, self.torch.rand(4, device=self.place))

    def initializers(self, model) -> Mapping[str, Initializer]:
        return facts.initializers(self.torch, model)

    def one_thread(self):
        return routes.one_thread(self.torch)

    def poisoned(self):
        return routes.poisoned(self.torch)

    # -- routes that the framework offers -------------------------------------------------------------

    def placements(self) -> Sequence[Placement]:
        return torch_placements.placements(self.torch, self.place)

    def registrations(self) -> Mapping[str, Registration]:
        return routes.registrations(self.torch)

    def copies(self):
        return routes.copies(self.torch)

    def contexts(self) -> Mapping[str, Context]:
        return routes.contexts(self.torch, self.place)

    def restarts(self):
        return routes.restarts(self.torch, lambda model: self._lazy.get(model, ()))

    def state(self, model) -> Any:
        return facts.state(model, self.uninitialized)

    def load(self, model, state: Any) -> None:
        model.load_state_dict(state)

    def watched(self, model, enter: Callable, leave: Callable, made: Callable):
        return torch_calls.watched(self.torch, model, enter, leave, made)

    # -- points to watch --------------------------------------------------------------------------------

    def transfers(self):
        # Those of a module move its tensors by these; a module without any moves nothing.
        return [(self.torch.Tensor, name) for name in routes.TRANSFERS]

    def building(self):
        return routes.movable(self.torch, self.uninitialized[0])

    def pause_points(self):
        """Before memory is taken, between memory and values, and between one layer's values and the next one's."""
        return [(self.uninitialized[0], "materialize"), (self.torch.nn.init, "kaiming_uniform_"), (self.torch.nn.functional, "linear")]
