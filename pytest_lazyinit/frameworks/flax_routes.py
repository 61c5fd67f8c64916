"""The routes that Flax and JAX offer around a first pass: placements, contexts, copies, starting over."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import pickle
from multiprocessing.reduction import ForkingPickler
from typing import Any, Callable, ContextManager, Dict, Iterator, Mapping, Optional, Sequence

from .base import Batch, Context, NotOffered, Placement, Registration
from .flax_linen import Linen, fields, rebuilt, spelled, submodules
from .words import ONE_CPU

# Routes that compile all of ``init`` at once: XLA then fuses an author's own arithmetic, which rounds otherwise.
ROUNDING = ("jit", "lazy_init")


class Routes:
    """The part of the Flax adapter that lists routes; it uses the modules that the adapter keeps."""

    # -- dtype and device before the first pass -------------------------------------------------------

    def placements(self) -> Sequence[Placement]:
        half = {"dtype": "bfloat16"}
        typed = [
            self._by_field("param_dtype=bfloat16", half, param_dtype=self.jnp.bfloat16),
            self._by_field("param_dtype=float64", {"dtype": "float64"}, self.double, param_dtype=self.jnp.float64),
            self._by_field("dtype=bfloat16", None, dtype=self.jnp.bfloat16),
            self._by_field("float64 input under x64", None, self.double, "float64"),
            self._by_field("float16 input", None, input_dtype="float16"),
        ]
        if self.calls.first_pass is None:
            typed.append(Placement("init cast to bfloat16", half, self._cast))
        other = self._other_device()
        return typed + [dataclasses.replace(placement, absent="" if other else ONE_CPU) for placement in self._elsewhere(other or self.home)]

    def _elsewhere(self, device: Any) -> Sequence[Placement]:
        """Routes to another device than the default one, which a test process has as a second CPU."""
        there = {"device": spelled(device)}
        sharding = self.jax.sharding.SingleDeviceSharding(device)

        def jitted(model):
            return model.replaced(through=lambda module: self._compilable(module.init, out_shardings=sharding))
        default = Placement("default_device", there, around=lambda: self.jax.default_device(device), late=False)
        if self.calls.first_pass is not None:
            return [default]
        ways = {"jit with out_shardings": jitted,
                "committed key": lambda model: model.replaced(through=self._with_key_on(device, lambda run: run)),
                "committed key, jit": lambda model: model.replaced(through=self._with_key_on(device, functools.partial(self._compilable, keep_unused=True)))}
        return [default, *(Placement(name, there, way, late=False) for name, way in ways.items())]

    def _compilable(self, run: Callable, **options: Any) -> Callable:
        """``run`` under ``jit``, not offered of a model that cannot be compiled: `after.context_free` says so, and no placement again."""
        def call(*args, **kwargs):
            try:
                return self.compiled(run, **options)(*args, **kwargs)
            except (self.jax.errors.ConcretizationTypeError, self.jax.errors.TracerArrayConversionError) as error:
                raise NotOffered("The model decides by the values of its input, so its init cannot be compiled.") from error
        return call

    def _other_device(self):
        cpus = [device for device in self.jax.devices() + self.jax.devices("cpu") if device != self.home]
        return cpus[0] if cpus else None

    def _by_field(self, name: str, due: Optional[Mapping[str, str]], around: Callable = contextlib.nullcontext,
                  input_dtype: str = "float32", **changes: Any) -> Placement:
        """Set fields of all layers that a module's fields hold; ``due`` is ``None`` where their own ``param_dtype`` holds.

        Layers that a module makes in its own code, and parameters of its own, follow that code: nobody
        can reach them from outside. Nothing is expected of a model with such a module unless it declares
        the field itself, and that is known only when the model is there.
        """
        expected: Dict[str, str] = {}
        decisive = set(changes if due else ["param_dtype"])

        def follows(layer: Any) -> bool:
            return type(layer).__module__.startswith("flax.linen") or decisive <= {field for field, _ in fields(layer)}

        def prepare(model: Linen) -> Linen:
            layers = list(submodules(self.linen, model.module))
            expected.update((due or self._declared_type(layers)) if all(map(follows, layers)) else {})
            return model.replaced(module=rebuilt(self.linen, model.module, changes))
        return Placement(name, expected, prepare, around, input_dtype, late=False)

    def _declared_type(self, layers: Sequence[Any]) -> Mapping[str, str]:
        """The type that all layers declare for their parameters, where they agree on one."""
        declared = {getattr(layer, "param_dtype", None) for layer in layers} - {None}
        found = {str(self.jax.dtypes.canonicalize_dtype(kind)) for kind in declared}
        return {"dtype": found.pop()} if len(found) == 1 else {}

    def _cast(self, model: Linen) -> Linen:
        """Initialize, then convert all floating variables; those that are there are converted now."""
        def half(tree):
            return self.jax.tree_util.tree_map(
                lambda leaf: leaf.astype(self.jnp.bfloat16) if self.jnp.issubdtype(leaf.dtype, self.jnp.floating) else leaf, tree)
        return model.replaced(through=lambda module: lambda *args, **kwargs: half(module.init(*args, **kwargs)), variables=half(model.variables))

    def _with_key_on(self, device, compiled: Callable) -> Callable:
        """Initialize from keys that were put on a device: computation follows its committed inputs."""
        def through(module):
            run = compiled(module.init)
            return lambda rngs, *args, **kwargs: run(self.jax.device_put(rngs, device), *args, **kwargs)
        return through

    def double(self) -> ContextManager:
        """64-bit types allowed; the context moved from ``jax.experimental`` to ``jax``."""
        if hasattr(self.jax, "enable_x64"):
            return self.jax.enable_x64(True)
        import jax.experimental
        return jax.experimental.enable_x64()

    # -- other ways to run the first pass ---------------------------------------------------------------

    def contexts(self) -> Mapping[str, Context]:
        jax, partial = self.jax, functools.partial
        # Left out: what changes a user's own arithmetic (promotion rules, 64 bits, another generator), and
        # disable_jit, under which the initializers round otherwise and take minutes.
        ambient = {
            "checking_leaks": jax.checking_leaks,
            "debug_nans": partial(jax.debug_nans, True),
            "debug_infs": partial(jax.debug_infs, True),
            "enable_custom_prng": partial(jax.enable_custom_prng, True),
            "transfer_guard_device_to_host": partial(jax.transfer_guard_device_to_host, "disallow"),
            "named_scope": partial(jax.named_scope, "dry run"),
            "return_frozendict flipped": self._frozen_flipped,
        }
        return {**{name: Context(around) for name, around in ambient.items()},
                **{name: Context(prepare=partial(self._through, way), rounds=name in ROUNDING) for name, way in self.ways().items()}}

    @staticmethod
    def _through(way: Callable, model: Linen) -> None:
        model.through = way

    @contextlib.contextmanager
    def _frozen_flipped(self) -> Iterator[None]:
        """``init`` gives a ``FrozenDict`` where it gave a plain one, or the reverse."""
        config, before = self.flax.config, self.flax.config.flax_return_frozendict
        config.update("flax_return_frozendict", not before)
        try:
            yield
        finally:
            config.update("flax_return_frozendict", before)

    # -- copies, starting over, initializing now ----------------------------------------------------------

    def copies(self) -> Mapping[str, Callable[[Linen], Linen]]:
        modules = {
            "copy": copy.copy,
            "deepcopy": copy.deepcopy,
            "pickle": _pickled,
            "clone": lambda module: module.clone(),
            "dataclasses.replace": dataclasses.replace,
            "bind and unbind": lambda module: module.bind({}).unbind()[0],
        }
        if hasattr(self.linen.Module, "copy"):
            modules["Module.copy"] = lambda module: module.copy()
        trees = {
            "deepcopy of variables": copy.deepcopy,
            "pickle of variables": _pickled,
            "tree_map": lambda tree: self.jax.tree_util.tree_map(self.jnp.array, tree),
            "to_bytes": lambda tree: self.flax.serialization.from_bytes(tree, self.flax.serialization.to_bytes(tree)),
        }
        return {**{name: functools.partial(_copied, "module", route) for name, route in modules.items()},
                **{name: functools.partial(_copied, "variables", route) for name, route in trees.items()},
                "deepcopy of both": copy.deepcopy}

    def restarts(self) -> Mapping[str, Callable[[Linen, Batch], Linen]]:
        def again(change: Callable, model: Linen, batch: Batch) -> Linen:
            renewed = Linen(change(model.module))
            self.first_pass(renewed, batch)
            return renewed
        return {"init": functools.partial(again, lambda module: module),
                "clone and init": functools.partial(again, lambda module: module.clone())}

    def registrations(self) -> Mapping[str, Registration]:
        return {
            "init without data": Registration(lambda model: model.module.init(self.rngs())),
            "lazy_init without data": Registration(lambda model: model.module.lazy_init(self.rngs())),
            "bind": Registration(lambda model: model.module.bind({}, rngs=self.rngs(), mutable=True)),
        }


def _pickled(value: Any) -> Any:
    """As ``multiprocessing`` sends it to another process."""
    return pickle.loads(ForkingPickler.dumps(value))


def _copied(field: str, route: Callable, model: Linen) -> Linen:
    """A holder with one of its fields copied; the other one never changes in place, so it is shared as users share it."""
    return model.replaced(**{field: route(getattr(model, field))})

