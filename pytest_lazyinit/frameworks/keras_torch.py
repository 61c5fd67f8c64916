"""Keras 3 on PyTorch: layers are ``torch.nn.Module`` too, and values are ``torch.nn.Parameter``."""

from __future__ import annotations

import importlib
from typing import Any, Callable, List, Mapping, Sequence

import numpy as np

from . import tensorflow_layers as layers
from . import torch_facts, torch_routes
from .base import Batch, Context, Placement
from .keras_backends import Backend
from .tensorflow_placements import elsewhere, while_building


class OnTorch(Backend):
    """The backend whose tensors are ``torch.Tensor``."""

    name = "torch"
    operation_errors = (RuntimeError, IndexError)

    def __init__(self, keras: Any):
        super().__init__(keras)
        self.torch = importlib.import_module("torch")
        self.dense_types = (self.torch.Tensor,)

    def versions(self) -> Mapping[str, str]:
        return {"torch": self.torch.__version__.split("+")[0]}

    def devices(self) -> Mapping[str, Sequence[str]]:
        return torch_facts.devices(self.torch)

    def tensor(self, array: np.ndarray) -> Any:
        return super().tensor(self.torch.tensor(array))  # Keras 3.0 makes no complex tensor itself

    def array(self, tensor: Any) -> np.ndarray:
        return torch_facts.array(self.torch, tensor) if isinstance(tensor, self.torch.Tensor) else super().array(tensor)

    def learns(self, value: Any) -> bool:
        return value.requires_grad

    def place(self, value: Any) -> str:
        return str(value.device)

    def differentiate(self, adapter, model, batches):
        with self.torch.enable_grad():
            loss = adapter.loss(model, batches)
            weights = layers.gather(model, "trainable_weights")
            wanted = [weight.value for weight in weights if weight.value.requires_grad]
            found = iter(self.torch.autograd.grad(loss, wanted, allow_unused=True) if wanted and loss.requires_grad else [None] * len(wanted))
        return loss.detach(), weights, [next(found) if weight.value.requires_grad else None for weight in weights], []

    def stepping(self):
        return self.torch.no_grad()

    def drawn(self):
        return [self.torch.rand(4)]

    def poisoned(self):
        return torch_routes.poisoned(self.torch)

    # -- what users of this backend have beside Keras' own routes -------------------------------------

    def queries(self, model) -> Mapping[str, Callable[[], Any]]:
        """A Keras layer is a module, and modules are asked this."""
        return {"Module.parameters()": lambda: list(model.parameters()), "Module.state_dict()": lambda: model.state_dict(),
                "Module.named_modules()": lambda: list(model.named_modules())}

    def copies(self):
        return {"torch.save": torch_routes.copies(self.torch)["torch.save"]}

    def placements(self, adapter) -> List[Placement]:
        """The meta device stands for another one; a module's conversions are PyTorch's own routes."""
        def scope():
            return elsewhere(adapter, lambda: self.keras.device("meta"))

        def to_meta(batch: Batch) -> Batch:
            return Batch(tuple(arg.to("meta") for arg in batch.args), batch.kwargs)
        meta, double = {"device": "meta"}, {"dtype": "float64"}
        return [Placement("keras.device", meta, around=scope, convert=to_meta),
                while_building("keras.device while building", meta, scope),
                Placement("Module.to(meta)", meta, lambda model: model.to("meta"), convert=to_meta),
                Placement("Module.double()", double, lambda model: model.double(), input_dtype="float64"),
                Placement("Module.requires_grad_(False)", {"trainable": False}, lambda model: model.requires_grad_(False))]

    def scopes(self):
        torch = self.torch
        return {"torch.no_grad": torch.no_grad, "torch.inference_mode": torch.inference_mode,
                "torch.set_grad_enabled(False)": lambda: torch.set_grad_enabled(False),
                "torch.autograd.detect_anomaly": torch.autograd.detect_anomaly,
                "torch.autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16)}

    def contexts(self) -> Mapping[str, Context]:
        return {"Module.eval()": Context(prepare=lambda model: model.eval(), restore=lambda model: model.train())}

    def transfers(self):
        return [(self.torch.Tensor, name) for name in (*torch_routes.TRANSFERS, "numpy")]
