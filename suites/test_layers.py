"""The contract on every lazy layer that a framework exports."""

from pytest_lazyinit.catalogue import flax_layers, mxnet_layers, recipes, tensorflow_layers, torch_layers

LAYERS = (torch_layers, tensorflow_layers, flax_layers, mxnet_layers)

for layers in LAYERS:
    globals().update(recipes.tests(layers))
