"""What recipes of Gluon's layers share: the semantics of arrays, documented first values, and sizes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, Mapping

from ..frameworks import mxnet_facts as facts
from ..frameworks import mxnet_generations as generations
from ..frameworks.words import Initializer
from ..subjects import Subject, Variant
from .recipes import OPTION as COMMON
from .recipes import Code, Recipe, ones, uniform, zeros

UNITS, FEATURES, CHANNELS = 12, 20, 3
# Each model that is built anew costs milliseconds for the seed alone, so an option is not asked how its layer goes on after the first pass.
OPTION = (*(glob for glob in COMMON if glob != "after.*"),
          *(f"after.{name}" for name in ("shapes", "nothing_uninitialized", "twin_values", "distribution", "twin_configuration", "gradients")))
# What Block.initialize() fills a weight with that has no initializer of its own.
DEFAULT = 0.07


@dataclass(frozen=True)
class Layer(Recipe):
    """A recipe of Gluon.

    ``classic`` says that MXNet 1 offers the layer for classic arrays (``mx.nd``) alone; MXNet 2 has no others than NumPy's.
    ``layer`` names what the recipe is of, where its code begins with a helper.
    """

    classic: bool = False
    layer: str = ""

    @property
    def exported(self) -> str:
        return self.layer or super().exported

    def subject(self, framework: str, names: Callable[[], Mapping[str, Any]]) -> Subject:
        made = super().subject(framework, names)
        if self.twin and "{width}" in self.twin:
            other = Code(self.twin.replace("{width}", str(2 * self.shape[self.axis])), names)  # larger: some read memory behind a smaller one
            made = replace(made, conflict=Variant(builder=lambda: self.built(other)))
        twin_at = made.twin_at and (lambda width: self.built(lambda: made.twin_at(width)))
        return replace(made, builder=lambda: self.built(made.builder), like=made.like and (lambda: self.built(made.like)), twin_at=twin_at)

    def built(self, make: Callable[[], Any]) -> Any:
        """A block for the arrays that the layer takes: some choose their operator when they are made."""
        import mxnet
        numpy = not self.classic or generations.numpy_only(mxnet)
        with facts.semantics(mxnet, numpy):
            block = make()
        block.numpy_semantics = numpy
        return block


def chain(*layers):
    """Layers one after the other, for classic arrays until MXNet 2, since they were made outside of the semantics of NumPy."""
    import mxnet
    net = mxnet.gluon.nn.HybridSequential()
    net.add(*layers)
    net.numpy_semantics = generations.numpy_only(mxnet)
    return net


def compiled(net):
    """A block that is compiled before anything is known of its input."""
    net.hybridize()
    return net


def weights(layer: str, code: str, *names: str) -> Dict[str, Initializer]:
    """The default ``Uniform(0.07)`` for the weights, zero for the biases; a bias that the code declines is left out."""
    source = f"mxnet.gluon.{layer}, Parameters; mxnet.initializer.Uniform"
    wanted = names or (("weight",) if "use_bias=False" in code else ("weight", "bias"))
    return {name: zeros(source) if name.endswith("bias") else uniform(DEFAULT, source) for name in wanted}


def statistics(layer: str, *names: str) -> Dict[str, Initializer]:
    """One for scales and variances, zero for shifts and means."""
    source = f"mxnet.gluon.{layer}, Parameters"
    return {name: (ones if name in ("gamma", "running_var") else zeros)(source) for name in names}
