"""The contract on every lazy layer that a framework exports."""

from pytest_lazyinit.catalogue import mxnet_layers, recipes, torch_layers

LAYERS = (torch_layers, mxnet_layers)

for layers in LAYERS:
    globals().update(recipes.tests(layers))
