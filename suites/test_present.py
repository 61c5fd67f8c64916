"""One item a framework: it can be imported and used. The one red item of a framework that cannot."""

from pytest_lazyinit.api import bound
from pytest_lazyinit.catalogue import flax, keras, mxnet, tensorflow, torch
from pytest_lazyinit.clauses.clause import Clause


def usable(trial):
    """The framework can be imported and takes a pass."""
    trial.observe("versions", ", ".join(f"{name} {version}" for name, version in trial.adapter.versions().items()))
    trial.first_pass(trial.build())


PRESENT = [Clause("present.usable", usable)]

test_present_torch = bound(torch.subject(), PRESENT)
test_present_tensorflow = bound(tensorflow.subject(), PRESENT)
test_present_flax = bound(flax.subject(), PRESENT)
test_present_mxnet = bound(mxnet.subject(), PRESENT)
test_present_keras = bound(keras.subject(), PRESENT)
