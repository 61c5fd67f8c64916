"""Learning in PyTorch: losses, gradients, steps, freezing and initializers of one's own."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence

import numpy as np

from . import torch_facts as facts
from . import torch_routes as routes
from .base import Batch, NotOffered
from .torch_compiler import uncompiled


class Learning:
    """The part of the PyTorch adapter that trains; it uses the modules that the adapter keeps."""

    learns_at_once = True

    def _loss(self, output: Any):
        leaves = [leaf for leaf in facts.flattened(self.torch, self.counted(output))
                  if isinstance(leaf, self.torch.Tensor) and leaf.is_floating_point()]
        if not leaves:
            raise NotOffered("The output has no floating-point tensor, so there is no loss.")
        return sum(((leaf - 1) ** 2).mean() for leaf in leaves)

    def evaluating(self, model):
        return routes.evaluating(model)

    def gradients(self, model, *batches: Batch) -> Mapping[str, Optional[np.ndarray]]:
        known = dict(model.named_parameters())  # an uninitialized parameter keeps its identity; one made anew in the pass is another
        with routes.untraced(self.torch, model, self.place, self.uninitialized):
            loss = sum(self._loss(self.apply(model, batch)) for batch in batches)
            names = {**dict(model.named_parameters()), **known}
            wanted = {n: p for n, p in names.items() if p.requires_grad and not isinstance(p, self.uninitialized)}
            found = self.torch.autograd.grad(loss, list(wanted.values()), allow_unused=True) \
                if wanted and loss.requires_grad else ()
        arrived = {name: gradient for name, gradient in zip(wanted, found) if gradient is not None}
        return {name: facts.array(self.torch, arrived[name]) if name in arrived else None for name in names}

    def input_gradients(self, model, batch: Batch) -> Sequence[Optional[np.ndarray]]:
        given: List[Any] = []

        def leaf(_, value: Any) -> Any:
            if not isinstance(value, self.torch.Tensor) or not value.is_floating_point():
                return value
            given.append(value.detach().clone().requires_grad_())
            return given[-1]
        asked = batch.changed(leaf)
        with self.torch.enable_grad(), routes.untraced(self.torch, model, self.place, self.uninitialized):
            loss = self._loss(self.apply(model, asked))
            found = self.torch.autograd.grad(loss, given, allow_unused=True) if given and loss.requires_grad else ()
        return [None if gradient is None else facts.array(self.torch, gradient) for gradient in found] or [None] * len(given)

    def note(self, model) -> Mapping[str, Any]:
        for name, parameter in model.named_parameters():
            if isinstance(parameter, self.uninitialized):
                parameter.lazyinit_note = name
        return self.noted(model)

    def noted(self, model) -> Mapping[str, Any]:
        return {name: vars(parameter)["lazyinit_note"] for name, parameter in model.named_parameters() if "lazyinit_note" in vars(parameter)}

    def optimizer(self, model):
        with uncompiled(self.torch):
            return self.torch.optim.SGD(model.parameters(), lr=0.1)

    def step(self, model, optimizer, batch: Batch) -> float:
        with self.torch.enable_grad(), uncompiled(self.torch):
            optimizer.zero_grad()
            loss = self._loss(self.apply(model, batch))
            loss.backward()
            optimizer.step()
        return float(loss.detach())

    def freeze(self, model) -> str:
        for name, module in model.named_modules():
            own = list(module.named_parameters(recurse=False))
            if own and name:
                # By attribute, the one spelling that every version takes for an uninitialized parameter too.
                for parameter in module.parameters():
                    parameter.requires_grad = False
                return f"{name}.*"
            if own:
                own[0][1].requires_grad = False
                return own[0][0]
        raise NotOffered(f"{type(model).__name__} has no parameters to freeze.")

    def custom_init(self, model, batch: Batch, value: float) -> None:
        def init(module) -> None:
            for parameter in module.parameters(recurse=False):
                if not isinstance(parameter, self.uninitialized):
                    self.torch.nn.init.constant_(parameter, value)
        self.first_pass(model, batch)
        model.apply(init)

    def perturb(self, model, delta: float) -> None:
        with self.torch.no_grad():
            for parameter in model.parameters():
                if parameter.requires_grad and not isinstance(parameter, self.uninitialized):
                    parameter.add_(delta)
