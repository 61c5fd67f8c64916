"""The section's statements and printed outputs for MXNet, as checks.

Names are those that the book prints: every check counts layers anew, as a fresh notebook does.
"""

from __future__ import annotations

import contextlib
import re
from typing import Iterator

from ..catalogue.mxnet import mlp
from ..clauses.clause import expect, statement
from ..clauses.trial import Trial, describe

LISTING = """sequential0_ (
  Parameter dense0_weight (shape=(256, {}), dtype=float32)
  Parameter dense0_bias (shape=(256,), dtype=float32)
  Parameter dense1_weight (shape=(10, {}), dtype=float32)
  Parameter dense1_bias (shape=(10,), dtype=float32)
)"""
UNKNOWN = LISTING.format(-1, -1)
KNOWN = LISTING.format(20, 256)
# What a listing says of each parameter, in whatever form.
FACTS = re.compile(r"\(shape=(\([^)]*\)), dtype=(\w+)\)")
METHOD = """<bound method Block.collect_params of Sequential(
  (0): Dense(-1 -> 256, Activation(relu))
  (1): Dense(-1 -> 10, linear)
)>"""


@contextlib.contextmanager
def notebook(trial: Trial, *declared: int) -> Iterator[tuple]:
    """The chapter's network and its input ``X``, named and run as in a fresh notebook after ``npx.set_np()``."""
    import mxnet
    with mxnet.name.NameManager():
        net = trial.build(lambda: mlp(*declared))
    with trial.adapter.inside(net):
        yield net, mxnet.np.random.uniform(size=(2, 20))


def listing(trial: Trial, net, when: str) -> str:
    """What ``print(net.collect_params())`` prints."""
    return trial.observe(when, str(net.collect_params()))


def as_printed(trial: Trial, found: str, due: str) -> None:
    """The listing says of each parameter what the book's does, and says it in the same words."""
    probes = {"shapes and types": FACTS.findall, "text": lambda text: text}
    trial.each(probes, lambda name, read: expect(read(found) == read(due), str(read(due)), read(found)))


def deferred(net) -> list:
    """The parameters whose values cannot be read."""
    import mxnet
    found = []
    for name, parameter in net._collect_params_with_prefix().items():
        try:
            parameter.data()
        except mxnet.gluon.parameter.DeferredInitializationError:
            found.append(name)
    return found


@statement
def method_printed(trial: Trial) -> None:
    """Before initialization the printed network shows its input dimensions as -1."""
    with notebook(trial) as (net, _):
        found = trial.observe("print(net.collect_params)", str(net.collect_params))
    expect(found == METHOD, METHOD, found)


@statement
def listing_before(trial: Trial) -> None:
    """The parameter objects exist, with -1 for every input dimension: (256, -1) and (10, -1)."""
    with notebook(trial) as (net, _):
        found = listing(trial, net, "print(net.collect_params())")
    as_printed(trial, found, UNKNOWN)


@statement
def data_before_initialize(trial: Trial) -> None:
    """Before initialize(), net[0].weight.data() raises a RuntimeError that says that it has not been initialized."""
    with notebook(trial) as (net, _):
        error = trial.raised(lambda: net[0].weight.data())
    found = trial.observe("net[0].weight.data()", describe(error) if error else "returned")
    expect(type(error) is RuntimeError and "has not been initialized" in str(error), "RuntimeError: … has not been initialized", found)


@statement
def initialize_changes_nothing(trial: Trial) -> None:
    """After initialize() the listing is the same: nothing has changed."""
    with notebook(trial) as (net, _):
        before = str(net.collect_params())
        net.initialize()
        found = listing(trial, net, "net.collect_params() after initialize()")
        trial.observe("deferred", ", ".join(deferred(net)))
    expect(found == before, before, found)
    as_printed(trial, found, UNKNOWN)


@statement
def data_after_initialize(trial: Trial) -> None:
    """After initialize() and before the pass, net[0].weight.data() raises DeferredInitializationError."""
    import mxnet
    with notebook(trial) as (net, _):
        net.initialize()
        error = trial.raised(lambda: net[0].weight.data())
    found = trial.observe("net[0].weight.data()", describe(error) if error else "returned")
    expect(isinstance(error, mxnet.gluon.parameter.DeferredInitializationError), "DeferredInitializationError", found)


@statement
def initialize_registers(trial: Trial) -> None:
    """initialize() registers that parameters are to be initialized, and by which distribution; the pass does it."""
    import mxnet
    with notebook(trial) as (net, X):
        net.initialize(init=mxnet.init.Constant(0.5))
        waiting = trial.observe("deferred", deferred(net))
        net(X)
        values = [net[index].weight.data().asnumpy() for index in (0, 1)]
    expect(waiting == ["0.weight", "1.weight"], "both weights deferred by initialize()", waiting)
    expect(all((value == 0.5).all() for value in values), "weights of 0.5 after the pass, as registered", [value.ravel()[:3] for value in values])


@statement
def listing_after(trial: Trial) -> None:
    """After net(X) with X of shape (2, 20) the shapes are (256, 20) and (10, 256)."""
    with notebook(trial) as (net, X):
        net.initialize()
        output = net(X)
        found = listing(trial, net, "net.collect_params() after net(X)")
    expect(output.shape == (2, 10), "an output of shape (2, 10)", output.shape)
    as_printed(trial, found, KNOWN)


@statement
def first_layer_only(trial: Trial) -> None:
    """Only the first layer needs deferred initialization: with 256 declared for the second, its weight alone waits for data."""
    with notebook(trial, 0, 256) as (net, X):
        net.initialize()
        waiting = trial.observe("deferred", deferred(net))
        net(X)
        late = deferred(net)
    expect(waiting == ["0.weight"], "0.weight alone deferred", waiting)
    expect(not late, "nothing deferred after the pass", late)


@statement
def inferred_one_after_the_other(trial: Trial) -> None:
    """Shapes are inferred one layer after the other: when the first layer's are known the second's are not yet."""
    with notebook(trial) as (net, X):
        net.initialize()
        seen = []
        for layer in (net[0], net[1]):
            layer.register_forward_hook(lambda *_: seen.append((net[0].weight.shape, net[1].weight.shape)))
        net(X)
    trial.observe("shapes after each layer", seen)
    due = [((256, 20), (10, -1)), ((256, 20), (10, 256))]
    expect(seen == due, f"{due}", seen)


@statement
def initialized_at_last(trial: Trial) -> None:
    """Once all parameter shapes are known, the framework initializes the parameters."""
    with notebook(trial) as (net, X):
        net.initialize()
        net(X)
        shapes = {name: parameter.data().shape for name, parameter in net._collect_params_with_prefix().items()}
    trial.observe("shapes of the values", shapes)
    due = {"0.weight": (256, 20), "0.bias": (256,), "1.weight": (10, 256), "1.bias": (10,)}
    expect(shapes == due, f"values of the shapes {due}", shapes)


@statement
def apply_init(trial: Trial) -> None:
    """After a dry run, initialize(init=…, force_reinit=True) replaces the default values by one's own initializer's."""
    import mxnet
    with notebook(trial) as (net, X):
        net.initialize()
        net(X)
        net.initialize(init=mxnet.init.Constant(0.5), force_reinit=True)
        net(X)
        values = {name: p.data().asnumpy() for name, p in net._collect_params_with_prefix().items()}
    trial.observe("values", {name: (float(value.min()), float(value.max())) for name, value in values.items()})
    wrong = [name for name in ("0.weight", "1.weight") if not (values[name] == 0.5).all()]
    expect(not wrong, "weights of 0.5 from one's own initializer", f"others in {wrong}")


STATEMENTS = [
    method_printed, listing_before, data_before_initialize, initialize_changes_nothing, data_after_initialize, initialize_registers,
    listing_after, first_layer_only, inferred_one_after_the_other, initialized_at_last, apply_init,
]
