"""The adapter of standalone Keras 3 on whatever backend it is set up for; asked for by name.

``tf.keras`` of TensorFlow 2.16 and later is the same code, so layers, facts and queries are those of the
TensorFlow adapter. What touches tensors is asked of ``keras.ops`` or of the backend.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from dataclasses import replace
from typing import Any, Iterable, Mapping, Optional, Sequence

import numpy as np

from . import tensorflow_contexts as contexts
from . import tensorflow_layers as layers
from . import tensorflow_placements as places
from .base import Adapter, Batch, NotOffered, Parameter, Unusable, unasked
from .calling import flattened
from .flax import two_host_devices
from .keras_backends import Backend
from .tensorflow import TensorFlow

BACKENDS = {"tensorflow": ("keras_tensorflow", "OnTensorFlow"), "jax": ("keras_jax", "OnJax"), "torch": ("keras_torch", "OnTorch")}
DOCUMENTED = "https://keras.io/api/layers/initializers/"


class Keras(TensorFlow):
    """Models and layers of Keras 3, on the backend that ``KERAS_BACKEND`` or ``keras.json`` names."""

    name = "keras"
    distributions = ("keras", "keras-nightly")
    keras3 = True
    missing = unasked("Keras")

    def __init__(self, device: str = "cpu"):
        Adapter.__init__(self, device)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        self.keras = imported()
        self.keras_version = self.keras.__version__
        self.backend = started(self.keras)
        present = self.devices()
        if not present[device]:
            raise Unusable(f"Keras finds no {device} with the backend {self.backend.name}.")
        self.place = None if device == next(kind for kind in ("tpu", "gpu", "cpu") if present[kind]) else f"{device}:0"
        self.nest = getattr(self.keras, "tree", None) or importlib.import_module("tree")  # dm-tree, on which Keras 3.0 and 3.1 rest
        self.dense_types, self.sparse_types = self.backend.dense_types, self.backend.sparse_types
        self.operation_errors = self.backend.operation_errors
        self.refusal_errors = type(self).refusal_errors + self.operation_errors
        self.caller = contexts.plain_call

    def scope(self):
        return self.keras.device(self.place) if self.place else contextlib.nullcontext()

    building = scope

    def untraced(self):
        return self.backend.untraced()

    # -- who and where ------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        return self.keras_version

    def versions(self) -> Mapping[str, str]:
        return {"keras": self.version, "backend": self.backend.name, **self.backend.versions()}

    @staticmethod
    def claims(built: Any) -> bool:
        """Any model of Keras 3; of one on TensorFlow the TensorFlow adapter says the same, and is asked first."""
        return layers.backend_of(built) is not None and layers.is_keras3()

    def devices(self) -> Mapping[str, Sequence[str]]:
        return self.backend.devices()

    # -- building and running -----------------------------------------------------------------------

    def tensor(self, array: np.ndarray):
        with self.scope():
            return self.backend.tensor(array)

    def leaves(self, output: Any) -> Sequence[np.ndarray]:
        return [self.backend.array(leaf) for leaf in self._arrays(output)]

    def dense(self, leaf: Any) -> Optional[np.ndarray]:
        return self.backend.array(leaf) if isinstance(leaf, self.dense_types) else Adapter.dense(self, leaf)

    def _arrays(self, output: Any) -> list:
        kinds = (*self.dense_types, self.keras.Variable, np.ndarray)
        return list(flattened(self.nest.flatten(self.counted(output)), lambda leaf: isinstance(leaf, kinds)))

    # -- asking -------------------------------------------------------------------------------------

    def _parameter(self, entry: layers.Named, trainable: bool) -> Parameter:
        value = self.raw(entry.variable)
        held = self.backend.holds(value)
        dtype = value.dtype if held else entry.variable.dtype
        trainable = trainable and (not held or self.backend.learns(value))
        return Parameter(entry.name, tuple(entry.variable.shape), initialized=held, dtype=self.keras.backend.standardize_dtype(dtype),
                         device=self.backend.place(value) if held else None, trainable=trainable, buffer=layers.is_buffer(entry))

    def values(self, model) -> Mapping[str, np.ndarray]:
        found = {entry.name: self.raw(entry.variable) for entry in layers.named(model)}
        return {name: self.backend.array(value) for name, value in found.items() if self.backend.holds(value)}

    def queries(self, model):
        return {**self.backend.queries(model), **super().queries(model)}

    # -- random numbers and initial values ------------------------------------------------------------

    def seed(self, seed: int) -> None:
        super().seed(seed)
        state = importlib.import_module("keras.src.backend.common.global_state")
        state.set_global_attribute("global_seed_generator", None)  # set_random_seed does so itself in later releases

    def draw(self) -> np.ndarray:
        drawn = [self.keras.initializers.GlorotUniform()((2, 2)), self.keras.random.uniform((4,)), *self.backend.drawn()]
        return np.concatenate([np.ravel(self.backend.array(one)) for one in drawn])

    def initializers(self, model):
        return {name: replace(found, source=DOCUMENTED) for name, found in super().initializers(model).items()}

    def poisoned(self):
        return self.backend.poisoned()

    # -- learning -------------------------------------------------------------------------------------

    def loss(self, model, batches: Sequence[Batch]):
        """The harness' loss as a scalar of the backend."""
        ops, backend = self.keras.ops, self.keras.backend
        outputs = [leaf for batch in batches for leaf in self._arrays(self.apply(model, batch))]
        losses = [ops.mean(ops.square(leaf - 1)) for leaf in outputs if backend.is_float_dtype(backend.standardize_dtype(leaf.dtype))]
        if not losses:
            raise NotOffered("The output has no floating-point tensor, so there is no loss; give output=.")
        return sum(losses)

    def _differentiate(self, model, batches: Sequence[Batch]):
        with self.scope():
            loss, weights, found, _ = self.backend.differentiate(self, model, batches)
        return loss, weights, found

    def gradients(self, model, *batches: Batch) -> Mapping[str, Optional[np.ndarray]]:
        _, weights, found = self._differentiate(model, batches)
        arrived = {id(weight): self.backend.array(gradient) for weight, gradient in zip(weights, found) if gradient is not None}
        return {entry.name: arrived.get(id(entry.variable)) for entry in layers.named(model) if not layers.is_buffer(entry)}

    def step(self, model, optimizer, batch: Batch) -> float:
        with self.scope(), self.backend.stepping():
            loss, weights, found, others = self.backend.differentiate(self, model, [batch])
            pairs = [(gradient, weight) for gradient, weight in zip(found, weights) if gradient is not None]
            if pairs:  # Keras takes no empty list
                optimizer.apply_gradients(pairs)
            for variable, value in others:
                variable.assign(value)
        return float(loss)

    # -- routes that the framework offers -------------------------------------------------------------

    def placements(self):
        return [*places.dtype_placements(self), *self.backend.placements(self), *places.trainability_placements()]

    def copies(self):
        return {**super().copies(), **self.backend.copies()}

    def contexts(self):
        scopes = {**self.backend.scopes(), "name_scope": lambda: self.keras.name_scope("scope"), **contexts.keras_scopes(self)}
        found = contexts.contexts(self, scopes, {**self.backend.callers(), **contexts.keras_callers(self)})
        return {**found, **self.backend.contexts()}

    def transfers(self) -> Iterable[tuple]:
        core = importlib.import_module("keras.src.backend")
        return [*((core, name) for name in ("convert_to_tensor", "convert_to_numpy")), *self.backend.transfers()]


def imported():
    """The module ``keras``, on a JAX with two logical CPUs where JAX is the backend and starts now.

    Raises
    ------
    Unusable
        Where it is missing, its backend is, or it is Keras 2.
    """
    try:
        with two_host_devices():
            keras = importlib.import_module("keras")
    except Exception as error:
        raise Unusable(f"keras cannot be imported: {type(error).__name__}: {error}; KERAS_BACKEND or keras.json says which backend it needs") from error
    if int(keras.__version__.split(".")[0]) < 3:
        raise Unusable(f"standalone Keras 3 is needed, found {keras.__version__}")
    return keras


def started(keras) -> Backend:
    """What the backend answers, with the backend itself imported and its devices known.

    Raises
    ------
    Unusable
        For a backend that cannot learn or that nobody has written the answers for.
    """
    name = keras.backend.backend()
    if name not in BACKENDS:
        raise Unusable(f"Keras runs on the backend {name!r}; set KERAS_BACKEND to one of {', '.join(BACKENDS)}")
    module, kind = BACKENDS[name]
    with two_host_devices():
        return getattr(importlib.import_module(f".{module}", __package__), kind)(keras)
