"""The contract on models of several lazy layers: convolutional, residual, recurrent, attentive, tied, branching."""

from pytest_lazyinit import contract
from pytest_lazyinit.catalogue import compositions

for models in (compositions.torch, compositions.tensorflow, compositions.flax, compositions.mxnet):
    globals().update({f"test_{subject.framework}_{subject.name}": contract(subject) for subject in models()})
