"""Learning in TensorFlow: the harness' loss, gradients by a tape, steps by Keras' optimizer, freezing, values of one's own."""

from __future__ import annotations

import warnings
from typing import Mapping, Optional, Sequence

import numpy as np

from . import tensorflow_facts as facts
from . import tensorflow_layers as layers
from .base import Batch, NotOffered


class Learning:
    """The part of the adapter that trains; it uses the modules that the adapter keeps."""

    def _loss(self, model, batches: Sequence[Batch]):
        tf, losses = self.tf, []
        for batch in batches:
            outputs = self._arrays(self.apply(model, batch))
            losses += [tf.reduce_mean(tf.square(leaf - 1)) for leaf in outputs if leaf.dtype.is_floating]
        if not losses:
            raise NotOffered("The output has no floating-point tensor, so there is no loss; give output=.")
        return tf.add_n(losses)

    def _differentiate(self, model, batches: Sequence[Batch]):
        """Loss, what Keras calls trainable once the pass is done, and the gradients."""
        with self.tf.GradientTape() as tape:
            loss = self._loss(model, batches)
        weights = layers.gather(model, "trainable_weights")
        found = tape.gradient(loss, [self.raw(weight) for weight in weights])
        return loss, weights, [None if one is None else self.tf.convert_to_tensor(one) for one in found]

    def gradients(self, model, *batches: Batch) -> Mapping[str, Optional[np.ndarray]]:
        _, weights, found = self._differentiate(model, batches)
        arrived = {id(weight): gradient.numpy() for weight, gradient in zip(weights, found) if gradient is not None}
        return {entry.name: arrived.get(id(entry.variable)) for entry in layers.named(model)
                if not layers.is_buffer(entry)}

    def optimizer(self, model):
        return self.keras.optimizers.SGD(learning_rate=0.1)

    def step(self, model, optimizer, batch: Batch) -> float:
        loss, weights, found = self._differentiate(model, [batch])
        with self.scope(), warnings.catch_warnings():  # Keras 3 warns of each parameter that no gradient reaches
            warnings.simplefilter("ignore")
            if weights:  # Keras 3 takes no empty list
                optimizer.apply_gradients(list(zip(found, weights)))
        return float(loss)

    def freeze(self, model) -> str:
        for path, layer in layers.leaves(model):
            if facts.initializer_of(layer) or layers.gather(layer, "weights"):
                layer.trainable = False
                return layers.join(path, "*")
        raise NotOffered("No layer of this model says before the first pass that it will have parameters.")

    def custom_init(self, model, batch: Batch, value: float) -> None:
        self.first_pass(model, batch)
        initializer = self.keras.initializers.Constant(value)
        for weight in model.trainable_weights:
            weight.assign(initializer(weight.shape, dtype=weight.dtype))

    def perturb(self, model, delta: float) -> None:
        for weight in model.trainable_weights:
            weight.assign_add(np.full(weight.shape, delta, np.dtype(getattr(weight.dtype, "name", weight.dtype))))

    def stir(self, model, delta: float) -> None:
        trainable = {id(weight) for weight in layers.gather(model, "trainable_weights")}
        for entry in layers.named(model):
            if id(entry.variable) not in trainable and "float" in str(entry.variable.dtype):
                entry.variable.assign(entry.variable + np.asarray(delta, str(getattr(entry.variable.dtype, "name", entry.variable.dtype))))
        for _, layer in layers.tree(model):  # a layer that keeps what it made of its statistics makes it anew
            getattr(layer, "finalize_state", lambda: None)()
