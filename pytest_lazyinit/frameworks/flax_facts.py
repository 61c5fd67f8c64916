"""What can be asked of a Flax model: layers, accesses, texts, queries, configuration, initializers."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
from typing import Any, Callable, Dict, Mapping, Optional, Sequence

import numpy as np

from .base import Batch, Initializer, NotOffered
from .flax_linen import Linen, fields, init, submodules

# Linen asks by running a module abstractly, so a query needs an input; before a pass this one is tried.
EXAMPLE = (2, 20)


class Facts:
    """The part of the Flax adapter that asks; it uses the modules that the adapter keeps."""

    # -- layers -----------------------------------------------------------------------------------------

    def layers(self, model: Linen) -> Sequence[str]:
        """Layers in a module's fields; those that its own code makes are known once a pass was made."""
        called = self._called(model)
        inside = list(submodules(self.linen, model.module)) + [layer for layer, _ in called.values()]
        return list(dict.fromkeys(type(layer).__name__ for layer in inside))

    def _called(self, model: Linen) -> Dict[tuple, tuple]:
        """Path → layer and the shapes of its own parameters, of every layer that ``init`` calls; nothing is computed."""
        found: Dict[tuple, tuple] = {}

        def note(run: Callable, args: tuple, kwargs: dict, context: Any) -> Any:
            output, layer = run(*args, **kwargs), context.module
            if context.method_name != "setup" and layer.scope is not None:
                own = layer.variables.get("params", {})
                found.setdefault(layer.scope.path, (layer, {name: np.shape(leaf) for name, leaf in own.items() if hasattr(leaf, "shape")}))
            return output
        if model.seen is not None and hasattr(self.linen, "intercept_methods"):
            # Some models need the values of their input.
            with contextlib.suppress(Exception), self.linen.intercept_methods(note):
                self.jax.eval_shape(lambda: self._initialize(model.replaced(variables=None, through=init), model.seen))
        return found

    def keyword(self, model: Linen) -> str:
        """The first parameter of ``__call__``; ``nn.Sequential`` hands its keywords to its first layer."""
        call = model.module
        while isinstance(call, self.linen.Sequential):
            call = call.layers[0]
        signature = inspect.signature(call.__call__ if isinstance(call, self.linen.Module) else call)
        named = [p.name for p in signature.parameters.values() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        if not named:
            raise NotOffered(f"{type(call).__name__} names none of its inputs, so it has no keyword call.")
        return named[0]

    # -- what must not give a value before the first pass -------------------------------------------------

    def allocated(self, model: Linen) -> int:
        """Arrays that a module keeps although nobody gave them to it as a field."""
        if model.variables is not None:
            return 0
        given = {"parent", "name", *(name for name, _ in fields(model.module))}
        kept = [value for name, value in vars(model.module).items() if name not in given]
        return sum(getattr(leaf, "nbytes", 0) for leaf in self.jax.tree_util.tree_leaves(kept))

    def declared(self, model: Linen) -> Mapping[str, Optional[int]]:
        return {}

    def accesses(self, model: Linen) -> Mapping[str, Callable[[], Any]]:
        module, jax = model.module, self.jax
        last = list(submodules(self.linen, module))[-1]
        method = self.calls.call if isinstance(self.calls.call, str) else "__call__"
        called = {"call": lambda: getattr(module, method)(self.jnp.ones(EXAMPLE))} if hasattr(type(module), method) else {}
        return {
            **called,
            "variables": lambda: module.variables["params"],
            "get_variable": lambda: module.get_variable("params", "kernel"),
            "has_variable": lambda: module.has_variable("params", "kernel"),
            "attribute params": lambda: module.params,
            "attribute parameters": lambda: module.parameters,
            "attribute kernel of a layer": lambda: last.kernel,
            "shape": lambda: last.kernel.shape,
            "arithmetic": lambda: last.variables["params"]["kernel"] + 1,
            "number of elements": lambda: sum(leaf.size for leaf in jax.tree_util.tree_leaves(module.variables)),
            "gradient": lambda: jax.grad(lambda scale: scale * module.variables["params"]["kernel"].sum())(1.0),
            "unbind": lambda: module.unbind(),
            "bind, then variables": lambda: module.bind({}).variables["params"],
        }

    # -- what prints and what merely asks -----------------------------------------------------------------

    def display(self, model: Linen) -> Mapping[str, Callable[[], str]]:
        """A module's text shows its fields; a linen layer has none for an input dimension."""
        module = model.module
        shown = {"repr": lambda: repr(module), "str": lambda: str(module)}
        for index, layer in enumerate(submodules(self.linen, module)):
            shown[f"repr of layer {index}"] = functools.partial(repr, layer)
        if model.variables is not None:
            shown["variables"] = lambda: repr(model.variables)
        if model.seen is not None:
            _, call = self.prepared(module, model.seen)
            shown["tabulate"] = lambda: module.tabulate(self.rngs(), *call.args, **call.kwargs)
        return shown

    def queries(self, model: Linen) -> Mapping[str, Callable[[], Any]]:
        return {**self._plain_queries(model.module), **self._abstract_queries(model), **self._tree_queries(model)}

    def _plain_queries(self, module) -> Mapping[str, Callable[[], Any]]:
        return {
            "repr": lambda: repr(module),
            "hash": lambda: hash(module),
            "equality": lambda: module == module.clone(),
            "dir": lambda: dir(module),
            "fields": lambda: dataclasses.fields(module),
            "asdict": lambda: dataclasses.asdict(module),
            "name": lambda: (module.name, module.parent),
            "path": lambda: module.path,
            "is_initializing": lambda: module.is_initializing(),
            "has_rng": lambda: module.has_rng("params"),
            "clone": lambda: module.clone(),
            "bind": lambda: module.bind({}).variables,
            "bind, then get_variable": lambda: module.bind({}).get_variable("params", "kernel"),
            "bind, then unbind": lambda: module.bind({}).unbind(),
        }

    def _abstract_queries(self, model: Linen) -> Mapping[str, Callable[[], Any]]:
        """Shape queries; for a model that takes another input than the example they raise, which is noted and harmless."""
        jax, rngs = self.jax, self.rngs()
        module, call = self.prepared(model.module, model.seen or Batch((self.jnp.ones(EXAMPLE),)))
        args, kwargs = call.args, call.kwargs
        return {
            "eval_shape of init": lambda: jax.eval_shape(lambda *a: module.init(*a, **kwargs), rngs, *args),
            "eval_shape of init_with_output": lambda: jax.eval_shape(lambda *a: module.init_with_output(*a, **kwargs), rngs, *args),
            "make_jaxpr": lambda: jax.make_jaxpr(lambda *a: module.init(*a, **kwargs))(rngs, *args),
            "lower": lambda: jax.jit(lambda *a: module.init(*a, **kwargs)).lower(rngs, *args),
            "tabulate": lambda: module.tabulate(rngs, *args, **kwargs),
            "nn.tabulate": lambda: self.linen.tabulate(module, rngs)(*args, **kwargs),
            "module_paths": lambda: module.module_paths(rngs, *args, **kwargs),
            "init": lambda: module.init(rngs, *args, **kwargs),
            "lazy_init": lambda: self._lazily(module)(rngs, *args, **kwargs),
            "apply without variables": lambda: module.apply({}, *args, **kwargs),
        }

    def _tree_queries(self, model: Linen) -> Mapping[str, Callable[[], Any]]:
        tree, util = model.variables, self.jax.tree_util
        return {
            "tree_leaves": lambda: util.tree_leaves(tree),
            "tree_structure": lambda: util.tree_structure(tree),
            "shapes": lambda: util.tree_map(np.shape, tree),
            "count": lambda: sum(leaf.size for leaf in util.tree_leaves(tree)),
            "to_state_dict": lambda: self.flax.serialization.to_state_dict(tree),
            "to_bytes": lambda: self.flax.serialization.to_bytes(tree),
        }

    def configuration(self, model: Linen) -> Mapping[str, Any]:
        """The tree of variables: in Flax all that a first pass leaves behind."""
        entries: Dict[str, Any] = {"class": type(model.module).__name__, "tree": type(model.variables).__name__,
                                   "collections": sorted(model.variables or {}),
                                   "state_keys": [name for name, _, _ in self._leaves(model)]}
        for name, _, leaf in self._leaves(model):
            entries.update({f"{name}.shape": tuple(np.shape(leaf)), f"{name}.dtype": str(getattr(leaf, "dtype", "")),
                            f"{name}.weak_type": bool(getattr(leaf, "weak_type", False)),
                            f"{name}.class": type(leaf).__name__})
        return entries

    # -- initial values -------------------------------------------------------------------------------------

    def initializers(self, model: Linen) -> Mapping[str, Initializer]:
        known = {}
        names = {name for name, _, _ in self._leaves(model)}
        for path, (layer, shapes) in self._called(model).items():
            for attribute, shape in shapes.items():
                name, found = "/".join((*path, attribute)), self._documented(layer, attribute, shape)
                if found and name in names:
                    known[name] = Initializer(*found, f"flax.linen.{type(layer).__name__}.{attribute}_init")
        return known

    def _documented(self, layer, attribute: str, shape: tuple) -> Optional[tuple]:
        """Kind and scale of a layer's initializer, told by the function in its field ``kernel_init``, ``bias_init`` …"""
        given, size = getattr(layer, f"{attribute}_init", None), int(np.prod(shape))
        linear, constants = self.linen.linear, self.linen.initializers
        if given in (constants.zeros, constants.ones):
            return "constant", float(given is constants.ones)
        if given is linear.default_kernel_init and size and self._fan_is_the_rest(layer):
            # LeCun: variance 1 / fan, the fan being what one feature sees (all of the kernel but the features).
            return "truncated_normal", float(np.sqrt(np.prod(layer.features) / size))
        if given is linear.default_embed_init and size:
            return "normal", float(np.sqrt(1 / shape[-1]))
        return None

    def _fan_is_the_rest(self, layer) -> bool:
        """Layers whose kernel holds one fan of inputs a feature; not those with batched or transposed kernels."""
        kinds = (self.linen.Dense, self.linen.Conv, self.linen.DenseGeneral, self.linen.ConvTranspose)
        return type(layer) in kinds and not getattr(layer, "batch_dims", ()) and not getattr(layer, "transpose_kernel", False)
