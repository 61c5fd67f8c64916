"""The reference MLP of *Dive into Deep Learning*, section 6.4, in PyTorch, and its variants."""

from __future__ import annotations

from typing import Any, Mapping, Optional

import numpy as np

from ..subjects import Subject, Variant

HIDDEN, CLASSES, WIDTH, NORMALIZED = 256, 10, 20, 8
WIDTHS = (20, 30, 7)


def dense(units: int, in_units: Optional[int] = None) -> Any:
    """A fully connected layer, lazy unless its input dimension is declared."""
    from torch import nn
    return nn.LazyLinear(units) if in_units is None else nn.Linear(in_units, units)


def mlp(in_units: Optional[int] = None, hidden_units: Optional[int] = None, classes: int = CLASSES) -> Any:
    """``Dense(256, relu), Dense(10)``; the arguments declare the input dimension of the first and second layer."""
    from torch import nn
    return nn.Sequential(dense(HIDDEN, in_units), nn.ReLU(), dense(classes, hidden_units))


def reference(values: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """The MLP's output in NumPy; PyTorch keeps a weight as (units, input dimension)."""
    hidden = np.maximum(x @ values["0.weight"].T + values["0.bias"], 0)
    return hidden @ values["2.weight"].T + values["2.bias"]


def tied() -> Any:
    """One lazy hidden layer that stands at two places."""
    from torch import nn
    shared = dense(HIDDEN)
    return nn.Sequential(dense(HIDDEN), nn.ReLU(), shared, nn.ReLU(), shared, nn.ReLU(), dense(CLASSES))


def tied_conflict() -> Any:
    """One lazy layer, fed the input first and then its own output, which has another width."""
    from torch import nn
    shared = dense(HIDDEN)
    return nn.Sequential(shared, nn.ReLU(), shared)


def many_widths() -> Any:
    """A lazy adapter for each width over one trunk."""
    import torch
    from torch import nn

    class Adapters(nn.Module):
        def __init__(self):
            super().__init__()
            self.adapters = nn.ModuleDict({str(width): dense(HIDDEN) for width in WIDTHS})
            self.trunk = nn.Sequential(nn.ReLU(), dense(CLASSES))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.trunk(self.adapters[str(x.shape[-1])](x))
    return Adapters()


def late_conflict() -> Any:
    """A hidden layer that takes any width, and beside it the input itself, of which the head declares the width."""
    import torch
    from torch import nn

    class Skip(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = dense(HIDDEN)
            self.head = dense(CLASSES, HIDDEN + WIDTH)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(torch.cat([torch.relu(self.hidden(x)), x], dim=-1))
    return Skip()


def normalized(in_units: Optional[int] = None, hidden_units: Optional[int] = None) -> Any:
    """A small tied MLP with batch statistics, and a buffer that no state holds."""
    import torch
    from torch import nn
    lazy = hidden_units is None and hasattr(nn, "LazyBatchNorm1d")  # lazy ones came a release after lazy modules
    shared = dense(NORMALIZED, hidden_units)
    net = nn.Sequential(dense(NORMALIZED, in_units), nn.LazyBatchNorm1d() if lazy else nn.BatchNorm1d(NORMALIZED), nn.ReLU(), shared, nn.ReLU(),
                        shared, nn.ReLU(), dense(CLASSES, hidden_units))
    net.register_buffer("seen", torch.zeros(3), persistent=False)
    return net


def normalized_subject() -> Subject:
    """For the states and transforms of buffers and tied parameters, which the MLP does not have."""
    return Subject(builder=normalized, input_shape=(4, WIDTH), name="normalized MLP", framework="torch", shipped=True,
                   clauses=("state.*", "transform.*"), like=lambda: normalized(WIDTH, NORMALIZED))


def subject() -> Subject:
    """The MLP with all that is known of it."""
    def conflicting() -> Any:
        from torch import nn
        return nn.Sequential(dense(HIDDEN), nn.ReLU(), dense(CLASSES, HIDDEN // 2))
    return Subject(
        builder=mlp,
        input_shape=(2, WIDTH),
        name="MLP",
        framework="torch",
        shipped=True,
        like=lambda: mlp(WIDTH, HIDDEN),
        twin_at=lambda width: mlp(width, HIDDEN),
        reference=reference,
        # A layer with declared dimensions has its values from construction on.
        partial=Variant(lambda: mlp(WIDTH), initialized=["0.*"]),
        conflict=Variant(conflicting),
        late_conflict=Variant(late_conflict, widths=(30, WIDTH)),
        tied=Variant(tied, shared=["2.*"], count=6),
        tied_conflict=Variant(tied_conflict),
        other_units=Variant(lambda: mlp(classes=7)),
        many_widths=Variant(many_widths, shared=["trunk.*"], widths=WIDTHS),
    )
