"""TensorFlow and Keras: a layer that Keras built by itself, from a declared input, is told from one that was built by hand or by data."""

from __future__ import annotations

import functools
from typing import Any, Dict, Iterator, List, Optional, Tuple

import numpy

from .own import Unfit
from .toolkit import Toolkit, change, first_of, moved
from .walking import Found, Walk, isinstance_of


class TensorFlow(Toolkit):
    def __init__(self) -> None:
        import tensorflow as tf
        self.tf, self.Layer, self.Module = tf, tf.keras.layers.Layer, tf.Module
        # Keras 3 has variables of its own around TensorFlow's.
        self.variables = tuple(kind for kind in (tf.Variable, getattr(tf.keras, "Variable", None)) if kind)
        super().__init__([tf, *keras_packages(tf)])
        self.Tape, self.convert, self.is_tensor, self.cast = tf.GradientTape, tf.convert_to_tensor, tf.is_tensor, tf.cast
        self.multiply, self.sum, self.set_seed = tf.multiply, tf.reduce_sum, tf.keras.utils.set_random_seed
        self.layers = Walk(lambda value: isinstance_of(value, (self.Layer,)))
        self.built: Dict[int, Tuple[Any, str]] = {}
        for settings in (tf.debugging, getattr(tf.keras, "config", None)):  # the second is Keras 3's own
            if settings is not None:
                settings.disable_traceback_filtering()
        self._watch_layers()

    def opened(self, namespace: Dict[str, Any], label: str) -> None:
        super().opened(namespace, label)
        self.layers.namespace = namespace

    def _watch_layers(self) -> None:
        """Notes of each layer which passes with data it completed, and what built it: data, or Keras on symbolic inputs."""
        original, toolkit = self.Layer.__call__, self

        @self.tf.autograph.experimental.do_not_convert
        @functools.wraps(original)
        def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            before = bool(layer.built)
            output = original(layer, *args, **kwargs)
            data = toolkit._is_data(output)
            if not before and id(layer) not in toolkit.built:
                toolkit.built[id(layer)] = (layer, "data" if data else "symbolic")
            if data:
                toolkit.completed(layer)
            return output
        self.Layer.__call__ = call

    def _is_data(self, output: Any) -> bool:
        output = first_of(output)
        return self.is_tensor(output) and hasattr(output, "_numpy")

    # -- parameters -----------------------------------------------------------------------------------

    def is_parameter(self, value: Any) -> bool:
        return isinstance_of(value, self.variables)

    def children(self, value: Any) -> Optional[List[Tuple[str, Any]]]:
        """A layer's own weights first, then the layers inside it; other objects of the framework hold no parameters."""
        if isinstance_of(value, (self.Layer,)):
            return list(self._of_layer(value))
        if type(value).__name__ == "_DictWrapper":
            return list(value.items())
        theirs = type(value).__module__.partition(".")[0] in ("tensorflow", "keras", "tf_keras")
        return [] if theirs and not isinstance_of(value, (self.Module, list, dict, tuple)) else None

    def _of_layer(self, layer: Any) -> Iterator[Tuple[str, Any]]:
        inner = list(layer._flatten_layers(include_self=False, recursive=False))
        theirs = {id(weight) for one in inner for weight in weights(one)}
        for weight in weights(layer):
            if id(weight) not in theirs:
                yield weight.name.rpartition("/")[2].partition(":")[0], weight
        yield from ((one.name, one) for one in inner)
        # What Keras does not track, such as layers in a closure or the variables of a tf.Module.
        yield from ((key, item) for key, item in vars(layer).items() if not key.startswith("_"))

    def described(self, found: Found) -> Dict[str, Any]:
        known = self.built.get(id(found.holder))
        return {"shape": [int(size) for size in found.value.shape], "exists": True, "by": known[1] if known else "told"}

    def seed(self) -> None:
        super().seed()
        self.set_seed(0)

    def parts(self, model: Any) -> List[Any]:
        layers = [layer for found in self.layers(model) for layer in found.value._flatten_layers()]
        return [layer for layer in layers if type(layer).__name__ != "InputLayer" and not list(layer._flatten_layers(include_self=False))]

    # -- passes ---------------------------------------------------------------------------------------

    def run(self, model: Any, x: Any) -> None:
        model(x)

    def use(self, model: Any, x: Any) -> numpy.ndarray:
        """Called without a word about training Keras runs in evaluation mode."""
        return self._numbers(model(self.convert(x)))

    def step(self, model: Any, x: Any, weights: Any, rate: float) -> List[Dict[str, Any]]:
        with self.Tape() as tape:
            output = first_of(model(self.convert(x)))
            loss = self.sum(self.multiply(output, self.cast(weights, output.dtype)))
        leaves = list(tape.watched_variables())
        found = []
        for leaf, gradient in zip(leaves, tape.gradient(loss, leaves) if leaves else ()):
            by = None if gradient is None else change(leaf.numpy(), self.convert(gradient).numpy(), rate)
            if by is not None:
                leaf.assign_add(self.cast(by, leaf.dtype))
                found.append(moved(by.shape, by))
        return found

    def _numbers(self, output: Any) -> numpy.ndarray:
        output = first_of(output)
        if not self.is_tensor(output) or not hasattr(output, "_numpy"):
            raise Unfit(f"the model returned a {type(output).__name__} and no tensor")
        return output.numpy()


def weights(layer: Any) -> List[Any]:
    """A layer's weights; a Sequential that no data has reached refuses the question."""
    try:
        return list(layer.weights)
    except ValueError:
        return []


def keras_packages(tf: Any) -> List[Any]:
    """The packages that hold Keras' own code, which is not TensorFlow's folder in every version."""
    import sys
    tf.keras.layers.Layer  # loads it
    names = {base.__module__.partition(".")[0] for base in tf.keras.layers.Layer.__mro__} - {"builtins"}
    return [sys.modules[name] for name in sorted(names) if getattr(sys.modules.get(name), "__file__", None)]


def toolkit() -> Toolkit:
    return TensorFlow()
