"""PyTorch: parameters are found on the model or by the graph of a pass, so a model need be no module."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

import numpy

from .own import Unfit
from .toolkit import Toolkit, change, first_of, moved
from .walking import Found, Walk, isinstance_of


class Torch(Toolkit):
    hidden = ("_parameters", "_modules")

    def __init__(self) -> None:
        import torch
        from torch.nn.modules.module import register_module_forward_hook
        from torch.nn.parameter import UninitializedTensorMixin
        from torch.overrides import TorchFunctionMode
        super().__init__([torch])
        self.torch, self.lazy, self.Tensor, self.Module = torch, UninitializedTensorMixin, torch.Tensor, torch.nn.Module
        self.from_numpy, self.grad, self.no_grad, self.float32 = torch.from_numpy, torch.autograd.grad, torch.no_grad, torch.float32
        # Names of the classes' C slots, taken before an answer can replace them.
        self.to, self.detach, self.numpy, self.sum, self.multiply = (getattr(torch._C.TensorBase, name) for name in ("to", "detach", "numpy", "sum", "mul"))
        self.size, self.add_ = torch._C.TensorBase.size, torch._C.TensorBase.add_
        register_module_forward_hook(lambda module, args, output: self.completed(module))
        self.eval, self.all_modules = torch.nn.Module.eval, torch.nn.Module.modules
        self.default, self.manual_seed = torch.get_default_dtype, torch.manual_seed
        self.modules = Walk(lambda value: isinstance_of(value, (torch.nn.Module,)))
        self.mode = origins(TorchFunctionMode, self.faults.native)

    def opened(self, namespace: Dict[str, Any], label: str) -> None:
        super().opened(namespace, label)
        self.modules.namespace = namespace

    def is_parameter(self, value: Any) -> bool:
        kinds = type(value).__mro__
        if self.Tensor not in kinds:
            return False
        return self.lazy in kinds or bool(value.requires_grad) and value.grad_fn is None

    def children(self, value: Any) -> Optional[List[Tuple[str, Any]]]:
        if isinstance_of(value, (self.Tensor,)):
            return []
        held = value.__dict__ if isinstance_of(value, (self.Module,)) else None
        return None if held is None else [(key, item) for key, item in held.items() if "_hooks" not in key]

    def described(self, found: Found) -> Dict[str, Any]:
        exists = self.lazy not in type(found.value).__mro__ and found.value.device.type != "meta"
        return {"shape": [int(size) for size in self.size(found.value)] if exists else None, "exists": exists}

    def parameters(self, model: Any) -> List[Dict[str, Any]]:
        """Reparametrized weights (weight norm and the like) lie one level deeper than their layer."""
        found = super().parameters(model)
        for one in found:
            one["owner"] = one["owner"].partition("parametrizations")[0].rstrip(".")
        return found

    def seed(self) -> None:
        super().seed()
        self.manual_seed(0)

    def parts(self, model: Any) -> List[Any]:
        inner = [part for found in self.modules(model) for part in self.all_modules(found.value)]
        return [part for part in inner if not part.__dict__["_modules"]]

    def run(self, model: Any, x: Any) -> None:
        with self.mode():
            model(x)

    def use(self, model: Any, x: Any) -> numpy.ndarray:
        self._evaluating(model)
        with self.no_grad():
            return self._numbers(model(self._input(x)))

    def first_pass(self, model: Any, x: Any) -> List[int]:
        with self.no_grad():
            return list(self._numbers(model(self._input(x))).shape)

    def step(self, model: Any, x: Any, weights: Any, rate: float) -> List[Dict[str, Any]]:
        self._evaluating(model)
        output = first_of(model(self._input(x)))
        leaves = self._leaves(output)
        if not leaves:
            return []
        loss = self.sum(self.multiply(output, self.to(self.from_numpy(weights), output.dtype)))
        gradients = self.grad(loss, leaves, allow_unused=True)
        found = []
        for leaf, gradient in zip(leaves, gradients):
            by = None if gradient is None else change(self.numpy(self.detach(leaf)), self.numpy(self.detach(gradient)), rate)
            if by is not None:
                with self.no_grad():
                    self.add_(leaf, self.to(self.from_numpy(by), leaf.dtype))
                found.append(moved(by.shape, by))
        return found

    def _leaves(self, output: Any) -> List[Any]:
        """The parameters that the output was computed from, wherever a model keeps them."""
        seen, queue, found = set(), [getattr(output, "grad_fn", None)], []
        while queue:
            node = queue.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            if type(node).__name__ == "AccumulateGrad":
                found.append(node.variable)
            queue += [following for following, _ in node.next_functions]
        return found

    def _evaluating(self, model: Any) -> None:
        """All modules of the model, also those in a closure, in evaluation mode."""
        for found in self.modules(model):
            self.eval(found.value)

    def _input(self, x: Any) -> Any:
        """A batch of the type that the answer has set for parameters."""
        return self.to(self.from_numpy(x), self.default())

    def _numbers(self, output: Any) -> numpy.ndarray:
        output = first_of(output)
        if not isinstance_of(output, (self.Tensor,)):
            raise Unfit(f"the model returned a {type(output).__name__} and no tensor")
        if output.is_complex():
            raise Unfit("the output holds complex numbers instead of real ones")
        return self.numpy(self.detach(self.to(output, self.float32) if output.is_floating_point() else output))


def origins(base: Any, native: List[BaseException]) -> Any:
    """A mode that notes the exceptions which come out of a function of the framework itself, an operator such as ``@`` included."""
    class Origins(base):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            try:
                return function(*args, **(kwargs or {}))
            except BaseException as error:
                native.append(error)
                raise
    return Origins


def toolkit() -> Toolkit:
    return Torch()
