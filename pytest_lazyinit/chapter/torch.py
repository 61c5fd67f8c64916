"""What section 6.4 of *Dive into Deep Learning* says and prints in its PyTorch version."""

from __future__ import annotations

from typing import Any, Callable, List, Optional
from unittest import mock

from ..clauses.clause import expect, statement
from ..clauses.trial import Trial, describe


@statement
def nothing_initialized(trial: Trial) -> None:
    """Defined without an input dimension, the network has no initialized parameter."""
    from torch.nn.parameter import UninitializedParameter
    kinds = {name: type(parameter) for name, parameter in trial.build().named_parameters()}
    early = [name for name, kind in kinds.items() if not issubclass(kind, UninitializedParameter)]
    trial.observe("classes", ", ".join(f"{name} {kind.__name__}" for name, kind in kinds.items()))
    expect(kinds and not early, "no initialized parameter before data is seen", f"{early} initialized")


@statement
def weight_displays_uninitialized(trial: Trial) -> None:
    """``net[0].weight`` shows ``<UninitializedParameter>`` before the first pass."""
    shown = trial.observe("net[0].weight", repr(trial.build()[0].weight))
    expect(shown == "<UninitializedParameter>", "net[0].weight to show <UninitializedParameter>", shown)


@statement
def weight_has_no_shape(trial: Trial) -> None:
    """The first layer's weight has no shape before data is seen: asking for it raises ``RuntimeError``."""
    weight = trial.build()[0].weight
    refused(trial, "net[0].weight.shape", lambda: weight.shape, RuntimeError)


@statement
def weight_has_no_values(trial: Trial) -> None:
    """The first layer's weight has no values before data is seen: computing with it raises ``ValueError``."""
    weight = trial.build()[0].weight
    refused(trial, "net[0].weight + 1", lambda: weight + 1, ValueError)
    refused(trial, "net[0].weight.sum()", lambda: weight.sum(), ValueError)


def refused(trial: Trial, what: str, read: Callable[[], Any], kind: type) -> None:
    error = trial.raised(read)
    trial.observe(what, describe(error) if error else "answered")
    expect(isinstance(error, kind), f"{what} to raise {kind.__name__}", trial.observations[what])


@statement
def first_pass_infers_first_shape(trial: Trial) -> None:
    """After ``net(X)`` with X of shape (2, 20), ``net[0].weight.shape`` is ``torch.Size([256, 20])``."""
    net = passed(trial)
    shown = trial.observe("net[0].weight.shape", repr(net[0].weight.shape))
    expect(shown == "torch.Size([256, 20])", "net[0].weight.shape to show torch.Size([256, 20])", shown)


@statement
def first_pass_infers_second_shape(trial: Trial) -> None:
    """The same pass gives the second layer the shape (10, 256), and no other data is needed."""
    net = passed(trial)
    shown = trial.observe("net[2].weight.shape", repr(net[2].weight.shape))
    expect(shown == "torch.Size([10, 256])", "net[2].weight.shape to show torch.Size([10, 256])", shown)


def passed(trial: Trial, net: Any = None) -> Any:
    """The chapter's ``net(X)``; gives the net."""
    net = trial.build() if net is None else net
    net(trial.batch().args[0])
    return net


@statement
def only_first_layer_needs_it(trial: Trial) -> None:
    """Only the first layer requires lazy initialization: with the second one declared, all shapes are the same."""
    from torch import nn
    declared = trial.build(lambda: nn.Sequential(nn.LazyLinear(256), nn.ReLU(), nn.Linear(256, 10)))
    found, due = trial.shapes(passed(trial, declared)), trial.shapes(passed(trial))
    expect(found == due, f"shapes {due} with the second layer declared", found)


@statement
def layers_initialized_in_sequence(trial: Trial) -> None:
    """Shapes become known one layer after the other, from the input on."""
    net = trial.build()
    names = {id(parameter): name for name, parameter in net.named_parameters()}
    events: List[str] = []
    with mock.patch.object(*trial.adapter.pause_points()[0], recording(events, names)):
        hooks = [layer.register_forward_hook(lambda *_, index=index: events.append(f"output of {index}"))
                 for index, layer in enumerate(net)]
        passed(trial, net)
    for hook in hooks:
        hook.remove()
    # Each layer has its values before the next one's shape is known; the chapter puts all values after all shapes.
    trial.observe("sequence", ", ".join(events))
    due = ["0.weight", "output of 0", "output of 1", "2.weight", "output of 2"]
    found = [event for event in events if not event.endswith("bias")]
    expect(found == due, f"the sequence {due}", found)


def recording(events: List[str], names: dict) -> Callable:
    """``materialize``, by which a parameter gets its shape, with a note of the parameter."""
    from torch.nn.parameter import UninitializedParameter
    original = UninitializedParameter.materialize

    def materialize(parameter, *args, **kwargs):
        events.append(names[id(parameter)])
        return original(parameter, *args, **kwargs)
    return materialize


@statement
def lazy_linear_becomes_linear(trial: Trial) -> None:
    """The first pass turns each ``LazyLinear`` into an ordinary ``Linear``."""
    from torch import nn
    net = trial.build()
    before = [type(net[0]), type(net[2])]
    after = [type(layer) for layer in (passed(trial, net)[0], net[2])]
    shown = trial.observe("classes", " then ".join(", ".join(kind.__name__ for kind in kinds) for kinds in (before, after)))
    expect(before == [nn.LazyLinear] * 2 and after == [nn.Linear] * 2, "LazyLinear before and Linear after", shown)


@statement
def architecture_is_easy_to_modify(trial: Trial) -> None:
    """Another number of hidden units is changed in one place: the next layer's shape follows."""
    from torch import nn
    net = passed(trial, trial.build(lambda: nn.Sequential(nn.LazyLinear(128), nn.ReLU(), nn.LazyLinear(10))))
    shown = trial.observe("net[2].weight.shape", repr(net[2].weight.shape))
    expect(shown == "torch.Size([10, 128])", "the second layer to follow the 128 units of the first", shown)


@statement
def apply_init_runs_dry(trial: Trial) -> None:
    """``apply_init`` without an initializer is a dry run that infers all shapes and initializes all parameters."""
    module = wrapped(trial)
    apply_init(module, trial.batch().args)
    expect(not trial.uninitialized(module), "all parameters initialized by the dry run", f"{trial.uninitialized(module)} left")
    due = trial.shapes(passed(trial))
    found = {name.replace("net.", "", 1): shape for name, shape in trial.shapes(module).items()}
    expect(found == due, f"the shapes {due} of a first pass", found)


@statement
def apply_init_initializes(trial: Trial) -> None:
    """``apply_init`` with an initializer gives the parameters its values instead of the default random ones."""
    from torch import nn

    def init(layer: nn.Module) -> None:
        if type(layer) is nn.Linear:
            filled.append(layer)
            nn.init.constant_(layer.weight, 0.5)
            nn.init.zeros_(layer.bias)
    filled: List[nn.Module] = []
    wrapped(trial).net.apply(init)
    trial.observe("layers that the initializer meets before a dry run", str(len(filled)))
    module = wrapped(trial)
    apply_init(module, trial.batch().args, init)
    for name, value in trial.adapter.values(module).items():
        due = 0.5 if name.endswith("weight") else 0.0
        expect((value == due).all(), f"{name} filled with {due}", f"values from {value.min()} to {value.max()}")


def apply_init(module: Any, inputs: tuple, init: Optional[Callable[[Any], None]] = None) -> None:
    """The chapter's method: data through the network first, then the initializer on every layer."""
    module.forward(*inputs)
    if init is not None:
        module.net.apply(init)


def wrapped(trial: Trial) -> Any:
    """A module with the network as its ``net``, as the book's own ``Module`` has it."""
    from torch import nn

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = trial.subject.builder()

        def forward(self, x):
            return self.net(x)
    return trial.build(Module)


STATEMENTS = [
    nothing_initialized,
    weight_displays_uninitialized,
    weight_has_no_shape,
    weight_has_no_values,
    first_pass_infers_first_shape,
    first_pass_infers_second_shape,
    only_first_layer_needs_it,
    layers_initialized_in_sequence,
    lazy_linear_becomes_linear,
    architecture_is_easy_to_modify,
    apply_init_runs_dry,
    apply_init_initializes,
]
