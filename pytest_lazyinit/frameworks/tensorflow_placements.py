"""The routes by which Keras users set dtype, device and trainability before the first pass.

Most are scopes. A scope is offered twice: around everything, and around construction only, as in
``with tf.device(…): model = …``, which an eagerly built model keeps.
"""

from __future__ import annotations

import contextlib
import importlib
from dataclasses import replace
from typing import Any, Callable, ContextManager, List, Mapping

from . import tensorflow_layers as layers
from .base import Placement
from .words import ONE_CPU

POLICIES = {"float64": "float64", "float16": "float16", "bfloat16": "bfloat16",
            "mixed_float16": "float32", "mixed_bfloat16": "float32"}
"""Global policy → dtype of the variables that it documents."""

Scope = Callable[[], ContextManager]


def placements(adapter) -> List[Placement]:
    return dtype_placements(adapter) + device_placements(adapter) + trainability_placements() + settings(adapter)


def dtype_placements(adapter) -> List[Placement]:
    double = {"dtype": "float64"}
    found = [Placement(f"policy {name}", {"dtype": dtype}, around=lambda name=name: policy(adapter, name))
             for name, dtype in POLICIES.items()]
    found += [Placement("floatx float64", double, around=lambda: floatx(adapter, "float64")),
              Placement("floatx float64 after a layer was made", double, around=lambda: floatx(adapter, "float64", True)),
              while_building("policy float64 while building", double, lambda: policy(adapter, "float64")),
              while_building("floatx float64 while building", double, lambda: floatx(adapter, "float64")),
              Placement("float64 input", {"dtype": "float32"}, input_dtype="float64"),
              Placement("float16 input", {"dtype": "float32"}, input_dtype="float16")]
    if adapter.keras3:
        found.append(Placement("layer.dtype_policy", double, prepare=set_policies))
    return found


def device_placements(adapter) -> List[Placement]:
    """A place that is not the default one: the second CPU, from an accelerator the first CPU."""
    place, spelled = ("CPU:1", "cpu:1") if adapter.device == "cpu" else ("CPU:0", "cpu")
    absent = "" if spelled in adapter.devices()["cpu"] else ONE_CPU
    found: List[Placement] = []
    for name, scope in device_scopes(adapter, place).items():
        pair = Placement(name, {"device": spelled}, around=scope), while_building(f"{name} while building", {"device": spelled}, scope)
        found += [replace(placement, absent=absent) for placement in pair]
    return found


def device_scopes(adapter, place: str) -> Mapping[str, Scope]:
    tf, keras = adapter.tf, adapter.keras
    scopes = {"tf.device": lambda: tf.device(place),
              "OneDeviceStrategy": lambda: tf.distribute.OneDeviceStrategy(f"/device:{place}").scope()}
    if hasattr(keras, "device"):
        scopes["keras.device"] = lambda: keras.device(place.lower())
    return {name: lambda scope=scope: elsewhere(adapter, scope) for name, scope in scopes.items()}


def trainability_placements() -> List[Placement]:
    return [Placement("model.trainable", {"trainable": False}, prepare=freeze_model),
            Placement("layer.trainable", {"trainable": False}, prepare=freeze_layers)]


def settings(adapter) -> List[Placement]:
    """Penalties and constraints, which an untouched layer keeps in its attributes for the variables that it is going to make."""
    penalty, constraint = (lambda: adapter.keras.regularizers.L2(0.5)), adapter.keras.constraints.NonNeg
    return [
        Placement("regularizers", {}, lambda model: given(model, "regularizer", penalty), late=False, forgotten=not_penalized),
        Placement("constraints", {}, lambda model: given(model, "constraint", constraint), late=False, forgotten=not_constrained),
    ]


# -- what the routes do ----------------------------------------------------------------------------------

def set_policies(model):
    for _, layer in layers.tree(model):
        layer.dtype_policy = type(layer.dtype_policy)("float64")  # the name alone is taken since Keras 3.3
    return model


def freeze_model(model):
    model.trainable = False
    return model


def freeze_layers(model):
    """Layer by layer, the innermost first; freezing the model would reach them all at once."""
    for _, layer in reversed(list(layers.tree(model))):
        layer.trainable = False
    return model


def given(model, kind: str, make: Callable[[], Any]):
    """The model whose layers have a setting of this kind for each variable to come for which they take one."""
    for _, layer in layers.tree(model):
        for name in [name for name in vars(layer) if name.endswith(f"_{kind}") and name[0] != "_" and name != f"activity_{kind}"]:
            setattr(layer, name, make())
    return model


def with_setting(model, kind: str) -> List[layers.Named]:
    return [entry for entry in layers.named(model) if setting_of(entry, kind) is not None]


def setting_of(entry: layers.Named, kind: str) -> Any:
    """What its layer keeps for a variable; recurrent, depthwise and pointwise kernels are spelled without the word."""
    label = layers.variable_label(entry.variable)
    found = [vars(entry.owner).get(f"{stem}_{kind}") for stem in (label, label.replace("_kernel", ""))]
    return next((setting for setting in found if setting is not None), None)


def not_penalized(model) -> List[str]:
    """The variables that have a penalty, where the model reports fewer of them."""
    due = [entry.name for entry in with_setting(model, "regularizer")]
    return due if len(model.losses) < len(due) else []


def not_constrained(model) -> List[str]:
    return [entry.name for entry in with_setting(model, "constraint") if entry.variable.constraint is None]


def while_building(name: str, expected: Mapping[str, Any], scope: Scope) -> Placement:
    """A scope that is left before the first pass."""
    stack = contextlib.ExitStack()

    @contextlib.contextmanager
    def around():
        with stack:
            stack.enter_context(scope())
            yield

    def prepare(model):
        stack.close()
        return model

    return Placement(name, expected, prepare, around)


@contextlib.contextmanager
def policy(adapter, name: str):
    """A global policy, and afterwards what was before."""
    precision = adapter.keras.mixed_precision
    before = precision.global_policy()
    try:
        precision.set_global_policy(name)
        yield
    finally:
        forget_policy(adapter)
        if before.name != adapter.keras.backend.floatx():
            precision.set_global_policy(before)


def forget_policy(adapter) -> None:
    """No global policy, as in a new process. Keras 3 makes the first one it needs, and it then overrules ``set_floatx``."""
    if adapter.keras3:
        state = importlib.import_module("keras.src.backend.common.global_state")
        state.set_global_attribute("dtype_policy", None)
    else:
        adapter.keras.mixed_precision.set_global_policy(None)


@contextlib.contextmanager
def floatx(adapter, name: str, after_a_layer: bool = False):
    """The default dtype of a new process, or of one that has made a layer before."""
    before = adapter.keras.backend.floatx()
    with policy(adapter, before):
        forget_policy(adapter)
        if after_a_layer:
            adapter.keras.layers.Dense(1)
        adapter.keras.backend.set_floatx(name)
        try:
            yield
        finally:
            adapter.keras.backend.set_floatx(before)


def forget_failed_passes(adapter) -> None:
    """The variables that a new process has to initialize: none.

    In Keras 3 an initializer that raises while a model is traced stays on a global list, in front of
    the variables of every later model, which are then never initialized. One departure must not spill over.
    """
    if adapter.keras3:
        state = importlib.import_module("keras.src.backend.common.global_state")
        state.set_global_attribute("uninitialized_variables", [])


def split_cpu(tf) -> None:
    """Two logical CPUs, so that placement can be checked; too late once the runtime has started."""
    with contextlib.suppress(RuntimeError, ValueError, IndexError):
        cpu = tf.config.list_physical_devices("CPU")[0]
        if tf.config.get_logical_device_configuration(cpu) is None:
            tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration() for _ in range(2)])


@contextlib.contextmanager
def elsewhere(adapter, scope: Scope):
    """A device scope of the user's, which the adapter's own must not overrule."""
    before, adapter.place = adapter.place, None
    try:
        with scope():
            yield
    finally:
        adapter.place = before
