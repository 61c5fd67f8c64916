"""The contract on every lazy layer that a framework exports."""

from pytest_lazyinit.catalogue import flax_layers, recipes, torch_layers

LAYERS = (torch_layers, flax_layers)

for layers in LAYERS:
    globals().update(recipes.tests(layers))
