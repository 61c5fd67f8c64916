"""Every statement and printed output of the chapter, as a check in its framework."""

from pytest_lazyinit.api import bound
from pytest_lazyinit.catalogue import flax, mxnet, tensorflow, torch
from pytest_lazyinit.chapter.flax import STATEMENTS as FLAX
from pytest_lazyinit.chapter.mxnet import STATEMENTS as MXNET
from pytest_lazyinit.chapter.tensorflow import STATEMENTS as TENSORFLOW
from pytest_lazyinit.chapter.torch import STATEMENTS as TORCH

test_book_torch = bound(torch.subject(), TORCH)
test_book_tensorflow = bound(tensorflow.subject(), TENSORFLOW)
test_book_flax = bound(flax.subject(), FLAX)
test_book_mxnet = bound(mxnet.subject(), MXNET)
