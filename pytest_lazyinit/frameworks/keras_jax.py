"""Keras 3 on JAX: values are immutable arrays inside of Keras' variables, and gradients are those of a function of them."""

from __future__ import annotations

import contextlib
import importlib
from dataclasses import replace
from typing import Any, List, Mapping, Sequence

import numpy as np

from . import tensorflow_layers as layers
from .base import Placement
from .flax_linen import place, spelled
from .keras_backends import Backend
from .tensorflow_placements import elsewhere, policy, while_building
from .words import ONE_CPU


class OnJax(Backend):
    """The backend whose tensors are ``jax.Array``."""

    name = "jax"
    operation_errors = (TypeError,)

    def __init__(self, keras: Any):
        super().__init__(keras)
        jax = self.jax = importlib.import_module("jax")
        self.dense_types = (jax.Array,)
        self.sparse_types = (importlib.import_module("jax.experimental.sparse").JAXSparse,)
        jax.devices()  # XLA counts its logical CPUs now

    def versions(self) -> Mapping[str, str]:
        return {"jax": self.jax.__version__, "jaxlib": importlib.import_module("jaxlib").__version__}

    def devices(self) -> Mapping[str, Sequence[str]]:
        by_platform = {"cpu": self.jax.devices("cpu"), "gpu": (), "tpu": ()}
        for device in self.jax.devices():
            kind = {"cuda": "gpu", "rocm": "gpu"}.get(device.platform, device.platform)
            by_platform[kind] = (*by_platform.get(kind, ()), device) if kind != "cpu" else by_platform["cpu"]
        return {kind: list(map(spelled, by_platform[kind])) for kind in ("cpu", "gpu", "tpu")}

    def array(self, tensor: Any) -> np.ndarray:
        """A copy; a tensor of a pass that is being traced stays what it is, for nothing of it can be fetched."""
        return tensor if isinstance(tensor, self.jax.core.Tracer) else super().array(tensor)

    def holds(self, value: Any) -> bool:
        """A tracer is no value: it has outlived the trace that it belongs to."""
        return value is not None and not isinstance(value, self.jax.core.Tracer)

    def place(self, value: Any) -> str:
        return place(value)

    def differentiate(self, adapter, model, batches):
        """As in ``stateless_call``, and for any way in which a model is called: variables take their values from a scope."""
        weights, state = layers.gather(model, "trainable_weights"), layers.gather(model, "non_trainable_variables")

        def loss(values: List[Any]):
            with self.keras.StatelessScope(state_mapping=list(zip(weights, values))) as scope:
                found = adapter.loss(model, batches)
            return found, [scope.get_current_value(variable) for variable in state]
        (found, after), gradients = self.jax.value_and_grad(loss, has_aux=True)([weight.value for weight in weights])
        return found, weights, list(gradients), [(variable, value) for variable, value in zip(state, after) if value is not None]

    # -- what users of this backend have beside Keras' own routes -------------------------------------

    def placements(self, adapter) -> List[Placement]:
        """64 bits, which JAX has to be asked for, and a CPU that is not the default device."""
        found = [Placement("jax_enable_x64, policy float64", {"dtype": "float64"}, around=lambda: self._wide(adapter), input_dtype="float64")]
        cpus, home = self.jax.devices("cpu"), self.jax.devices()[0]
        other = next((device for device in cpus if device != home), home)
        absent = ONE_CPU if other is home else ""
        due = {"device": spelled(other)}
        routes = {"jax.default_device": lambda: self.jax.default_device(other), "keras.device": lambda: self.keras.device(spelled(other))}
        for name, scope in routes.items():
            around = lambda scope=scope: elsewhere(adapter, scope)  # noqa: E731
            pair = Placement(name, due, around=around), while_building(f"{name} while building", due, around)
            found += [replace(placement, absent=absent) for placement in pair]
        return found

    @contextlib.contextmanager
    def _wide(self, adapter):
        with wide(self.jax), policy(adapter, "float64"):
            yield

    def scopes(self):
        jax = self.jax
        return {"jax.disable_jit": jax.disable_jit, "jax.debug_nans": lambda: jax.debug_nans(True),
                "jax.checking_leaks": jax.checking_leaks, "jax.ensure_compile_time_eval": jax.ensure_compile_time_eval}

    def callers(self):
        """Transformed by JAX, then called plainly where the transformed call gives no output."""
        jax = self.jax

        def shaped(model, *args, **kwargs):
            jax.eval_shape(model, *args, **kwargs)
            return model(*args, **kwargs)

        return {"jax.jit": lambda model, *args, **kwargs: jax.jit(model)(*args, **kwargs), "jax.eval_shape": shaped}

    def transfers(self):
        return [(self.jax, "device_put"), (self.jax, "device_get"), (self.jax.numpy, "asarray"), (self.jax.numpy, "array")]


def wide(jax):
    """Types of 64 bits."""
    return jax.enable_x64(True) if hasattr(jax, "enable_x64") else importlib.import_module("jax.experimental").enable_x64()
