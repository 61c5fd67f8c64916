"""What the chapter says and prints for Flax, as checks; the values are those of the printed page."""

from __future__ import annotations

from typing import Any, List, Tuple

import numpy as np

from ..clauses.clause import expect, statement
from ..clauses.compare import same_shapes, same_values
from ..clauses.trial import Trial, describe

SHAPES = {"layers_0/bias": (256,), "layers_0/kernel": (20, 256), "layers_2/bias": (10,), "layers_2/kernel": (256, 10)}


def net() -> Any:
    """The chapter's model."""
    from flax import linen as nn
    return nn.Sequential([nn.Dense(256), nn.relu, nn.Dense(10)])


def key(seed: int) -> Any:
    import jax
    return jax.random.PRNGKey(seed)


def initialized(trial: Trial) -> Any:
    """The chapter's ``params = net.init(key, jnp.zeros((2, 20)))``."""
    import jax.numpy as jnp
    return net().init(key(trial.seed), jnp.zeros((2, 20)))


def by_name(variables: Any) -> dict:
    """The leaves of a tree of variables by their path."""
    import jax
    flat = jax.tree_util.tree_flatten_with_path(variables)[0]
    return {"/".join(entry.key for entry in path): np.array(leaf) for path, leaf in flat}


def shapes(variables: Any) -> dict:
    """Shapes by name, without the leading ``params/``."""
    return {name.split("/", 1)[1]: array.shape for name, array in by_name(variables).items()}


def apply_init(module: Any, dummy_input: Tuple, random_key: Any) -> Any:
    """The chapter's function of that name."""
    return module.init(random_key, *dummy_input)


@statement
def instantiated_without_input_dimension(trial: Trial) -> None:
    """The MLP is instantiated without any input dimension, and says units alone."""
    model = net()
    trial.observe("repr", repr(model))
    units = [layer.features for layer in (model.layers[0], model.layers[2])]
    expect(units == [256, 10], "layers of 256 and 10 units", units)


@statement
def no_parameters_attribute(trial: Trial) -> None:
    """Flax models are stateless, hence there is no ``parameters`` attribute."""
    error = trial.raised(lambda: net().parameters)
    trial.observe("net.parameters", describe(error) if error else "returned")
    expect(isinstance(error, AttributeError), "net.parameters to raise AttributeError", trial.observations["net.parameters"])


@statement
def no_parameters_before_init(trial: Trial) -> None:
    """Before ``init`` the network holds no parameters, and cannot be called or applied without any."""
    import jax.numpy as jnp
    from flax import errors
    model, data = net(), jnp.zeros((2, 20))
    reads = {"net.variables": lambda: model.variables, "net(X)": lambda: model(data), "net.apply({}, X)": lambda: model.apply({}, data)}

    def check(name, read):
        error = trial.raised(read)
        trial.observe(name, describe(error) if error else "returned")
        expect(isinstance(error, (ValueError, errors.FlaxError)), f"{name} to raise ValueError or FlaxError", trial.observations[name])
    trial.each(reads, check)


@statement
def init_gives_the_tree(trial: Trial) -> None:
    """``net.init(key, jnp.zeros((2, 20)))`` gives the parameters of ``layers_0`` and ``layers_2``, and nothing else."""
    variables = initialized(trial)
    trial.observe("type", type(variables).__name__)
    expect(list(variables) == ["params"], "the collection params alone", list(variables))
    expect(sorted(variables["params"]) == ["layers_0", "layers_2"], "the layers layers_0 and layers_2", sorted(variables["params"]))
    own = [sorted(layer) for layer in variables["params"].values()]
    expect(own == [["bias", "kernel"]] * 2, "a bias and a kernel in each layer", own)


@statement
def init_infers_the_shapes(trial: Trial) -> None:
    """After ``init`` on (2, 20) the kernels are (20, 256) and (256, 10), the biases (256,) and (10,)."""
    same_shapes(shapes(initialized(trial)), SHAPES, "the chapter prints")


@statement
def tree_flatten_with_keys_prints_shapes(trial: Trial) -> None:
    """``jax.tree_util.tree_map(lambda x: x.shape, params).tree_flatten_with_keys()`` prints the tree of shapes."""
    import jax
    mapped = jax.tree_util.tree_map(lambda x: x.shape, initialized(trial))
    error = trial.raised(lambda: trial.observe("printed", mapped.tree_flatten_with_keys()))
    trial.observe("type", type(mapped).__name__)
    expect(error is None, "the chapter's line to print the shapes", error and describe(error),
           "init returns a plain dict, which has no such method; it returned a FrozenDict")
    text = trial.observations["printed"]
    expect(all(str(shape) in text for shape in SHAPES.values()), f"{list(SHAPES.values())} in what it prints", text)


@statement
def values_exist_after_init(trial: Trial) -> None:
    """Once all shapes are known the framework initializes: kernels are random and biases zero."""
    values = by_name(initialized(trial))
    flat = [name for name, array in values.items() if name.endswith("kernel") and not np.std(array) > 0]
    expect(not flat, "kernels of random values", f"constant {flat}")
    filled = [name for name, array in values.items() if name.endswith("bias") and array.any()]
    expect(not filled, "biases of zeros", f"others in {filled}")


@statement
def shapes_inferred_one_after_the_other(trial: Trial) -> None:
    """Only the first layer needs the data, yet the framework initializes one layer after the other."""
    import jax
    import jax.numpy as jnp
    from flax import linen as nn
    from ..clauses.watch import replaced
    order: List[tuple] = []

    def wrap(original, _):
        def param(module, name, *args, **kwargs):
            made = original(module, name, *args, **kwargs)
            order.append((f"{module.name}/{name}", tuple(made.shape)))
            return made
        return param
    with replaced([(nn.Module, "param")], wrap):
        jax.eval_shape(net().init, key(trial.seed), jnp.zeros((2, 20)))
    trial.observe("order", ", ".join(f"{name} {shape}" for name, shape in order))
    due = [(name, SHAPES[name]) for name in ("layers_0/kernel", "layers_0/bias", "layers_2/kernel", "layers_2/bias")]
    expect(order == due, f"parameters made in the order {due}", order)


@statement
def second_layer_needs_no_data(trial: Trial) -> None:
    """Another input dimension changes the first kernel alone."""
    import jax.numpy as jnp
    found = shapes(net().init(key(trial.seed), jnp.zeros((2, 30))))
    same_shapes(found, {**SHAPES, "layers_0/kernel": (30, 256)}, "another input dimension gives")


@statement
def data_decide_shapes_only(trial: Trial) -> None:
    """The dummy input's values do not matter: zeros and random numbers give the same parameters."""
    import jax
    random = jax.random.normal(key(trial.seed + 1), (2, 20))
    same_values(by_name(net().init(key(trial.seed), random)), by_name(initialized(trial)), "from zeros")


@statement
def init_leaves_the_module(trial: Trial) -> None:
    """Parameters and network are decoupled: ``init`` leaves the module as it was, and the user keeps what it returns."""
    import jax.numpy as jnp
    model, data = net(), jnp.zeros((2, 20))
    text, first = repr(model), by_name(model.init(key(trial.seed), data))
    expect(repr(model) == text, "the module unchanged by init", repr(model))
    expect(trial.raised(lambda: model.variables) is not None, "no variables on the module after init", "some")
    same_values(by_name(model.init(key(trial.seed), data)), first, "of the first init with this key")
    other = by_name(model.init(key(trial.seed + 1), data))
    expect(any((other[name] != first[name]).any() for name in first), "other values from another key", "the same")


@statement
def apply_init_unpacks_the_dummy_input(trial: Trial) -> None:
    """``apply_init(dummy_input, key)`` is ``init(key, *dummy_input)`` and returns the parameters."""
    import jax.numpy as jnp
    found = apply_init(net(), (jnp.zeros((2, 20)),), key(trial.seed))
    same_values(by_name(found), by_name(initialized(trial)), "from init itself")


@statement
def apply_init_takes_a_key_dictionary(trial: Trial) -> None:
    """The key dictionary has the keys of the parameters and of dropout, for models with dropout layers."""
    import jax.numpy as jnp
    from flax import linen as nn
    model, data = nn.Sequential([nn.Dense(256), nn.relu, nn.Dropout(0.5, deterministic=False), nn.Dense(10)]), jnp.ones((2, 20))
    found = [apply_init(model, (data,), {"params": key(trial.seed), "dropout": key(seed)}) for seed in (1, 2)]
    same_shapes(shapes(found[0]), {name.replace("layers_2", "layers_3"): shape for name, shape in SHAPES.items()}, "without dropout")
    same_values(by_name(found[1]), by_name(found[0]), "with another key for dropout, which makes masks and no parameters")
    outputs = [np.array(model.apply(found[0], data, rngs={"dropout": key(seed)})) for seed in (1, 1, 2)]
    expect((outputs[0] == outputs[1]).all() and (outputs[0] != outputs[2]).any(), "masks that follow dropout's key", "others")


@statement
def output_after_init(trial: Trial) -> None:
    """The returned parameters run the network on data of that width: (2, 20) gives (2, 10)."""
    import jax.numpy as jnp
    found = net().apply(initialized(trial), jnp.ones((2, 20)))
    expect(found.shape == (2, 10), "an output of shape (2, 10)", found.shape)


STATEMENTS = [
    instantiated_without_input_dimension, no_parameters_attribute, no_parameters_before_init, init_gives_the_tree,
    init_infers_the_shapes, tree_flatten_with_keys_prints_shapes, shapes_inferred_one_after_the_other, second_layer_needs_no_data,
    values_exist_after_init, data_decide_shapes_only, init_leaves_the_module, apply_init_unpacks_the_dummy_input,
    apply_init_takes_a_key_dictionary, output_after_init,
]
