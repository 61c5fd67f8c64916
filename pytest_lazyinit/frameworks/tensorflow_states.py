"""The routes by which values leave a Keras model and enter another one, and what initializes a second time."""

from __future__ import annotations

import os
import tempfile
import weakref
from dataclasses import replace
from typing import Any, Callable, Collection, Dict, List, Mapping, NamedTuple, Optional

import numpy as np

from . import tensorflow_layers as layers
from . import tensorflow_placements as places
from . import tensorflow_routes as routes
from .base import Batch, NotOffered, Placement
from .states import Saving
from .words import Costly

COPIES = ("copy.deepcopy", "clone_model")
"""What an author's own model is copied by; the other routes are for the reference models."""
FRESH = ("clone_model", "from_config", "model_from_json", "layers.deserialize")
"""Copies by configuration, which have no values until they are given the original's."""


class Entry(NamedTuple):
    """Whose value a place in a list of weights is: its name, the path of its layer, and the attribute that keeps it there."""

    name: str
    path: str
    attribute: Optional[str]


class Weights(list):
    """What ``get_weights`` gives, as ``set_weights`` takes it, and beside it what each value is called."""

    entries: List[Entry]

    def __init__(self, values: Collection[np.ndarray], entries: List[Entry]):
        super().__init__(values)
        self.entries = entries


def state(model) -> Weights:
    paths = {id(layer): path for path, layer in layers.tree(model)}
    known = {id(entry.variable): Entry(entry.name, paths[id(entry.owner)], attribute(entry)) for entry in layers.named(model)}
    entries = [known.get(id(variable), Entry("", "", None)) for variable in model.weights]
    return Weights([np.array(value) for value in model.get_weights()], entries)


def attribute(entry: layers.Named) -> Optional[str]:
    """The attribute under which a layer keeps a variable, by which a checkpoint finds it."""
    return next((name for name, value in vars(entry.owner).items() if value is entry.variable), None)


def part(kept: Weights, names: Collection[str]) -> Weights:
    pairs = [(value, entry) for value, entry in zip(kept, kept.entries) if entry.name in names]
    return Weights([value for value, _ in pairs], [entry for _, entry in pairs])


def extended(kept: Weights) -> Weights:
    return Weights([*kept, np.zeros(1, "float32")], [*kept.entries, Entry("nobody/kernel", "nobody", "kernel")])


# -- files ---------------------------------------------------------------------------------------------------------------


class Folder:
    """A temporary folder that stays as long as somebody may read it: a deferred restoration reads when variables are made."""

    def __init__(self):
        self.held = tempfile.TemporaryDirectory()

    def __call__(self, name: str = "model") -> str:
        return os.path.join(self.held.name, name)

    def kept_by(self, model) -> "Folder":
        weakref.finalize(model, self.held.cleanup)
        return self


def tensorflow_of(adapter) -> Any:
    """TensorFlow, where the adapter's Keras computes with it."""
    return getattr(getattr(adapter, "backend", adapter), "tf", None)


def weight_formats(adapter) -> tuple:
    """Endings that ``save_weights`` knows. Without one Keras 2 writes TensorFlow's checkpoints; its own format came with 2.12."""
    if adapter.keras3:
        return (".weights.h5",)
    native = (".weights.h5",) if tuple(map(int, adapter.keras_version.split(".")[:2])) >= (2, 13) else ()
    return (".h5", *native, "")


def savings(adapter) -> Dict[str, Saving]:
    """Lists of values, files of weights, checkpoints with and without an optimizer, whole models."""
    def load(model, kept):
        model.set_weights(kept)
        return model
    found = {"get_weights": Saving(lambda model: [np.array(value) for value in model.get_weights()], load)}
    for ending in weight_formats(adapter):
        found[f"save_weights {ending or 'checkpoint'}"] = of_weights(adapter, f"model{ending}", costly=ending == ".weights.h5" and not adapter.keras3)
    if ".weights.h5" in weight_formats(adapter):
        found["save_weights .weights.h5, skip_mismatch=True"] = of_weights(adapter, "model.weights.h5", costly=True, skip_mismatch=True)
    if tensorflow_of(adapter) is not None:
        found["tf.train.Checkpoint"] = checkpointed(adapter, lambda model: {})
        with_optimizer = checkpointed(adapter, lambda model: {"optimizer": with_moments(adapter, model)})
        found["tf.train.Checkpoint with an optimizer"] = replace(with_optimizer, trained=True)
    for ending in routes.file_formats(adapter):
        found[f"save {ending}"] = of_a_model(adapter, ending)
    return found


def holder(adapter, model):
    """The model, or one around a bare layer: only models have files."""
    if hasattr(model, "save_weights"):
        return model
    around = adapter.keras.Sequential([model])
    around.built = around.built or model.built  # its variables are there, though it was never called itself
    return around


def of_weights(adapter, name: str, costly: bool, **how: Any) -> Saving:
    def save(model) -> Folder:
        folder = Folder()
        holder(adapter, model).save_weights(folder(name))
        return folder

    def load(model, folder: Folder):
        holder(adapter, model).load_weights(folder(name), **how)
        return model
    return Saving(save, load, costly=costly)


def checkpointed(adapter, beside: Callable[[Any], Mapping[str, Any]]) -> Saving:
    """TensorFlow's checkpoints: what is restored before its variable exists is documented to be taken up when it is made."""
    checkpoint = tensorflow_of(adapter).train.Checkpoint

    def save(model) -> Folder:
        folder = Folder()
        checkpoint(model=model, **beside(model)).write(folder())
        return folder

    def load(model, folder: Folder):
        checkpoint(model=model, **beside(model)).read(folder()).expect_partial()  # no complaint of what is still to come
        return model
    return Saving(save, load, costly=True)


def with_moments(adapter, model):
    """An optimizer after a step without gradient, which has moments and moves nothing; of an untouched model none is asked for one."""
    optimizer = adapter.keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
    weights = layers.gather(model, "trainable_weights")
    if weights:
        optimizer.apply_gradients([(adapter.tensor(np.zeros(weight.shape, "float32")), weight) for weight in weights])
    return optimizer


def of_a_model(adapter, ending: str) -> Saving:
    """A whole model in a file; classes of one's own are named to what reads it."""
    def save(model) -> tuple:
        folder = Folder()
        holder(adapter, model).save(folder("model" if ending == "folder" else f"model{ending}"))
        return folder, model

    def load(_, kept: tuple):
        folder, model = kept

        def read(_):
            loaded = adapter.keras.models.load_model(folder("model" if ending == "folder" else f"model{ending}"))
            return loaded if hasattr(model, "save_weights") else loaded.layers[0]
        return routes.with_classes(adapter, model, read)
    return Saving(save, load, whole=True, same_objects=False, costly=True)


# -- partial states, copies, a second initialization -----------------------------------------------------------------------


def load_in_part(adapter, model, kept: Weights) -> None:
    """By a checkpoint of some layers' values, which is how TensorFlow gives an untouched model a part of them."""
    tf, folder, known = tensorflow_of(adapter), Folder().kept_by(model), dict(layers.tree(model))
    values: Dict[str, Dict[str, Any]] = {}
    for value, entry in zip(kept, kept.entries):
        if entry.path not in known or entry.attribute is None:
            raise NotOffered(f"A checkpoint does not find {entry.name or 'a weight'} in the untouched model: its layer is not there yet, or keeps it in no attribute.")
        values.setdefault(entry.path, {})[entry.attribute] = tf.Variable(value)

    def labelled(objects: Mapping[str, Any]) -> Dict[str, Any]:
        return {"at_" + path.replace("/", "__"): found for path, found in objects.items()}
    checkpoint = tf.train.Checkpoint
    checkpoint(**labelled({path: checkpoint(**held) for path, held in values.items()})).write(folder())
    checkpoint(**labelled({path: known[path] for path in values})).read(folder()).expect_partial()


def receivers(adapter) -> Dict[str, Placement]:
    """Receivers of another dtype, and frozen ones."""
    wanted = ("policy float64", "policy mixed_float16", "model.trainable", "layer.trainable")
    found = places.dtype_placements(adapter) + places.trainability_placements()
    return {placement.name: replace(placement, costly=placement.name != "model.trainable") for placement in found if placement.name in wanted}


def copies_after(adapter) -> Dict[str, Callable[[Any], Any]]:
    """Every way to copy an untouched model but the slow one by a folder; one by configuration is then given the original's values."""
    found = {name: (lambda model, route=route: valued(route(model), model)) if name in FRESH else route
             for name, route in routes.copies(adapter).items() if name != "save folder"}
    return {f"{name}, set_weights" if name in FRESH else name: route if name in COPIES else Costly(route) for name, route in found.items()}


def valued(copy, model):
    """A copy with the original's values; one that is not built is built as the original was, where Keras keeps how."""
    if len(layers.named(copy)) < len(layers.named(model)):
        if not hasattr(copy, "build_from_config"):
            raise NotOffered("A copy by configuration is not built, and this Keras does not keep how the original was.")
        copy.build_from_config(model.get_build_config())
    copy.set_weights(model.get_weights())
    return copy


def reinitializations(adapter) -> Dict[str, Callable[[Any, Batch], Any]]:
    """A first pass again, and ``build`` of what is built: by the same shape, another one, the kept one, layer by layer."""
    run = adapter.first_pass if adapter.calls.first_pass is None else adapter.apply

    def rebuilt(model, batch, more: int = 0) -> None:
        shape = routes.one_shape(adapter, batch)
        model.build((*shape[:-1], shape[-1] + more))

    def from_config(model, batch) -> None:
        if not hasattr(model, "build_from_config"):
            raise NotOffered("This Keras does not keep how a model was built.")
        config = model.get_build_config()
        if not config:
            raise NotOffered("Keras keeps nothing of how this model was built.")
        model.build_from_config(config)

    def by_layers(model, batch) -> None:
        first = routes.facing(model)
        if first == [model] or any(layers.children(layer) for layer in first):
            raise NotOffered("The model is itself its first layer, or its layers do not say which of them take the input.")
        for layer in first:
            layer.build(routes.one_shape(adapter, batch))

    def around(model, batch) -> None:
        if adapter.calls.call is not None or adapter.calls.first_pass is not None:
            raise NotOffered("A wrapper calls the model itself.")
        rows, *sizes = routes.one_shape(adapter, batch)
        adapter.keras.layers.TimeDistributed(model)(adapter.tensor(np.asarray(batch.args[0]).reshape((rows, 1, *sizes))))
    return {
        "a second first pass": run,
        "build()": rebuilt,
        "build() for another width": lambda model, batch: rebuilt(model, batch, 1),
        "build_from_config()": from_config,
        "build() of the first layer": by_layers,
        "TimeDistributed around it": around,
    }
