"""What needs Keras 3 or NNX, which cannot be installed beside MXNet and Keras 2: an environment of its own."""
