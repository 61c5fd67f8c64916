"""The three exercises of the chapter as checks."""

from pytest_lazyinit.api import bound
from pytest_lazyinit.catalogue import flax, keras, mxnet, tensorflow, torch
from pytest_lazyinit.chapter.exercises import EXERCISES

test_exercises_torch = bound(torch.subject(), EXERCISES)
test_exercises_tensorflow = bound(tensorflow.subject(), EXERCISES)
test_exercises_flax = bound(flax.subject(), EXERCISES)
test_exercises_mxnet = bound(mxnet.subject(), EXERCISES)
test_exercises_keras = bound(keras.subject(), EXERCISES)
