"""The contract on the reference MLP, in each framework."""

from pytest_lazyinit import contract
from pytest_lazyinit.catalogue import flax, keras, mxnet, tensorflow, torch

test_mlp_torch = contract(torch.subject())
test_mlp_torch_normalized = contract(torch.normalized_subject())
test_mlp_tensorflow = contract(tensorflow.subject())
test_mlp_tensorflow_normalized = contract(tensorflow.normalized_subject())
test_mlp_flax = contract(flax.subject())
test_mlp_flax_normalized = contract(flax.normalized_subject())
test_mlp_flax_centred = contract(flax.centred_subject())
test_mlp_mxnet = contract(mxnet.subject())
test_mlp_mxnet_classic = contract(mxnet.classic_subject())
test_mlp_mxnet_normalized = contract(mxnet.normalized_subject())
test_mlp_keras = contract(keras.subject())
