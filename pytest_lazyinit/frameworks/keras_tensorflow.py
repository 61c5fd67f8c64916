"""Keras 3 on TensorFlow: what the TensorFlow adapter does, asked through standalone Keras."""

from __future__ import annotations

import importlib
from typing import Any, Mapping, Sequence

from . import tensorflow_contexts as contexts
from . import tensorflow_facts as facts
from . import tensorflow_layers as layers
from . import tensorflow_placements as places
from .keras_backends import Backend
from .tensorflow import TensorFlow


class OnTensorFlow(Backend):
    """The backend whose tensors are ``tf.Tensor``."""

    name = "tensorflow"

    def __init__(self, keras: Any):
        super().__init__(keras)
        tf = self.tf = importlib.import_module("tensorflow")
        self.dense_types, self.sparse_types = (tf.Tensor,), (tf.SparseTensor, tf.RaggedTensor)
        self.operation_errors = (tf.errors.InvalidArgumentError,)
        places.split_cpu(tf)

    def versions(self) -> Mapping[str, str]:
        return {"tensorflow": self.tf.__version__, **facts.onednn()}

    def devices(self) -> Mapping[str, Sequence[str]]:
        return TensorFlow.devices(self)

    def tensor(self, array) -> Any:
        return self.tf.constant(array)

    def holds(self, value: Any) -> bool:
        return layers.holds_value(value)

    def place(self, value: Any) -> str:
        return layers.spelled(value.device)

    def untraced(self):
        return self.tf.init_scope()

    def differentiate(self, adapter, model, batches):
        with self.tf.GradientTape() as tape:
            loss = adapter.loss(model, batches)
        weights = layers.gather(model, "trainable_weights")
        found = tape.gradient(loss, [weight.value for weight in weights])
        return loss, weights, [None if one is None else self.tf.convert_to_tensor(one) for one in found], []

    def placements(self, adapter):
        adapter.tf = self.tf
        return places.device_placements(adapter)

    def drawn(self):
        return [self.tf.random.uniform((4,))]

    def scopes(self):
        return contexts.tensorflow_scopes(self.tf)

    def callers(self):
        return contexts.tensorflow_callers(self.tf)

    def transfers(self):
        return TensorFlow.transfers(self)
