"""Flax linen. Parameters live in a tree of variables beside the module; ``init`` is the first pass.

Keys are explicit: ``seed`` keeps a number, from which every first pass makes its keys.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, Callable, ContextManager, Iterable, Iterator, Mapping, Optional, Sequence

import numpy as np

from .base import Adapter, Batch, NotOffered, Parameter, Unusable
from .calling import flattened
from .flax_calls import watched
from .flax_facts import Facts
from .flax_lending import Lending
from .flax_linen import Linen, named_leaves, numpy, place, spelled, updated
from .flax_passes import Passes
from .flax_routes import Routes

RATE = 0.1

MISSING = {
    "identity": "Flax parameters are immutable arrays in a tree that the caller holds; an update makes new ones, "
                "so no object keeps its identity.",
    "random_state": "JAX has no hidden random generator; the caller passes a key to each init.",
    "freeze": "Flax parameters carry no trainable flag; the optimizer's mask says which ones train, "
              "and it is made from the tree that init returns.",
    "conflict": "Linen layers take no input dimension, so nothing can be declared that the data contradicts.",
    "partial": "Linen layers take no input dimension, and no parameter exists before init.",
}


class Flax(Facts, Passes, Routes, Lending, Adapter):
    """Flax linen on one device; a model is a `Linen`, the holder of a module and its variables."""

    name = "flax"
    distributions = ("flax",)
    missing = MISSING

    def __init__(self, device: str = "cpu"):
        super().__init__(device)
        try:
            with two_host_devices():
                import flax
                import flax.linen
                import flax.serialization
                import flax.traverse_util
                import jax
                import jax.numpy
                jax.devices()
        except Exception as error:
            raise Unusable(f"flax cannot be imported: {type(error).__name__}: {error}") from error
        self.flax, self.jax, self.jnp, self.linen = flax, jax, jax.numpy, flax.linen
        found = self._by_kind()[device]
        if not found:
            raise Unusable(f"jax finds no {device}; it has {', '.join(map(spelled, jax.devices()))}")
        self.home = found[0]
        errors = flax.errors
        self._absent = (errors.ScopeParamNotFoundError, errors.ScopeCollectionNotFound, errors.ScopeVariableNotFoundError,
                        errors.InvalidRngError)  # what a variable that is absent draws from
        self.access_errors = (errors.FlaxError, ValueError, AttributeError, KeyError)
        self.mismatch_errors = (errors.ScopeParamShapeError, TypeError, ValueError)
        self.refusal_errors = (errors.FlaxError, TypeError, ValueError)
        self.state_errors = (errors.FlaxError, ValueError)

    # -- who and where ------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        return self.flax.__version__.split("+")[0]

    def versions(self) -> Mapping[str, str]:
        import jaxlib
        return {"flax": self.version, "jax": self.jax.__version__, "jaxlib": jaxlib.__version__}

    @staticmethod
    def claims(built: Any) -> bool:
        linen = sys.modules.get("flax.linen")
        pair = isinstance(built, tuple) and len(built) == 2 and all(map(callable, built))
        return isinstance(built, Linen) or linen is not None and (pair or isinstance(built, linen.Module))

    def devices(self) -> Mapping[str, Sequence[str]]:
        return {kind: [spelled(device) for device in found] for kind, found in self._by_kind().items()}

    def _by_kind(self) -> Mapping[str, Sequence[Any]]:
        gpus = [device for device in self.jax.devices() if device.platform in ("gpu", "cuda", "rocm")]
        tpus = [device for device in self.jax.devices() if device.platform == "tpu"]
        return {"cpu": self.jax.devices("cpu"), "gpu": gpus, "tpu": tpus}

    def here(self) -> ContextManager:
        """The adapter's device as the default, unless a default device was chosen around this call."""
        chosen = self.jax.config.jax_default_device is not None or self.home == self.jax.devices()[0]
        return contextlib.nullcontext() if chosen else self.jax.default_device(self.home)

    # -- building and running -----------------------------------------------------------------------

    def adopt(self, built: Any) -> Linen:
        if isinstance(built, tuple) and len(built) == 2:
            from .flax_transformed import Transformed
            built = Transformed(*built)
        return built if isinstance(built, Linen) else Linen(built)

    def tensor(self, array: np.ndarray):
        """Not committed to the device, so that data follow the parameters where a route puts those elsewhere."""
        with self.here():
            return self.jnp.asarray(array)

    def leaves(self, output: Any) -> Sequence[np.ndarray]:
        return [numpy(leaf) for leaf in self._arrays(output)]

    def _arrays(self, output: Any) -> list:
        """The arrays of an output of any form."""
        parts = self.jax.tree_util.tree_leaves(self.counted(output))
        return list(flattened(parts, lambda leaf: isinstance(leaf, (self.jax.Array, np.ndarray))))

    def dense(self, leaf: Any) -> Optional[np.ndarray]:
        return numpy(leaf) if isinstance(leaf, self.jax.Array) else super().dense(leaf)

    # -- asking -------------------------------------------------------------------------------------

    def _leaves(self, model: Linen):
        return named_leaves(self.jax, self.flax.core.meta.unbox(model.variables or {}))

    def parameters(self, model: Linen) -> Sequence[Parameter]:
        found = [Parameter(name, tuple(np.shape(leaf)), True, str(getattr(leaf, "dtype", "")) or None, place(leaf),
                           trainable=collection == "params", buffer=collection != "params")
                 for name, collection, leaf in self._leaves(model)]
        return found + [Parameter(name, None, False) for name in model.unreached if model.variables is not None]

    def values(self, model: Linen) -> Mapping[str, np.ndarray]:
        return {name: numpy(leaf) for name, _, leaf in self._leaves(model)}

    def handles(self, model: Linen) -> Mapping[str, Any]:
        return {}

    # -- learning ---------------------------------------------------------------------------------------

    def _loss(self, model: Linen, params: Any, batches: Sequence[Batch]) -> tuple:
        """The harness' loss and the variables after the passes; pure, as ``grad`` wants it."""
        variables, loss = updated(model.variables, {"params": params}), 0.0
        for batch in batches:
            output, variables = self._forward(model.module, variables, batch)
            floating = [leaf for leaf in self._arrays(output) if self.jnp.issubdtype(leaf.dtype, self.jnp.inexact)]
            if not floating:
                raise NotOffered("The output has no floating-point array, so there is no loss; give output=.")
            loss = loss + sum(self.jnp.mean(abs(leaf - 1) ** 2) for leaf in floating)
        return loss, variables

    def _graded(self, model: Linen, batches: Sequence[Batch]) -> tuple:
        """``((loss, variables), gradients)``; integers among the parameters get none."""
        with self.here():
            run = self.jax.value_and_grad(lambda params: self._loss(model, params, batches), has_aux=True, allow_int=True)
            return self.jax.block_until_ready(run(model.variables.get("params", {})))

    def gradients(self, model: Linen, *batches: Batch) -> Mapping[str, Optional[np.ndarray]]:
        _, found = self._graded(model, batches)
        tree = self.flax.core.meta.unbox({"params": found})
        return {name: None if leaf.dtype == self.jax.dtypes.float0 else numpy(leaf) for name, _, leaf in named_leaves(self.jax, tree)}

    def optimizer(self, model: Linen) -> float:
        """Plain SGD has no state in JAX: it is its learning rate."""
        return RATE

    def step(self, model: Linen, optimizer: float, batch: Batch) -> float:
        (loss, variables), found = self._graded(model, [batch])
        model.variables = updated(variables, {"params": self._moved(variables["params"], found, -optimizer)})
        return float(loss)

    def _moved(self, params: Any, by: Any, rate: float) -> Any:
        def one(value, delta):
            return value if delta.dtype == self.jax.dtypes.float0 else (value + rate * delta).astype(value.dtype)
        return self.jax.tree_util.tree_map(one, params, by)

    def custom_init(self, model: Linen, batch: Batch, value: float) -> None:
        self._initialize(model, batch)
        self._set(model, lambda leaf: self.jnp.full_like(leaf, value))

    def perturb(self, model: Linen, delta: float) -> None:
        self._set(model, lambda leaf: leaf + self.jnp.asarray(delta, leaf.dtype))

    def _set(self, model: Linen, change: Any) -> None:
        made = self.jax.tree_util.tree_map(change, model.variables["params"])
        model.variables = updated(model.variables, {"params": made})

    # -- state and points to watch --------------------------------------------------------------------

    def state(self, model: Linen) -> Any:
        """A dictionary of the arrays themselves: they never change, so it is detached."""
        return self.flax.serialization.to_state_dict(model.variables)

    def load(self, model: Linen, state: Any) -> None:
        """Before ``init`` there is no tree to restore into, and Flax takes the state as it is."""
        model.variables = self.flax.serialization.from_state_dict(model.variables, state)

    def watched(self, model: Linen, enter: Callable, leave: Callable, made: Callable):
        return watched(self, enter, leave, made)

    def transfers(self) -> Iterable[tuple]:
        return [(self.jax, "device_put"), (self.jax, "device_get"), (self.jnp, "array"), (self.jnp, "asarray")]

    def pause_points(self) -> Iterable[tuple]:
        return [(self.linen.Module, "param"), (self.linen.Module, "variable")]


@contextlib.contextmanager
def two_host_devices() -> Iterator[None]:
    """Two logical CPUs where JAX starts inside: placement is then checked without an accelerator.

    XLA reads the variable when its first device is made. Where that was done before, or the user
    asks for a number of devices, nothing changes.
    """
    before = os.environ.get("XLA_FLAGS")
    if "xla_force_host_platform_device_count" not in (before or ""):
        os.environ["XLA_FLAGS"] = f"{before or ''} --xla_force_host_platform_device_count=2".strip()
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("XLA_FLAGS", None)
        else:
            os.environ["XLA_FLAGS"] = before
