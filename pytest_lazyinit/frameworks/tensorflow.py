"""The TensorFlow adapter: ``tf.keras``, that is Keras 2 (up to TensorFlow 2.15) and Keras 3 (since 2.16).

Keras creates a layer's variables when the layer is built, so an uninitialized parameter is an absent
one and ``built`` is the framework's own predicate.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import sys
from typing import Any, Callable, Iterable, Mapping, Optional, Sequence

import numpy as np

from . import tensorflow_facts as facts
from . import tensorflow_layers as layers
from . import tensorflow_calls, tensorflow_placements, tensorflow_queries
from . import tensorflow_contexts as contexts
from . import tensorflow_routes as routes
from .base import Adapter, Batch, Parameter, Unusable
from .calling import flattened
from .tensorflow_learning import Learning
from .tensorflow_lending import MISSING, STATEFUL, Lending
from .tensorflow_seeding import seeding


class TensorFlow(Learning, Lending, Adapter):
    """Models and layers of ``tf.keras``."""

    name = "tensorflow"
    distributions = ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos", "tf-nightly")
    missing: Mapping[str, str] = {**MISSING, **STATEFUL}
    access_errors = (ValueError, AttributeError)
    mismatch_errors = (ValueError,)
    operation_errors: tuple = ()
    refusal_errors = (ValueError, TypeError, AttributeError, NotImplementedError)
    state_errors = (ValueError,)
    unknown_marks = (r"\?", r"unbuilt", r"built=False")

    def __init__(self, device: str = "cpu"):
        super().__init__(device)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        try:
            self.tf = importlib.import_module("tensorflow")
            self.keras = self.tf.keras
            self.keras_version = sys.modules[self.keras.layers.Layer.__module__.split(".")[0]].__version__
        except Exception as error:
            raise Unusable(f"tensorflow cannot be imported: {type(error).__name__}: {error}{backend_hint()}") from error
        self.keras3 = int(self.keras_version.split(".")[0]) >= 3
        if self.keras3 and self.keras.backend.backend() != "tensorflow":
            raise Unusable(f"Keras runs on the backend {self.keras.backend.backend()!r}; set KERAS_BACKEND=tensorflow")
        self.missing = MISSING if self.keras3 else type(self).missing
        self.operation_errors = (self.tf.errors.InvalidArgumentError,)
        self.refusal_errors = type(self).refusal_errors + self.operation_errors
        self.nest, self.dense_types, self.sparse_types = self.tf.nest, (self.tf.Tensor,), (self.tf.SparseTensor, self.tf.RaggedTensor)
        self.caller: Callable = contexts.plain_call
        tensorflow_placements.split_cpu(self.tf)
        self.place = self._default_place()

    def _default_place(self) -> Optional[str]:
        """The scope that a pass needs: TensorFlow prefers an accelerator by itself, and never a TPU."""
        present = self.devices()
        accelerated = present["gpu"] or present["tpu"]
        return f"{self.device.upper()}:0" if self.device == "tpu" or self.device == "cpu" and accelerated else None

    def scope(self):
        """The adapter's device, around a pass or a builder; null where it is the default anyway."""
        return self.tf.device(self.place) if self.place else contextlib.nullcontext()

    building = scope

    def untraced(self):
        """Around callbacks inside a pass: values can be read there though the pass is being traced."""
        return self.tf.init_scope()

    # -- who and where ------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        return self.tf.__version__.split("+")[0]

    def versions(self) -> Mapping[str, str]:
        return {"tensorflow": self.version, "keras": self.keras_version, **facts.onednn()}

    @staticmethod
    def claims(built: Any) -> bool:
        return layers.backend_of(built) == "tensorflow"

    def devices(self) -> Mapping[str, Sequence[str]]:
        listed = self.tf.config.list_logical_devices
        return {kind: [layers.spelled(device.name) for device in listed(kind.upper())] for kind in ("cpu", "gpu", "tpu")}

    def layers(self, model) -> Sequence[str]:
        return [*layers.own_kinds(model, self.keras.Model), *(type(layer).__name__ for _, layer in layers.tree(model))]

    # -- building and running -----------------------------------------------------------------------

    def tensor(self, array: np.ndarray):
        with self.scope():
            return self.tf.constant(array)

    def apply(self, model, batch: Batch):
        with self.scope():
            plain = self.calls.call is None and self.calls.train is None
            output = self.caller(model, *batch.args, **batch.kwargs) if plain else self.run(model, batch)
            if self.device != "cpu":
                self.leaves(output)  # accelerators report an error when the result is fetched
            return output

    def leaves(self, output: Any) -> Sequence[np.ndarray]:
        return [np.asarray(leaf) for leaf in self._arrays(output)]

    def dense(self, leaf: Any) -> Optional[np.ndarray]:
        if isinstance(leaf, (self.tf.Tensor, self.tf.Variable)):
            return None if leaf.dtype == self.tf.string else np.asarray(leaf)
        return super().dense(leaf)

    def _arrays(self, output: Any) -> list:
        """The tensors of an output of any form; sparse and ragged ones by their parts."""
        parts = self.tf.nest.flatten(self.counted(output), expand_composites=True)
        return list(flattened(parts, lambda leaf: isinstance(leaf, (self.tf.Tensor, self.tf.Variable, np.ndarray))))

    def keyword(self, model) -> str:
        return next(iter(inspect.signature(model.call).parameters))

    # -- asking -------------------------------------------------------------------------------------

    def parameters(self, model) -> Sequence[Parameter]:
        trainable, found = {id(weight) for weight in layers.gather(model, "trainable_weights")}, layers.named(model)
        known = [self._parameter(entry, id(entry.variable) in trainable) for entry in [*found, *layers.repeated(model, found)]]
        passed = bool(found) and (model.built or self.calls.call is not None)  # a method of one's own leaves a model "not built"
        return known + ([Parameter(name, None, initialized=False) for name in facts.promised(model)] if passed else [])

    def _parameter(self, entry: layers.Named, trainable: bool) -> Parameter:
        variable, dtype = self.raw(entry.variable), entry.variable.dtype
        return Parameter(entry.name, tuple(entry.variable.shape), initialized=layers.holds_value(variable),
                         dtype=getattr(dtype, "name", dtype), device=layers.spelled(getattr(variable, "device", None)),
                         trainable=trainable, buffer=layers.is_buffer(entry))

    def raw(self, variable):
        """The ``tf.Variable`` itself, which a variable of Keras 3 wraps (``None`` until it has a value)."""
        return variable._value if hasattr(variable, "_value") and self.keras3 else variable

    def values(self, model) -> Mapping[str, np.ndarray]:
        return {entry.name: np.array(self.raw(entry.variable).numpy()) for entry in layers.named(model)
                if layers.holds_value(self.raw(entry.variable))}

    def handles(self, model) -> Mapping[str, Any]:
        return {entry.name: entry.variable for entry in layers.named(model)}

    def allocated(self, model) -> int:
        arrays = (np.ndarray, *self.dense_types)
        held = [value for _, layer in layers.tree(model) if not layer.built
                for value in vars(layer).values() if isinstance(value, arrays) and len(value.shape)]  # a scalar is a setting
        return sum(int(np.prod(array.shape)) * np.dtype(array.dtype).itemsize for array in held)

    def declared(self, model) -> Mapping[str, Optional[int]]:
        return facts.declared(model)

    def accesses(self, model) -> Mapping[str, Callable[[], Any]]:
        return tensorflow_queries.accesses(model)

    def display(self, model) -> Mapping[str, Callable[[], str]]:
        shown = tensorflow_queries.display(model)  # a model that is not called itself never becomes "built"
        return shown if self.calls.call is None else {name: show for name, show in shown.items() if "(model)" not in name} or shown

    def queries(self, model) -> Mapping[str, Callable[[], Any]]:
        return tensorflow_queries.queries(self, model)

    def configuration(self, model) -> Mapping[str, Any]:
        return facts.configuration(model)

    # -- random numbers and initial values ------------------------------------------------------------

    def seed(self, seed: int) -> None:
        seeding()(self.keras.utils.set_random_seed, seed)
        tensorflow_placements.forget_failed_passes(self)

    def draw(self) -> np.ndarray:
        """Keras draws initial values through Python's, its own and TensorFlow's generators, by version."""
        initial = self.keras.initializers.GlorotUniform()((2, 2))
        return np.concatenate([np.ravel(initial), np.ravel(self.tf.random.uniform((4,)))])

    def initializers(self, model):
        return facts.initializers(model)

    # -- routes that the framework offers -------------------------------------------------------------

    def placements(self):
        return tensorflow_placements.placements(self)

    def registrations(self):
        return routes.registrations(self)

    def copies(self):
        return routes.copies(self)

    def contexts(self):
        scopes = {**contexts.tensorflow_scopes(self.tf), **contexts.keras_scopes(self)}
        return contexts.contexts(self, scopes, {**contexts.tensorflow_callers(self.tf), **contexts.keras_callers(self)})

    def restarts(self):
        return routes.restarts(self)

    def watched(self, model, enter: Callable, leave: Callable, made: Callable):
        return tensorflow_calls.watched(self, model, enter, leave, made)

    # -- points to watch --------------------------------------------------------------------------------

    def transfers(self) -> Iterable[tuple]:
        """Fetching, copying between devices, and making tensors, which both generations of Keras do by these names."""
        eager = next(base for base in type(self.tf.constant(0.0)).__mro__ if "numpy" in vars(base))
        modules = (self.tf, self.tf.compat.v2)
        return [(eager, "numpy"), (eager, "_copy"), *((module, name) for module in modules for name in ("convert_to_tensor", "constant"))]

    def pause_points(self) -> Iterable[tuple]:
        return [(self.keras.layers.Layer, "add_weight"), (self.keras.layers.Layer, "__call__")]


def backend_hint() -> str:
    """What to do where another backend of Keras 3 is chosen, importable or not."""
    return "; set KERAS_BACKEND=tensorflow" if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow" else ""
