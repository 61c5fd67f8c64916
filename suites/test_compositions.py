"""The contract on models of several lazy layers: convolutional, residual, recurrent, attentive, tied, branching."""

from pytest_lazyinit import contract
from pytest_lazyinit.catalogue import flax_compositions, mxnet_compositions, tensorflow_compositions, torch_compositions

for models in (torch_compositions, tensorflow_compositions, flax_compositions, mxnet_compositions):
    globals().update({f"test_{models.FRAMEWORK}_{subject.name}": contract(subject) for subject in models.subjects()})
