"""The reference MLP of the chapter in MXNet Gluon, its eager twin and its variants.

A block is the same object under NumPy and classic semantics; the attribute ``numpy_semantics`` says
for which one it was made. ``in_units=0`` is Gluon's word for an input dimension to be inferred.
"""

from __future__ import annotations

from typing import Any, Mapping, Optional

import numpy as np

from ..subjects import Subject, Variant

WIDTHS = (20, 30, 7)
NORMALIZED = 8


def mlp(in_units: Optional[int] = None, hidden_units: Optional[int] = None, classes: int = 10):
    """``Dense(256, relu), Dense(10)``, with the input dimensions of the two layers where given."""
    from mxnet.gluon import nn
    return chain(nn.Dense(256, activation="relu", in_units=in_units or 0), nn.Dense(classes, in_units=hidden_units or 0))


def mlp_classic(in_units: Optional[int] = None, hidden_units: Optional[int] = None):
    """The same MLP for classic arrays (``mx.nd``), whose unknown dimensions read 0."""
    return classic(mlp(in_units, hidden_units))


def chain(*layers):
    """Layers one after the other, for NumPy semantics as in the chapter."""
    from mxnet.gluon import nn
    net = nn.Sequential()
    net.add(*layers)
    net.numpy_semantics = True
    return net


def classic(net):
    """A block for classic semantics."""
    net.numpy_semantics = False
    return net


def reference(values: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """The MLP's output in NumPy."""
    hidden = np.maximum(x @ values["0.weight"].T + values["0.bias"], 0)
    return hidden @ values["1.weight"].T + values["1.bias"]


def conflict():
    """The second layer declares 100 inputs, the first one gives 256."""
    return mlp(hidden_units=100)


def tied():
    """``Dense(256)``, one shared ``Dense(256)`` twice, ``Dense(10)``."""
    from mxnet.gluon import nn
    shared = nn.Dense(256)
    return chain(nn.Dense(256), shared, shared, nn.Dense(10))


def tied_conflict():
    """One shared ``Dense(256)``, first for the input, then for its own 256-wide output."""
    from mxnet.gluon import nn
    shared = nn.Dense(256)
    return chain(shared, shared, nn.Dense(10))


def tied_by_parameters():
    """As `tied`, by two layers of which the second is given the parameters of the first, as MXNet 1 documents it."""
    from mxnet.gluon import nn
    shared = nn.Dense(256)
    return chain(nn.Dense(256), shared, nn.Dense(256, params=shared.params), nn.Dense(10))


def declared_by_parameters():
    """The MLP whose first layer knows its input dimension from the layer whose parameters it is given."""
    from mxnet.gluon import nn
    declared = nn.Dense(256, in_units=20)
    return chain(nn.Dense(256, activation="relu", params=declared.params), nn.Dense(10))


def late_conflict():
    """A lazy layer beside the input itself, then a layer that declares the sum of both widths: only width 20 fits."""
    from mxnet.gluon import Block, nn

    class Beside(Block):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.hidden = nn.Dense(256, activation="relu")
            self.output = nn.Dense(10, in_units=256 + 20)

        def forward(self, x):
            return self.output(joined(self.hidden(x), x))
    net = Beside()
    net.numpy_semantics = True
    return net


def joined(one, other):
    """Two arrays side by side, by the operator of their kind."""
    import mxnet
    modern = isinstance(one, mxnet.np.ndarray)
    return mxnet.np.concatenate([one, other], axis=1) if modern else mxnet.nd.concat(one, other, dim=1)


def many_widths():
    """One lazy adapter a width, chosen by the input, over one shared trunk."""
    from mxnet.gluon import Block, nn

    class Adapters(Block):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            for width in WIDTHS:
                setattr(self, f"adapter{width}", nn.Dense(256))
            self.trunk = nn.Sequential()
            self.trunk.add(nn.Activation("relu"), nn.Dense(10))

        def forward(self, x):
            return self.trunk(getattr(self, f"adapter{x.shape[-1]}")(x))
    net = Adapters()
    net.numpy_semantics = True
    return net


def leading():
    """The MLP with ``flatten=False``; by default ``Dense`` makes one axis of all but the first."""
    from mxnet.gluon import nn
    return chain(nn.Dense(256, activation="relu", flatten=False), nn.Dense(10, flatten=False))


def variants(made=lambda net: net) -> Mapping[str, Variant]:
    """The variants of the MLP; ``made`` turns each fresh block into one for other semantics."""
    def variant(builder, **facts: Any) -> Variant:
        return Variant(builder=lambda: made(builder()), **facts)
    return {
        # At construction nothing is; these are what initialize() fills before any data.
        "partial": variant(lambda: mlp(20), initialized=("0.*", "1.bias")),
        "conflict": variant(conflict),
        "late_conflict": variant(late_conflict, widths=(30, 20)),
        "other_units": variant(lambda: mlp(classes=7)),
        "tied": variant(tied, shared=("1.*",), count=6),
        "tied_conflict": variant(tied_conflict),
        "many_widths": variant(many_widths, shared=("trunk.*",), widths=WIDTHS),
        "leading": variant(leading, input_shapes=((2, 3, 20), (2, 3, 4, 20))),
    }


def subject() -> Subject:
    """The reference MLP under NumPy semantics, as in the chapter."""
    return Subject(builder=mlp, input_shape=(2, 20), name="MLP", framework="mxnet", shipped=True, reference=reference,
                   like=lambda: mlp(20, 256), twin_at=lambda width: mlp(width, 256), **variants())


def classic_subject() -> Subject:
    """The reference MLP under classic semantics."""
    return Subject(builder=mlp_classic, input_shape=(2, 20), name="MLP-classic", framework="mxnet", shipped=True, reference=reference,
                   like=lambda: mlp_classic(20, 256), twin_at=lambda width: mlp_classic(width, 256),
                   **{**variants(classic), "tied": Variant(builder=lambda: classic(tied_by_parameters()), shared=("1.*",), count=6),
                      "partial": Variant(builder=lambda: classic(mlp(20)), initialized=("0.*", "1.bias"),
                                         ways={"params= of a declared layer": lambda: classic(declared_by_parameters())})})


def normalized(in_units: int = 0, hidden_units: int = 0):
    """A small tied hybrid MLP with batch statistics, which Gluon keeps as parameters without gradient."""
    from mxnet.gluon import nn
    net, shared = nn.HybridSequential(), nn.Dense(NORMALIZED, activation="relu", in_units=hidden_units)
    net.add(nn.Dense(NORMALIZED, in_units=in_units), nn.BatchNorm(in_channels=hidden_units), shared, shared, nn.Dense(10, in_units=hidden_units))
    net.numpy_semantics = True
    return net


def normalized_subject() -> Subject:
    """For the states and transforms of hybrid blocks, running statistics and tied parameters, which the MLP does not have."""
    return Subject(builder=normalized, input_shape=(4, 20), name="normalized MLP", framework="mxnet", shipped=True,
                   clauses=("before.placement_remembered", "varying.tied", "state.*", "transform.*"), like=lambda: normalized(20, NORMALIZED))
