"""Linen layers that NNX initializes lazily: ``nnx.bridge.ToNNX`` holds the layer, ``nnx.bridge.lazy_init`` makes its variables."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Mapping

from .flax_clauses import OPTION, PLAIN
from .recipes import Recipe, lecun_normal, ones, zeros

# NNX keeps variables as attributes of the module since; those of the bridge itself have these prefixes.
VERSIONS, OWN = ">=0.12", ("to_nnx__", "_pytree__")


def bridged(layer: Any) -> Any:
    """A layer whose first pass is `lazily`."""
    return layer


def lazily(layer: Any, rngs: Mapping[str, Any], *args: Any, **kwargs: Any) -> Dict[str, Any]:
    """The variables that ``nnx.bridge.lazy_init`` makes for a layer, as Linen has them."""
    from flax import nnx
    model = nnx.bridge.ToNNX(layer, rngs=nnx.Rngs(**rngs))
    nnx.bridge.lazy_init(model, *args, **kwargs)
    held = {name: value for name, value in vars(model).items() if not name.startswith(OWN)}
    return nnx.bridge.variables.nnx_attrs_to_linen_vars(held)


def recipes(units: int) -> Iterator[Recipe]:
    """Streams of NNX count, so that values agree with those of a twin that is initialized the same way."""
    known = {"first_pass": lazily}
    dense = {"kernel": lecun_normal(20, "flax.linen.Dense, kernel_init"), "bias": zeros("flax.linen.Dense, bias_init")}
    yield Recipe(f"bridge.bridged(nn.Dense({units}))", (4, 20), f"twins.dense({{width}}, {units})", draws=dense, clauses=PLAIN, versions=VERSIONS, known=known)
    yield Recipe(f"bridge.bridged(nn.Conv({units}, (3,)))", (2, 9, 3), f"twins.conv({{width}}, {units}, (3,))", axis=2, clauses=OPTION, versions=VERSIONS, known=known,
                 draws={"kernel": lecun_normal(9, "flax.linen.Conv, kernel_init"), "bias": zeros("flax.linen.Conv, bias_init")})
    yield Recipe("bridge.bridged(nn.LayerNorm())", (4, 6, 20), "twins.norm('LayerNorm', ({width},), twins.last)", axis=2, clauses=OPTION, versions=VERSIONS, known=known,
                 draws={"scale": ones("flax.linen.LayerNorm, scale_init"), "bias": zeros("flax.linen.LayerNorm, bias_init")})
    yield Recipe(f"bridge.bridged(nn.Sequential([nn.Dense({units}), nn.relu, nn.Dense(7)]))", (4, 20), clauses=OPTION, versions=VERSIONS, known=known,
                 twin=f"nn.Sequential([twins.dense({{width}}, {units}), nn.relu, twins.dense({units}, 7)])")
